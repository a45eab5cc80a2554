#pragma once
// The ports of POP3 (RFC 1939 §3, RFC 8314 §7.3).

#include <cstdint>

#include <popfetch/config/account.hpp>

namespace popfetch::config {

inline constexpr std::uint16_t implicit_port = 995;
inline constexpr std::uint16_t clear_port = 110;

constexpr std::uint16_t usual_port(TlsMode mode) noexcept
{
    return mode == TlsMode::implicit ? implicit_port : clear_port;
}

}
