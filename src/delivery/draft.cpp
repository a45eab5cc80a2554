#include "draft.hpp"

#include <algorithm>
#include <cerrno>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

#include <popfetch/base/digest.hpp>
#include <popfetch/base/error.hpp>

namespace popfetch::delivery {

namespace {

// Nineteen of twenty messages are smaller. What is larger keeps the disk busy by itself.
constexpr std::size_t largest_in_memory = std::size_t{64} * 1024;
// Large enough for the disk, small enough that little is left to wait for when the last byte has come.
constexpr std::uint64_t write_back_every = 8U << 20;

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
    if (!content_.file && fits_in_memory(bytes.size())) {
        content_.memory.append(bytes);
        content_.size += bytes.size();
        return;
    }
    if (!content_.file) create_file();
    base::write_all(content_.file.get(), bytes, content_.path);
    content_.size += bytes.size();
    unsent_ += bytes.size();
    if (unsent_ < write_back_every) return;
    base::start_write_back(content_.file.get());
    unsent_ = 0;
}

bool Draft::fits_in_memory(std::size_t more)
{
    const std::size_t needed = content_.memory.size() + more;
    if (needed > largest_in_memory) return false;
    if (needed <= reserved_) return true;
    const auto expected = static_cast<std::size_t>(std::min<std::uint64_t>(envelope_.size, largest_in_memory));
    const std::size_t reserve = std::max({needed, expected, std::min(2 * reserved_, largest_in_memory)});
    if (!home_.memory.take(reserve - reserved_)) return false;
    reserved_ = reserve;
    content_.memory.reserve(reserve);
    return true;
}

void Draft::create_file()
{
    content_.path = home_.path / name_;
    base::Fd file{::openat(home_.folder, name_.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600)};
    if (!file) throw base::SystemError{"create", content_.path.native(), errno};
    created_ = true;
    base::write_all(file.get(), content_.memory, content_.path);
    content_.file = std::move(file);
    leave_memory();
}

void Draft::leave_memory() noexcept
{
    std::string{}.swap(content_.memory);
    home_.memory.give_back(std::exchange(reserved_, 0));
}

std::string Draft::digest()
{
    DigestSink sink;
    content_.read_back(sink);
    return sink.digest.hex();
}

Content Draft::release()
{
    if (std::exchange(created_, false)) ::unlinkat(home_.folder, name_.c_str(), 0);
    home_.memory.give_back(std::exchange(reserved_, 0));
    return std::move(content_);
}

void Draft::put_into_file()
{
    if (!content_.file) create_file();
    base::start_write_back(content_.file.get());
}

void Draft::wait_for_write_back() const noexcept { base::wait_for_write_back(content_.file.get()); }

void Draft::sync_and_close()
{
    base::sync_file(content_.file.get(), content_.path);
    const int error = content_.file.close();
    if (error != 0) throw base::SystemError{"write to", content_.path.native(), error};
}

}
