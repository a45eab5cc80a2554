#include <popfetch/base/error.hpp>

#include <cerrno>
#include <csignal>
#include <cstddef>
#include <string>
#include <system_error>

#include <popfetch/base/printable.hpp>

namespace popfetch::base {

namespace {

constexpr std::size_t longest_path = 1000; // octets; PATH_MAX would fill the screen

std::string with_advice(std::string_view text, std::string_view advice)
{
    std::string whole{text};
    if (!advice.empty()) whole.append("; ").append(advice);
    return whole;
}

// What is gone when others let go of it (disk space, quota, descriptors, memory, a server's file handle) is worth
// another try.
bool passes_with_time(int error_number)
{
    switch (error_number) {
    case ENOSPC:
    case EDQUOT:
    case EMFILE:
    case ENFILE:
    case ENOMEM:
    case ESTALE: return true;
    default: return false;
    }
}

ExitStatus status_of(std::string_view op, int error_number)
{
    if (passes_with_time(error_number)) return ExitStatus::temporary;
    return op == "create" ? ExitStatus::cannot_create : ExitStatus::io;
}

std::string_view kind_of(int error_number)
{
    switch (error_number) {
    case ENOSPC: return "file.no_space";
    case EDQUOT: return "file.quota";
    case EFBIG: return "file.too_large";
    case EROFS: return "file.read_only";
    case EIO: return "file.io";
    case ENOENT: return "file.missing";
    case EEXIST: return "file.exists";
    case EACCES:
    case EPERM: return "file.permission";
    case EMFILE:
    case ENFILE:
    case ENOMEM: return "system.limit";
    default: return "system.error";
    }
}

std::string_view advice_for(int error_number)
{
    switch (error_number) {
    case EFBIG: return "the limit on file sizes may be too low (ulimit -f)";
    case EMFILE: return "fewer --jobs, or a higher limit on open files (ulimit -n), will help";
    case EIO: return "the disk may be failing; the system log says more";
    default: return {};
    }
}

// The C library begins with a capital, our messages go on after a colon. "RPC …" and the like keep theirs.
std::string reason(int error_number)
{
    std::string text = std::generic_category().message(error_number);
    const bool is_word = text.size() > 1 && text[0] >= 'A' && text[0] <= 'Z' && text[1] >= 'a' && text[1] <= 'z';
    if (is_word) text[0] = static_cast<char>(text[0] - 'A' + 'a');
    return text;
}

// "no space left on device" and "no such file" say enough; an I/O error does not say what was being done.
bool explains_itself(std::string_view op, int error_number)
{
    return op == "open" || error_number == ENOSPC || error_number == EDQUOT || error_number == ENOENT;
}

std::string describe(std::string_view op, std::string_view path, int error_number)
{
    std::string text = printable(path, longest_path) + ": " + reason(error_number);
    if (!explains_itself(op, error_number)) text.append(" (could not ").append(op).append(" it)");
    return text;
}

std::string_view name_of(int signal)
{
    switch (signal) {
    case SIGINT: return "interrupted";
    case SIGTERM: return "terminated";
    default: return "terminated: the terminal went away";
    }
}

}

Error::Error(ExitStatus status, std::string_view kind, std::string_view text, std::string_view advice)
    : std::runtime_error{with_advice(text, advice)}, status_{status}, kind_{kind}
{
}

SystemError::SystemError(std::string_view op, std::string_view path, int error_number)
    : Error{status_of(op, error_number), kind_of(error_number), describe(op, path, error_number),
            advice_for(error_number)},
      error_number_{error_number}
{
}

Interrupted::Interrupted(int signal) : Error{status_of_signal(signal), "run.interrupted", name_of(signal)} {}

}
