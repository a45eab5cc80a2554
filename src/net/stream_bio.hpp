#pragma once
// OpenSSL's view of a Stream: a BIO that reads and writes through it, so that TLS runs over a socket, a tunnel command
// or a test's script alike, and every wait stays in one place. An exception of the stream is kept here while OpenSSL's
// C frames unwind, and thrown again behind them.

#include <exception>
#include <memory>
#include <string>

#include <popfetch/net/stream.hpp>

#include "openssl.hpp"

namespace popfetch::net {

struct Transport {
    std::unique_ptr<Stream> stream;
    Deadline deadline = Deadline::never(); // of the operation under way
    bool may_wait = true;                  // false: say "try again" rather than read from the stream
    bool ended = false;                    // the stream has; whether TLS had before is OpenSSL's to judge
    std::string first_bytes;               // the first few that came, to tell a peer that speaks no TLS
    std::exception_ptr failure;

    /// Throws what the stream threw.
    void rethrow();
};

/// `transport` outlives the BIO.
Bio bio_over(Transport& transport);

}
