#include "draft.hpp"

#include <algorithm>
#include <cerrno>
#include <vector>

#include <fcntl.h>
#include <unistd.h>

#include <popfetch/base/digest.hpp>
#include <popfetch/base/error.hpp>

#include "exact_read.hpp"

namespace popfetch::delivery {

namespace {

// Nineteen of twenty messages are smaller. What is larger keeps the disk busy by itself.
constexpr std::size_t largest_in_memory = 64 * 1024;
constexpr std::size_t read_at_once = 128 * 1024;
// Large enough for the disk, small enough that little is left to wait for when the last byte has come.
constexpr std::uint64_t write_back_every = 8u << 20;

class DigestSink final : public base::ByteSink {
public:
    void write(std::string_view bytes) override { digest.update(bytes); }
    base::Sha256 digest;
};

}

bool MemoryShare::take(std::size_t octets) noexcept
{
    const auto wanted = static_cast<std::ptrdiff_t>(octets);
    if (left_.fetch_sub(wanted) >= wanted) return true;
    left_.fetch_add(wanted);
    return false;
}

void MemoryShare::give_back(std::size_t octets) noexcept { left_.fetch_add(static_cast<std::ptrdiff_t>(octets)); }

Draft::Draft(const Home& home, std::string name, const Envelope& envelope)
    : home_{home}, name_{std::move(name)}, envelope_{envelope}
{
}

Draft::~Draft()
{
    leave_memory();
    if (created_) ::unlinkat(home_.folder, name_.c_str(), 0);
}

void Draft::write(std::string_view bytes)
{
    if (!file_ && fits_in_memory(bytes.size())) {
        memory_.append(bytes);
        size_ += bytes.size();
        return;
    }
    if (!file_) create_file();
    base::write_all(file_.get(), bytes, path());
    size_ += bytes.size();
    unsent_ += bytes.size();
    if (unsent_ < write_back_every) return;
    base::start_write_back(file_.get());
    unsent_ = 0;
}

bool Draft::fits_in_memory(std::size_t more)
{
    const std::size_t needed = memory_.size() + more;
    if (needed > largest_in_memory) return false;
    if (needed <= reserved_) return true;
    const auto expected = static_cast<std::size_t>(std::min<std::uint64_t>(envelope_.size, largest_in_memory));
    const std::size_t reserve = std::max({needed, expected, std::min(2 * reserved_, largest_in_memory)});
    if (!home_.memory.take(reserve - reserved_)) return false;
    reserved_ = reserve;
    memory_.reserve(reserve);
    return true;
}

void Draft::create_file()
{
    file_ = base::Fd{::openat(home_.folder, name_.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600)};
    if (!file_) throw base::SystemError{"create", path().native(), errno};
    created_ = true;
    base::write_all(file_.get(), memory_, path());
    leave_memory();
}

void Draft::leave_memory() noexcept
{
    std::string{}.swap(memory_);
    home_.memory.give_back(std::exchange(reserved_, 0));
}

std::string Draft::digest()
{
    DigestSink sink;
    read_back(sink);
    return sink.digest.hex();
}

void Draft::read_back(base::ByteSink& sink) const
{
    if (!file_) return sink.write(memory_);
    std::vector<char> piece(static_cast<std::size_t>(std::min<std::uint64_t>(size_, read_at_once)));
    for (std::uint64_t at = 0; at < size_; at += piece.size()) {
        piece.resize(static_cast<std::size_t>(std::min<std::uint64_t>(piece.size(), size_ - at)));
        read_exactly(file_.get(), at, piece.data(), piece.size(), path());
        sink.write({piece.data(), piece.size()});
    }
}

std::string Draft::beginning(std::size_t octets) const
{
    if (!file_) return memory_.substr(0, octets);
    std::string text(static_cast<std::size_t>(std::min<std::uint64_t>(octets, size_)), '\0');
    read_exactly(file_.get(), 0, text.data(), text.size(), path());
    return text;
}

void Draft::put_into_file()
{
    if (!file_) create_file();
    base::start_write_back(file_.get());
}

void Draft::wait_for_write_back() const noexcept { base::wait_for_write_back(file_.get()); }

void Draft::sync_and_close()
{
    base::sync_file(file_.get(), path());
    if (const int error = file_.close(); error != 0) throw base::SystemError{"write to", path().native(), error};
}

}
