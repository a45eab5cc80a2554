#include "support/catch.hpp"
#include "support/child.hpp"
#include "support/temp_folder.hpp"

#include <cerrno>
#include <csignal>
#include <cstddef>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <popfetch/base/error.hpp>
#include <popfetch/base/file.hpp>
#include <popfetch/base/interrupt.hpp>

using namespace popfetch;
using base::Fd;
using base::SystemError;
using test::TempFolder;
using test::text_of;
namespace fs = std::filesystem;

namespace {

struct Syncs {
    std::vector<ino_t> inodes; // in the order in which they were synced
    int fail_with = 0;
    std::size_t interruptions = 0;
};
Syncs syncs;

int sync_or_fail(long call, int fd)
{
    if (syncs.interruptions > 0) {
        --syncs.interruptions;
        errno = EINTR;
        return -1;
    }
    struct stat status = {};
    ::fstat(fd, &status);
    syncs.inodes.push_back(status.st_ino);
    if (syncs.fail_with == 0) return static_cast<int>(::syscall(call, fd));
    errno = syncs.fail_with;
    return -1;
}

}

// In front of the C library's: what was synced, and in which order?
extern "C" int fsync(int fd) { return sync_or_fail(SYS_fsync, fd); }
extern "C" int fdatasync(int fd) { return sync_or_fail(SYS_fdatasync, fd); }

namespace {

// Each test sees only its own syncs, and leaves none to fail.
struct WatchSyncs {
    WatchSyncs() { syncs = {}; }
    WatchSyncs(const WatchSyncs&) = delete;
    WatchSyncs& operator=(const WatchSyncs&) = delete;
    ~WatchSyncs() { syncs = {}; }
};

ino_t inode_of(const fs::path& path)
{
    struct stat status = {};
    REQUIRE(::stat(path.c_str(), &status) == 0);
    return status.st_ino;
}

unsigned mode_of(const fs::path& path)
{
    struct stat status = {};
    REQUIRE(::stat(path.c_str(), &status) == 0);
    return status.st_mode & 07777U;
}

template<typename Call>
int errno_of(Call call)
{
    try {
        call();
    } catch (const SystemError& error) {
        return error.error_number();
    }
    return 0;
}

std::size_t entries_in(const fs::path& folder)
{
    std::size_t count = 0;
    for ([[maybe_unused]] const auto& entry : fs::directory_iterator{folder}) ++count;
    return count;
}

struct Pipe {
    Pipe()
    {
        int ends[2];
        REQUIRE(::pipe2(ends, O_CLOEXEC) == 0);
        reader = Fd{ends[0]};
        writer = Fd{ends[1]};
    }
    Fd reader, writer;
};

std::string some_text(std::size_t size)
{
    std::string text(size, '\0');
    for (std::size_t i = 0; i < size; ++i) text[i] = static_cast<char>(i * 31 % 251);
    return text;
}

// Reads to the end, once the writer cannot go on.
std::string drained(int fd)
{
    std::string text;
    char buffer[1000];
    for (;;) {
        const ssize_t got = ::read(fd, buffer, sizeof buffer);
        if (got <= 0) return text;
        text.append(buffer, static_cast<std::size_t>(got));
    }
}

void wait_until_full(int reader, int capacity)
{
    for (int held = 0; held < capacity; ::ioctl(reader, FIONREAD, &held)) std::this_thread::yield();
}

}

TEST_CASE("a file is opened close-on-exec with the mode asked for")
{
    const TempFolder folder;
    const Fd fd = base::open_file(folder / "a", O_WRONLY | O_CREAT, 0600);
    CHECK((::fcntl(fd.get(), F_GETFD) & FD_CLOEXEC) != 0);
    CHECK(mode_of(folder / "a") == 0600);
}

TEST_CASE("what cannot be opened or created says so with its own status")
{
    const TempFolder folder;
    try {
        (void)base::open_file(folder / "none/a", O_WRONLY | O_CREAT);
        FAIL("opened");
    } catch (const SystemError& error) {
        CHECK(error.status() == base::ExitStatus::cannot_create);
        CHECK(error.error_number() == ENOENT);
        CHECK(std::string{error.what()}.starts_with((folder / "none/a").native() + ": no such file"));
    }
    try {
        (void)base::open_file(folder / "a", O_RDONLY);
        FAIL("opened");
    } catch (const SystemError& error) {
        CHECK(error.status() == base::ExitStatus::io);
    }
}

TEST_CASE("F01 writing to a full disk is a temporary error that names the file")
{
    const Fd fd = base::open_file("/dev/full", O_WRONLY);
    try {
        base::write_all(fd.get(), "x", "/srv/mail/new");
        FAIL("written");
    } catch (const SystemError& error) {
        CHECK(std::string{error.what()} == "/srv/mail/new: no space left on device");
        CHECK(error.status() == base::ExitStatus::temporary);
    }
}

TEST_CASE("F05 short writes and a pipe that is full for now are gone on with")
{
    Pipe pipe;
    ::fcntl(pipe.writer.get(), F_SETFL, O_NONBLOCK);
    const std::string text = some_text(1'000'000);
    std::string got;
    std::thread reader{[&] { got = drained(pipe.reader.get()); }};
    base::write_all(pipe.writer.get(), text, "pipe");
    pipe.writer.reset();
    reader.join();
    CHECK(got == text);
}

TEST_CASE("F05 a signal in the middle of a write loses nothing")
{
    struct sigaction quiet = {};
    struct sigaction before = {};
    quiet.sa_handler = [](int) {};
    ::sigaction(SIGUSR1, &quiet, &before);
    Pipe pipe;
    const int capacity = ::fcntl(pipe.writer.get(), F_GETPIPE_SZ);
    const std::string text = some_text(300'000);
    std::string got;
    const pthread_t writer = ::pthread_self();
    std::thread reader{[&] {
        wait_until_full(pipe.reader.get(), capacity);
        for (int i = 0; i < 50; ++i) ::pthread_kill(writer, SIGUSR1);
        got = drained(pipe.reader.get());
    }};
    base::write_all(pipe.writer.get(), text, "pipe");
    pipe.writer.reset();
    reader.join();
    ::sigaction(SIGUSR1, &before, nullptr);
    CHECK(got == text);
}

TEST_CASE("N12 waiting for a slow reader ends when a signal arrives")
{
    CHECK(test::exit_status_of([] {
              base::catch_signals();
              const Pipe pipe;
              ::fcntl(pipe.writer.get(), F_SETFL, O_NONBLOCK);
              const int capacity = ::fcntl(pipe.writer.get(), F_GETPIPE_SZ);
              std::thread interrupter{[&] {
                  wait_until_full(pipe.reader.get(), capacity);
                  ::kill(::getpid(), SIGTERM);
              }};
              int result = 1;
              try {
                  base::write_all(pipe.writer.get(), some_text(1'000'000), "pipe");
              } catch (const base::Interrupted&) {
                  result = 0;
              }
              interrupter.join();
              return result;
          }) == 0);
}

TEST_CASE("bytes are written at their place")
{
    const TempFolder folder;
    test::put_text(folder / "a", "0123456789");
    const Fd fd = base::open_file(folder / "a", O_WRONLY);
    base::write_all_at(fd.get(), "abc", 4, folder / "a");
    base::write_all_at(fd.get(), "XY", 12, folder / "a");
    CHECK(text_of(folder / "a") == std::string("0123abc789\0\0XY", 14));
    const Fd full = base::open_file("/dev/full", O_WRONLY);
    CHECK(errno_of([&] { base::write_all_at(full.get(), "x", 0, "a"); }) == ENOSPC);
}

TEST_CASE("F02 a failed sync is an error and is not repeated")
{
    const TempFolder folder;
    const Fd fd = base::open_file(folder / "a", O_WRONLY | O_CREAT);
    const WatchSyncs watch;
    syncs.fail_with = EIO;
    CHECK(errno_of([&] { base::sync_file(fd.get(), folder / "a"); }) == EIO);
    CHECK(syncs.inodes.size() == 1);
    CHECK(errno_of([&] { base::sync_folder(folder.path()); }) == EIO);
    CHECK(syncs.inodes == std::vector{inode_of(folder / "a"), inode_of(folder.path())});
}

TEST_CASE("F05 a sync that a signal cut off is made again")
{
    const TempFolder folder;
    const WatchSyncs watch;
    syncs.interruptions = 2;
    base::sync_folder(folder.path());
    CHECK(syncs.inodes == std::vector{inode_of(folder.path())});
}

TEST_CASE("a file system that knows no sync of folders is no error")
{
    const TempFolder folder;
    const WatchSyncs watch;
    syncs.fail_with = EINVAL;
    CHECK_NOTHROW(base::sync_folder(folder.path()));
    CHECK(errno_of([&] { base::sync_folder(folder / "none"); }) == ENOENT);
}

TEST_CASE("asking for write-back is never an error")
{
    base::start_write_back(-1);
    const TempFolder folder;
    const Fd fd = base::open_file(folder / "a", O_WRONLY | O_CREAT);
    base::start_write_back(fd.get());
}

TEST_CASE("folders are made for their owner alone and each new name is durable")
{
    const TempFolder folder;
    const WatchSyncs watch;
    base::create_folders(folder / "a/b/c/");
    CHECK(fs::is_directory(folder / "a/b/c"));
    CHECK(mode_of(folder / "a") == 0700);
    CHECK(mode_of(folder / "a/b/c") == 0700);
    CHECK(syncs.inodes == std::vector{inode_of(folder.path()), inode_of(folder / "a"), inode_of(folder / "a/b")});
}

TEST_CASE("folders that exist are left as they are")
{
    const TempFolder folder;
    fs::create_directory(folder / "a");
    fs::permissions(folder / "a", fs::perms{0755});
    fs::create_directory_symlink("a", folder / "link");
    const WatchSyncs watch;
    base::create_folders(folder / "a");
    base::create_folders(folder / "link");
    base::create_folders("");
    CHECK(syncs.inodes.empty());
    CHECK(mode_of(folder / "a") == 0755);
    base::create_folders(folder / "link/b");
    CHECK(fs::is_directory(folder / "a/b"));
}

TEST_CASE("a file in the way of a folder is an error")
{
    const TempFolder folder;
    test::put_text(folder / "a", "");
    CHECK(errno_of([&] { base::create_folders(folder / "a"); }) == EEXIST);
    CHECK(errno_of([&] { base::create_folders(folder / "a/b"); }) != 0);
    fs::create_symlink("nowhere", folder / "link");
    CHECK(errno_of([&] { base::create_folders(folder / "link"); }) == EEXIST);
}

TEST_CASE("a file is read whole up to its limit")
{
    const TempFolder folder;
    for (const std::size_t size : {0U, 1U, 16'383U, 16'384U, 16'385U, 50'000U}) {
        test::put_text(folder / "a", some_text(size));
        CHECK(base::read_file(folder / "a", size) == some_text(size));
        CHECK(base::read_file(folder / "a", 1 << 20) == some_text(size));
    }
    CHECK(errno_of([&] { (void)base::read_file(folder / "none", 1); }) == ENOENT);
    CHECK(errno_of([&] { (void)base::read_file(folder.path(), 1); }) == EISDIR);
}

TEST_CASE("a file over its limit is refused by name")
{
    const TempFolder folder;
    test::put_text(folder / "a", "12345");
    try {
        (void)base::read_file(folder / "a", 4);
        FAIL("read");
    } catch (const base::Error& error) {
        CHECK(error.kind() == "file.too_large");
        CHECK(std::string{error.what()} == (folder / "a").native() + ": larger than 4 octets");
    }
    const Fd endless = base::open_file("/dev/zero", O_RDONLY);
    CHECK_THROWS_AS(base::read_all(endless.get(), "/dev/zero", 100'000), base::Error);
}

TEST_CASE("a pipe is read in whatever pieces it comes")
{
    Pipe pipe;
    std::thread writer{[&] {
        for (const char byte : some_text(200)) (void)!::write(pipe.writer.get(), &byte, 1);
        pipe.writer.reset();
    }};
    CHECK(base::read_all(pipe.reader.get(), "pipe", 1000) == some_text(200));
    writer.join();
}

TEST_CASE("a file is replaced whole and durably and with its mode")
{
    const TempFolder folder;
    test::put_text(folder / "a", "old");
    const ino_t old_inode = inode_of(folder / "a");
    const WatchSyncs watch;
    const mode_t umask_before = ::umask(0077);
    base::replace_file(folder / "a", "new", 0644);
    ::umask(umask_before);
    CHECK(text_of(folder / "a") == "new");
    CHECK(mode_of(folder / "a") == 0644);
    CHECK(inode_of(folder / "a") != old_inode);
    CHECK(syncs.inodes == std::vector{inode_of(folder / "a"), inode_of(folder.path())});
    CHECK(entries_in(folder.path()) == 1);
}

TEST_CASE("a file that cannot be replaced stays and nothing is left beside it")
{
    const TempFolder folder;
    test::put_text(folder / "a", "old");
    {
        const WatchSyncs watch;
        syncs.fail_with = EIO;
        CHECK(errno_of([&] { base::replace_file(folder / "a", "new"); }) == EIO);
    }
    CHECK(text_of(folder / "a") == "old");
    fs::create_directory(folder / "full");
    CHECK(errno_of([&] { base::replace_file(folder / "full", "new"); }) != 0);
    CHECK(entries_in(folder.path()) == 2);
}

TEST_CASE("a file without a folder in its name is replaced where we are")
{
    const TempFolder folder;
    CHECK(test::exit_status_of([&] {
              fs::current_path(folder.path());
              base::replace_file("a", "new");
              base::create_folders("b/c");
              return 0;
          }) == 0);
    CHECK(text_of(folder / "a") == "new");
    CHECK(fs::is_directory(folder / "b/c"));
}
