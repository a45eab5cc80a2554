#include "failure.hpp"

#include <cerrno>
#include <system_error>

namespace popfetch::net {

std::string_view kind_of(int error_number) noexcept
{
    switch (error_number) {
    case ECONNREFUSED:
    case ENOENT: return "net.refused"; // ENOENT: a UNIX socket that nobody has made
    case ECONNRESET:
    case ECONNABORTED:
    case EPIPE: return "net.reset";
    case ETIMEDOUT: return "net.timeout";
    case EHOSTUNREACH:
    case ENETUNREACH:
    case EADDRNOTAVAIL:
    case ENETDOWN: return "net.unreachable";
    case EMFILE:
    case ENFILE:
    case ENOMEM:
    case ENOBUFS:
    case EAGAIN: return "net.resources";
    default: return "net.failed";
    }
}

std::string words(int error_number)
{
    std::string text = std::generic_category().message(error_number);
    if (text.size() > 1 && text[1] >= 'a' && text[1] <= 'z') text[0] = static_cast<char>(text[0] | 0x20);
    return text;
}

ConnectionError failure(std::string_view peer, int error_number, std::string_view what)
{
    std::string text;
    if (!what.empty()) text.append(what).append(": ");
    text.append(words(error_number));
    return temporary(kind_of(error_number), peer, text);
}

ConnectionError timed_out(std::string_view peer, std::string_view what, std::chrono::steady_clock::time_point since)
{
    const auto waited = std::chrono::steady_clock::now() - since;
    const auto time = spell(std::chrono::duration_cast<std::chrono::milliseconds>(waited));
    return temporary("net.timeout", peer, std::string{what} + " for " + time);
}

ConnectionError temporary(std::string_view kind, std::string_view peer, std::string_view what, std::string_view advice)
{
    return {base::ExitStatus::temporary, kind, std::string{peer} + ": " + std::string{what}, advice};
}

std::string spell(std::chrono::milliseconds time)
{
    if (time < std::chrono::seconds{1}) return std::to_string(time.count()) + " ms";
    return std::to_string(std::chrono::round<std::chrono::seconds>(time).count()) + " s";
}

}
