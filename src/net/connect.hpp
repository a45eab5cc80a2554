#pragma once
// Happy eyeballs, RFC 8305 §5: addresses of the two families alternate, the next one starts a moment after the last or
// as soon as one fails, the first to connect wins, and the others are closed.

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include <popfetch/base/fd.hpp>
#include <popfetch/net/deadline.hpp>
#include <popfetch/net/dial.hpp>

#include "address.hpp"

namespace popfetch::net {

struct Course {
    std::string peer;              // for messages
    std::optional<Address> source; // bound before connecting; only its family is tried
    std::chrono::milliseconds attempt_delay{250};
    Deadline deadline = Deadline::never();
    Deadline::Clock::time_point begin = Deadline::Clock::now(); // of the dial: what the report counts from
};

/// A connected, non-blocking socket. `report` may be null; it gets an Attempt for each address, also when this throws.
base::Fd connect_first(std::vector<Address> addresses, const Course& course, DialReport* report = nullptr);

/// RFC 8305 §4: the first address keeps its place, the families take turns after it.
std::vector<Address> alternate_families(const std::vector<Address>& addresses);

}
