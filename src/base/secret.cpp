#include <popfetch/base/secret.hpp>

#include <cstring>
#include <new>
#include <utility>

#include <openssl/crypto.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/prctl.h>
#endif

namespace popfetch::base {

namespace {

std::size_t whole_pages(std::size_t size)
{
    const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
    return (size + page - 1) / page * page;
}

// Pages of its own: mlock(2) and madvise(2) work on pages, and no other allocation ever gets these bytes back.
char* map_pages(std::size_t size)
{
    void* const pages = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (pages == MAP_FAILED) throw std::bad_alloc{};
    // Best effort: RLIMIT_MEMLOCK may be small, and a secret that could be swapped out is better than no mail.
    (void)::mlock(pages, size);
#ifdef MADV_DONTDUMP
    (void)::madvise(pages, size, MADV_DONTDUMP);
#endif
    return static_cast<char*>(pages);
}

}

Secret::Secret(std::string_view text) { append(text); }

Secret::Secret(const Secret& other) { append(other.reveal()); }

Secret::Secret(Secret&& other) noexcept { swap(other); }

Secret& Secret::operator=(Secret other) noexcept
{
    swap(other);
    return *this;
}

Secret::~Secret() { release(); }

void Secret::append(std::string_view text)
{
    if (text.empty()) return;
    if (size_ + text.size() <= mapped_) {
        std::memcpy(data_ + size_, text.data(), text.size());
        size_ += text.size();
        return;
    }
    Secret larger;
    larger.mapped_ = whole_pages((size_ + text.size()) * 2);
    larger.data_ = map_pages(larger.mapped_);
    larger.append(reveal());
    larger.append(text); // before the old pages go: `text` may be a part of them
    swap(larger);
}

void Secret::swap(Secret& other) noexcept
{
    std::swap(data_, other.data_);
    std::swap(size_, other.size_);
    std::swap(mapped_, other.mapped_);
}

void Secret::release() noexcept
{
    if (data_ == nullptr) return;
    wipe(data_, size_);
    ::munmap(data_, mapped_);
    data_ = nullptr;
    size_ = 0;
    mapped_ = 0;
}

void wipe(char* bytes, std::size_t size) noexcept { OPENSSL_cleanse(bytes, size); }

void protect_process() noexcept
{
    const rlimit none{0, 0};
    (void)::setrlimit(RLIMIT_CORE, &none);
#ifdef __linux__
    (void)::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
#endif
}

void forbid_new_privileges() noexcept
{
#ifdef __linux__
    (void)::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
#endif
}

}
