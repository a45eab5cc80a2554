#pragma once
// The words and kinds of what goes wrong on a connection, in one place. Every text begins with the peer.

#include <chrono>
#include <string>
#include <string_view>

#include <popfetch/net/error.hpp>

namespace popfetch::net {

/// "net.refused", "net.reset", "net.timeout", "net.unreachable", "net.resources" or "net.failed".
std::string_view kind_of(int error_number) noexcept;

/// "connection refused": as it stands in the middle of a sentence.
std::string words(int error_number);

/// What a socket call said: EX_TEMPFAIL with the kind of the errno. `what` is what was tried, may be empty.
ConnectionError failure(std::string_view peer, int error_number, std::string_view what = {});

/// Nothing came, or nothing could be sent, since `since`: "net.timeout".
ConnectionError timed_out(std::string_view peer, std::string_view what, std::chrono::steady_clock::time_point since);

/// A temporary trouble of our own words.
ConnectionError temporary(std::string_view kind, std::string_view peer, std::string_view what,
                          std::string_view advice = {});

/// "250 ms", "20 s": as exact as a person wants it.
std::string spell(std::chrono::milliseconds time);

}
