#include "support/catch.hpp"
#include "support/child.hpp"

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <fstream>
#include <sstream>
#include <string>
#include <type_traits>
#include <utility>

#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/prctl.h>
#include <sys/syscall.h>
#endif

#include <popfetch/base/secret.hpp>

using popfetch::base::Secret;

#ifdef __linux__

namespace {

const void* watched = nullptr; // the pages whose end a test waits for
bool was_wiped = false;

}

// In front of the C library's: what do pages hold when they are given back?
extern "C" int munmap(void* pages, std::size_t size) noexcept
{
    if (pages == watched) {
        const char* const bytes = static_cast<const char*>(pages);
        was_wiped = std::all_of(bytes, bytes + size, [](char byte) { return byte == 0; });
        watched = nullptr;
    }
    return static_cast<int>(::syscall(SYS_munmap, pages, size));
}

namespace {

void watch(const Secret& secret)
{
    watched = secret.reveal().data();
    was_wiped = false;
}

// The VmFlags of the mapping that holds `address` (proc_pid_smaps(5)).
std::string mapping_flags(const void* address)
{
    std::ifstream maps{"/proc/self/smaps"};
    bool inside = false;
    for (std::string line; std::getline(maps, line);) {
        std::istringstream fields{line};
        std::uintptr_t first = 0;
        std::uintptr_t end = 0;
        char dash = 0;
        if (fields >> std::hex >> first >> dash >> end && dash == '-') {
            const auto wanted = reinterpret_cast<std::uintptr_t>(address);
            inside = wanted >= first && wanted < end;
        }
        if (inside && line.starts_with("VmFlags:")) return line + ' ';
    }
    return {};
}

// Not where RLIMIT_MEMLOCK is tiny, nor under AddressSanitizer, which makes mlock(2) do nothing.
bool locking_works()
{
    alignas(4096) static char page[4096];
    if (::mlock(page, sizeof page) != 0) return false;
    const bool locked = mapping_flags(page).find(" lo ") != std::string::npos;
    ::munlock(page, sizeof page);
    return locked;
}

}

TEST_CASE("a secret is wiped before its memory is given back")
{
    {
        const Secret secret{"correct horse"};
        watch(secret);
    }
    CHECK(watched == nullptr);
    CHECK(was_wiped);
}

TEST_CASE("a secret that outgrows its pages leaves nothing in the old ones")
{
    Secret secret{"correct horse"};
    watch(secret);
    secret.append(std::string(100'000, 'x'));
    CHECK(watched == nullptr);
    CHECK(was_wiped);
    CHECK(secret.reveal() == "correct horse" + std::string(100'000, 'x'));
}

TEST_CASE("assigning to a secret wipes what it held")
{
    Secret secret{"old"};
    watch(secret);
    secret = Secret{"new"};
    CHECK(was_wiped);
    CHECK(secret.reveal() == "new");
}

TEST_CASE("C04 a secret is kept out of core dumps and out of swap")
{
    const Secret secret{"correct horse"};
    const std::string flags = mapping_flags(secret.reveal().data());
    CHECK(flags.find(" dd ") != std::string::npos);
    if (locking_works()) CHECK(flags.find(" lo ") != std::string::npos);
}

TEST_CASE("C04 a protected process leaves no core and cannot be traced by its user")
{
    CHECK(popfetch::test::exit_status_of([] {
              popfetch::base::protect_process();
              rlimit core{1, 1};
              ::getrlimit(RLIMIT_CORE, &core);
              const bool may_gain = ::prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 0; // sendmail behind a pipe needs it
              return ::prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) == 0 && core.rlim_cur == 0 && core.rlim_max == 0 && may_gain
                         ? 0
                         : 1;
          }) == 0);
}

TEST_CASE("privileges can be renounced for good")
{
    CHECK(popfetch::test::exit_status_of([] {
              popfetch::base::forbid_new_privileges();
              return ::prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1 ? 0 : 1;
          }) == 0);
}

#endif

TEST_CASE("a secret is the bytes that were put in")
{
    CHECK(Secret{}.empty());
    CHECK(Secret{}.reveal().empty());
    CHECK(Secret{""}.empty());
    const std::string bytes("a\0b", 3);
    const Secret secret{bytes};
    CHECK(secret.reveal() == bytes);
    CHECK(secret.size() == 3);
}

TEST_CASE("copies of a secret are independent and moving leaves an empty one")
{
    Secret first{"one"};
    Secret second = first;
    second.append("two");
    CHECK(first.reveal() == "one");
    CHECK(second.reveal() == "onetwo");
    const Secret third = std::move(second);
    CHECK(third.reveal() == "onetwo");
    CHECK(second.empty()); // NOLINT(bugprone-use-after-move): the state after a move is promised
    const Secret& same = first;
    first = same;
    CHECK(first.reveal() == "one");
}

TEST_CASE("a secret can be appended to itself")
{
    Secret secret{std::string(3'000, 'a')};
    for (int i = 0; i < 4; ++i) secret.append(secret);
    CHECK(secret.reveal() == std::string(48'000, 'a'));
}

TEST_CASE("nothing shows a secret by itself")
{
    STATIC_REQUIRE_FALSE(std::is_convertible_v<Secret, std::string_view>);
    STATIC_REQUIRE_FALSE(std::is_convertible_v<Secret, std::string>);
    STATIC_REQUIRE_FALSE(std::is_convertible_v<const char*, Secret>);
    STATIC_REQUIRE_FALSE(std::equality_comparable<Secret>);
}

TEST_CASE("wiping overwrites the bytes")
{
    std::string text = "correct horse";
    popfetch::base::wipe(text.data(), text.size());
    CHECK(text == std::string(13, '\0'));
}
