#include <popfetch/base/fd.hpp>

#include <cerrno>

#include <unistd.h>

namespace popfetch::base {

Fd& Fd::operator=(Fd&& other) noexcept
{
    if (this != &other) {
        reset();
        fd_ = other.release();
    }
    return *this;
}

void Fd::reset() noexcept
{
    if (fd_ < 0) return;
    const int kept = errno; // a destructor between a failing call and its SystemError must not change the reason
    ::close(release());
    errno = kept;
}

int Fd::close() noexcept
{
    if (fd_ < 0) return 0;
    const int failed = ::close(release());
    // Linux has closed the descriptor even then; closing again could hit another thread's file (close(2)).
    if (failed == 0 || errno == EINTR) return 0;
    return errno;
}

}
