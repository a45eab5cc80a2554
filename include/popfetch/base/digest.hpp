#pragma once
// SHA-256 (OpenSSL), for telling contents apart and for seeing that a stored row has changed.

#include <cstddef>
#include <string>
#include <string_view>

#include <popfetch/base/secret.hpp>

namespace popfetch::base {

/// Feed bytes, then ask; that ends one digest and begins the next.
class Sha256 {
public:
    Sha256();
    Sha256(const Sha256&) = delete;
    Sha256& operator=(const Sha256&) = delete;
    ~Sha256();

    void update(std::string_view bytes);
    /// 32 octets.
    std::string finish();
    /// The same as 64 lower-case hex digits.
    std::string hex();

private:
    void* context_;
};

std::string sha256_hex(std::string_view bytes);

/// For recognising a secret without keeping it: PBKDF2 with SHA-256 (RFC 8018) in hex, which takes about a tenth of a
/// second, so that whoever gets hold of the digest does not guess cheaply. `salt` is random, of 16 octets or more.
std::string slow_digest(const Secret& secret, std::string_view salt);

}
