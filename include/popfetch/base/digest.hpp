#pragma once
// SHA-256, for telling contents apart. Used only where a server gives no usable identity (RFC 1939 §7 leaves room).

#include <cstddef>
#include <string>
#include <string_view>

namespace popfetch::base {

/// Feed bytes, then ask once.
class Sha256 {
public:
    Sha256();
    Sha256(const Sha256&) = delete;
    Sha256& operator=(const Sha256&) = delete;
    ~Sha256();

    void update(std::string_view bytes);
    /// 64 lower-case hex digits. Ends this digest.
    std::string hex();

private:
    void* context_;
};

std::string sha256_hex(std::string_view bytes);

}
