#include "support/catch.hpp"

#include <cerrno>
#include <cstring>

#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <popfetch/config/account.hpp>

#include "config/checked_file.hpp"
#include "support/temp_folder.hpp"

using popfetch::config::check_permissions;
using popfetch::config::Holds;
using popfetch::config::open_for_reading;
using popfetch::test::put_text;
using popfetch::test::TempFolder;
namespace config = popfetch::config;
namespace base = popfetch::base;

namespace {

constexpr uid_t somebody_else = 12345;

void put_with_mode(const base::Path& path, mode_t mode)
{
    put_text(path, "secret\n");
    REQUIRE(::chmod(path.c_str(), mode) == 0);
}

std::string complaint(const base::Path& path, Holds holds)
{
    try {
        const auto file = open_for_reading(path);
        check_permissions(file.get(), path, holds);
    } catch (const config::Invalid& error) {
        return error.kind() + ": " + error.what();
    }
    return {};
}

}

TEST_CASE("C01 a file with a secret is open to nobody else")
{
    const TempFolder folder;
    const auto path = folder / "f";
    for (const mode_t mode : {0600U, 0400U, 0700U}) {
        put_with_mode(path, mode);
        CHECK(complaint(path, Holds::secret).empty());
    }
    for (const mode_t mode : {0640U, 0644U, 0660U, 0604U, 0610U, 0601U}) {
        put_with_mode(path, mode);
        char octal[8];
        std::snprintf(octal, sizeof octal, "%04o", static_cast<unsigned>(mode));
        CHECK(complaint(path, Holds::secret) == "config.permissions: " + path.string() +
                                                    ": holds a secret and is open to others (mode " + octal +
                                                    "); chmod 600 " + path.string());
    }
}

TEST_CASE("W12 a container's secret is accepted where nobody else can reach it, else the way out is named")
{
    if (::geteuid() != 0) return; // only root makes root's files
    const TempFolder folder;
    const auto inner = folder / "run/secrets";
    std::filesystem::create_directories(inner);
    for (const mode_t mode : {0444U, 0440U}) {
        REQUIRE(::chmod(folder.path().c_str(), 0700) == 0);
        const auto path = inner / ("pop" + std::to_string(mode));
        put_with_mode(path, mode);
        REQUIRE(::symlink(path.c_str(), (inner / "link").c_str()) == 0);
        CHECK(complaint(path, Holds::secret).empty());
        CHECK(complaint(inner / "link", Holds::secret).empty());

        for (const mode_t open : {0755U, 0711U, 0710U}) {
            REQUIRE(::chmod(folder.path().c_str(), open) == 0);
            const auto told = complaint(path, Holds::secret);
            CHECK(told.find("holds a secret and is open to others (mode 04") != std::string::npos);
            CHECK(told.find("password_credential = \"" + path.filename().string() +
                            "\" with CREDENTIALS_DIRECTORY=" + inner.string()) != std::string::npos);
        }
        REQUIRE(::chmod(folder.path().c_str(), 0700) == 0);
        REQUIRE(::chown(folder.path().c_str(), somebody_else, 0) == 0);
        CHECK_FALSE(complaint(path, Holds::secret).empty());
        REQUIRE(::chown(folder.path().c_str(), 0, 0) == 0);
        REQUIRE(::link(path.c_str(), (inner / "second").c_str()) == 0); // who knows where
        CHECK_FALSE(complaint(path, Holds::secret).empty());
        std::filesystem::remove(inner / "second");
        std::filesystem::remove(inner / "link");
        REQUIRE(::chown(path.c_str(), ::geteuid() + 1, 0) == 0);
        CHECK_FALSE(complaint(path, Holds::secret).empty());
    }
}

TEST_CASE("C01 a file without a secret may be read by others but not written")
{
    const TempFolder folder;
    const auto path = folder / "f";
    put_with_mode(path, 0644);
    CHECK(complaint(path, Holds::settings).empty());
    for (const mode_t mode : {0664U, 0646U}) {
        put_with_mode(path, mode);
        CHECK(complaint(path, Holds::settings).find(": others can write to it (mode 06") != std::string::npos);
        CHECK(complaint(path, Holds::settings).find("; chmod 600 " + path.string()) != std::string::npos);
    }
}

TEST_CASE("C01 a file of somebody else is not believed and a link does not change that")
{
    if (::geteuid() != 0) return; // only root can give files away
    const TempFolder folder;
    put_with_mode(folder / "f", 0600);
    REQUIRE(::chown((folder / "f").c_str(), somebody_else, 0) == 0);
    REQUIRE(::symlink("f", (folder / "link").c_str()) == 0);
    for (const auto* const name : {"f", "link"}) {
        const auto path = folder / name;
        const auto told = "config.permissions: " + path.string() +
                          ": belongs to somebody else (user id 12345); it must be your own, or root's";
        CHECK(complaint(path, Holds::settings) == told);
        CHECK(complaint(path, Holds::secret) == told);
    }
}

TEST_CASE("C01 a link to a file of our own is followed")
{
    const TempFolder folder;
    put_with_mode(folder / "f", 0600);
    REQUIRE(::symlink("f", (folder / "link").c_str()) == 0);
    CHECK(complaint(folder / "link", Holds::secret).empty());
    REQUIRE(::chmod((folder / "f").c_str(), 0644) == 0);
    CHECK_FALSE(complaint(folder / "link", Holds::secret).empty());
}

TEST_CASE("C01 an access control list that lets somebody in counts")
{
    const TempFolder folder;
    const auto path = folder / "f";
    put_with_mode(path, 0600);
    // user::rw- user:12345:r-- group::--- mask::r-- other::---, as acl(5) and the kernel keep it
    struct Entry {
        std::uint16_t tag, permissions;
        std::uint32_t id;
    };
    struct {
        std::uint32_t version = 2;
        Entry entries[5] = {{1, 6, ~0U}, {2, 4, somebody_else}, {4, 0, ~0U}, {0x10, 4, ~0U}, {0x20, 0, ~0U}};
    } list;
    if (::setxattr(path.c_str(), "system.posix_acl_access", &list, sizeof list, 0) != 0) {
        REQUIRE(errno == ENOTSUP); // a file system without such lists
        return;
    }
    CHECK(complaint(path, Holds::secret).find("holds a secret and is open to others (mode 0640)") != std::string::npos);
}

TEST_CASE("C01 a folder that everybody can write to is refused unless names in it are protected")
{
    const TempFolder folder;
    const auto inner = folder / "inner";
    std::filesystem::create_directory(inner);
    put_with_mode(inner / "f", 0600);
    REQUIRE(::symlink("inner/f", (folder / "link").c_str()) == 0);
    REQUIRE(::chmod(inner.c_str(), 0777) == 0);
    const auto told = "config.permissions: " + inner.string() +
                      ": everybody can write to this folder (mode 0777); chmod o-w " + inner.string();
    CHECK(complaint(inner / "f", Holds::settings) == told);
    CHECK(complaint(folder / "link", Holds::settings) == told);
    REQUIRE(::chmod(inner.c_str(), 01777) == 0);
    CHECK(complaint(inner / "f", Holds::settings).empty());
    REQUIRE(::chmod(inner.c_str(), 0775) == 0);
    CHECK(complaint(inner / "f", Holds::settings).empty());
}

TEST_CASE("C07 what was opened is what is read although the name leads elsewhere by now")
{
    const TempFolder folder;
    const auto path = folder / "f";
    put_with_mode(path, 0600);
    const auto file = open_for_reading(path);
    put_text(folder / "other", "replaced\n");
    std::filesystem::rename(folder / "other", path);
    CHECK_NOTHROW(check_permissions(file.get(), path, Holds::secret));
    CHECK(base::read_all(file.get(), path, 100) == "secret\n");
}

TEST_CASE("A folder or a device is no file and a missing one is told")
{
    const TempFolder folder;
    CHECK(complaint(folder.path(), Holds::settings) ==
          "config.permissions: " + folder.path().string() + ": is a folder");
    CHECK(complaint("/dev/null", Holds::settings) == "config.permissions: /dev/null: is not a file");
    CHECK(complaint(folder / "none", Holds::settings) ==
          "config.missing: " + (folder / "none").string() + ": cannot be read (No such file or directory)");
}

TEST_CASE("A pipe can stand for a file as shells make them")
{
    int ends[2];
    REQUIRE(::pipe(ends) == 0);
    const base::Fd read{ends[0]};
    const base::Fd write{ends[1]};
    CHECK(complaint("/dev/fd/" + std::to_string(read.get()), Holds::secret).empty());
}
