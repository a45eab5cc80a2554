#include "support/catch.hpp"

#include <cerrno>
#include <string>
#include <thread>

#include <fcntl.h>
#include <netinet/in.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <popfetch/base/sandbox.hpp>

#include "support/child.hpp"
#include "support/temp_folder.hpp"

namespace base = popfetch::base;
using popfetch::test::exit_status_of;
using popfetch::test::put_text;
using popfetch::test::TempFolder;
using popfetch::test::text_of;

#ifdef __linux__

namespace {

// What a compromised process tries: 0, or the errno.
int opened(const base::Path& path, int flags)
{
    const base::Fd fd{::open(path.c_str(), flags | O_CLOEXEC, 0600)};
    return fd ? 0 : errno;
}

int connected_to(std::uint16_t port)
{
    const base::Fd fd{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return ::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 ? 0 : errno;
}

base::Confinement what_this_kernel_can()
{
    base::Confinement confinement;
    const int status = exit_status_of([] {
        const auto entered = base::Sandbox{}.enter();
        return (entered.files ? 1 : 0) + (entered.ports ? 2 : 0);
    });
    confinement.files = (status & 1) != 0;
    confinement.ports = (status & 2) != 0;
    return confinement;
}

// True, with a word on why, where this kernel cannot do what a test is about.
bool skipped(bool possible, const char* what)
{
    if (!possible) WARN("skipped: this kernel has no Landlock for " << what);
    return !possible;
}

// A home as a thief finds it, a maildir in it, and a place that may be read.
struct Home {
    TempFolder folder;
    base::Path ssh = folder / ".ssh", maildir = folder / "Maildir", system = folder / "etc";

    Home()
    {
        for (const auto& path : {ssh, maildir / "tmp", maildir / "new", system})
            std::filesystem::create_directories(path);
        put_text(ssh / "id_ed25519", "private");
        put_text(system / "hosts", "127.0.0.1 localhost\n");
    }

    void enter() const
    {
        base::Sandbox sandbox;
        sandbox.may_read(system);
        sandbox.may_change(maildir);
        (void)std::move(sandbox).enter();
    }
};

}

TEST_CASE("a compromised process reads no key and writes nowhere else")
{
    if (skipped(what_this_kernel_can().files, "files")) return;
    const Home home;
    CHECK(exit_status_of([&] {
              home.enter();
              if (opened(home.ssh / "id_ed25519", O_RDONLY) != EACCES) return 1;
              if (opened(home.ssh / "id_ed25519", O_WRONLY) != EACCES) return 2;
              if (opened(home.ssh / "authorized_keys", O_WRONLY | O_CREAT) != EACCES) return 3;
              if (opened(home.ssh, O_RDONLY | O_DIRECTORY) != EACCES) return 4;
              if (opened(home.system / "hosts", O_WRONLY) != EACCES) return 5;
              if (::unlink((home.ssh / "id_ed25519").c_str()) == 0) return 6;
              if (::rename((home.ssh / "id_ed25519").c_str(), (home.maildir / "stolen").c_str()) == 0) return 7;
              if (::link((home.ssh / "id_ed25519").c_str(), (home.maildir / "stolen").c_str()) == 0) return 8;
              if (::symlink("/etc/passwd", (home.maildir / "link").c_str()) == 0) return 9;
              if (::truncate((home.system / "hosts").c_str(), 0) == 0) return 10;
              if (::access("/bin/true", X_OK) == 0 && ::execl("/bin/true", "true", nullptr) == 0) return 11;
              return 0;
          }) == 0);
    CHECK(text_of(home.ssh / "id_ed25519") == "private");
}

TEST_CASE("within a sandbox mail is read and delivered as before")
{
    const Home home;
    CHECK(exit_status_of([&] {
              home.enter();
              if (opened(home.system / "hosts", O_RDONLY) != 0) return 1;
              put_text(home.maildir / "tmp" / "letter", "mail");
              if (::rename((home.maildir / "tmp" / "letter").c_str(), (home.maildir / "new" / "letter").c_str()) != 0)
                  return 2;
              base::sync_folder(home.maildir / "new");
              if (text_of(home.maildir / "new" / "letter") != "mail") return 3;
              base::create_folders(home.maildir / "cur");
              return ::rmdir((home.maildir / "cur").c_str()) == 0 ? 0 : 4;
          }) == 0);
    CHECK(text_of(home.maildir / "new" / "letter") == "mail");
}

TEST_CASE("where a folder may only be written to nothing in it can be read")
{
    if (skipped(what_this_kernel_can().files, "files")) return;
    const Home home;
    CHECK(exit_status_of([&] {
              base::Sandbox sandbox;
              sandbox.may_write(home.folder.path());
              (void)std::move(sandbox).enter();
              if (opened(home.ssh / "id_ed25519", O_RDONLY) != EACCES) return 1;
              return opened(home.folder / "lock", O_WRONLY | O_CREAT | O_EXCL);
          }) == 0);
}

TEST_CASE("every thread that is started within a sandbox is in it")
{
    if (skipped(what_this_kernel_can().files, "files")) return;
    const Home home;
    CHECK(exit_status_of([&] {
              home.enter();
              int seen = 0;
              std::thread{[&] { seen = opened(home.ssh / "id_ed25519", O_RDONLY); }}.join();
              return seen == EACCES ? 0 : 1;
          }) == 0);
}

TEST_CASE("from a sandbox only the ports that were allowed are called")
{
    if (skipped(what_this_kernel_can().ports, "ports")) return;
    // Nobody listens at either port: what is allowed is refused by nobody's being there.
    constexpr std::uint16_t allowed = 1;
    constexpr std::uint16_t other = 2;
    CHECK(exit_status_of([] {
              base::Sandbox sandbox;
              sandbox.may_connect_to(allowed);
              (void)std::move(sandbox).enter();
              return connected_to(allowed) == ECONNREFUSED && connected_to(other) == EACCES ? 0 : 1;
          }) == 0);
}

TEST_CASE("a sandbox leaves what is open and takes privileges and core dumps")
{
    const Home home;
    CHECK(exit_status_of([&] {
              const auto open = base::open_file(home.ssh / "id_ed25519", O_RDONLY);
              home.enter();
              char first = 0;
              if (::read(open.get(), &first, 1) != 1 || first != 'p') return 1;
              rlimit core{1, 1};
              ::getrlimit(RLIMIT_CORE, &core);
              if (core.rlim_max != 0 || ::prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) != 0) return 2;
              return ::prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1 ? 0 : 3;
          }) == 0);
}

#endif

TEST_CASE("a sandbox says in words what became of it")
{
    CHECK(exit_status_of([] { return base::Sandbox{}.enter().text.empty() ? 1 : 0; }) == 0);
}
