#pragma once
// SHA-256 (OpenSSL), for telling contents apart and for seeing that a stored row has changed.

#include <cstddef>
#include <string>
#include <string_view>

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

}
