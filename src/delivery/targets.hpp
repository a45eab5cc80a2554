#pragma once
// The table of targets: what a configuration may name, and who makes it. A new target is a line in open.cpp and one
// here.

#include <memory>
#include <string>

#include <popfetch/delivery/target.hpp>

namespace popfetch::delivery {

/// The run, and which of an account's targets this is: tells their files apart where several share a folder.
struct Surroundings : Context {
    std::string role;
};

std::unique_ptr<Target> open_maildir(const Spec& spec, const Surroundings& surroundings);
std::unique_ptr<Target> open_mbox(const Spec& spec, const Surroundings& surroundings);
std::unique_ptr<Target> open_files(const Spec& spec, const Surroundings& surroundings);
std::unique_ptr<Target> open_stdout(const Spec& spec, const Surroundings& surroundings);
std::unique_ptr<Target> open_pipe(const Spec& spec, const Surroundings& surroundings);
std::unique_ptr<Target> open_lmtp(const Spec& spec, const Surroundings& surroundings);

}
