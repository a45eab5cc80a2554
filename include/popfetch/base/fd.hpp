#pragma once
// A file descriptor that closes itself. Every descriptor of the program is opened close-on-exec.

#include <utility>

namespace popfetch::base {

class Fd {
public:
    Fd() noexcept = default;
    explicit Fd(int fd) noexcept : fd_{fd} {}
    Fd(Fd&& other) noexcept : fd_{std::exchange(other.fd_, -1)} {}
    Fd& operator=(Fd&& other) noexcept;
    ~Fd() { reset(); }

    int get() const noexcept { return fd_; }
    explicit operator bool() const noexcept { return fd_ >= 0; }

    void reset() noexcept;
    [[nodiscard]] int release() noexcept { return std::exchange(fd_, -1); }

    /// Closes and returns 0 or the errno: on NFS and under quotas a write may fail only here (close(2)).
    [[nodiscard]] int close() noexcept;

private:
    int fd_ = -1;
};

}
