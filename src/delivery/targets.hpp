#pragma once
// What each kind of target offers to open(): one function, named in the table of open.cpp.

#include <memory>
#include <string>

#include <popfetch/delivery/target.hpp>

namespace popfetch::delivery {

/// The run, and which of an account's targets this is: tells their files apart where several share a folder.
struct Surroundings : Context {
    std::string role;
};

std::unique_ptr<Target> open_maildir(const Spec& spec, const Surroundings& surroundings);
std::unique_ptr<Target> open_files(const Spec& spec, const Surroundings& surroundings);
std::unique_ptr<Target> open_mbox(const Spec& spec, const Surroundings& surroundings);

}
