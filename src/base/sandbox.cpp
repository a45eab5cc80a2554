#include <popfetch/base/sandbox.hpp>

#include <atomic>
#include <cerrno>
#include <cstring>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <popfetch/base/secret.hpp>

#if defined(__linux__) && __has_include(<linux/landlock.h>)
#include <linux/landlock.h>
#include <sys/syscall.h>
#endif

#if defined(LANDLOCK_CREATE_RULESET_VERSION) && defined(SYS_landlock_create_ruleset)

namespace popfetch::base {

namespace {

// The numbers are the kernel's for ever (Documentation/userspace-api/landlock.rst); the header that a program is
// compiled with may be older than the kernel it runs on, so what came later stands here.
constexpr std::uint64_t refer = 1ULL << 13;     // version 2, Linux 5.19
constexpr std::uint64_t truncate = 1ULL << 14;  // version 3, Linux 6.2
constexpr std::uint64_t ioctl_dev = 1ULL << 15; // version 5, Linux 6.10
constexpr std::uint64_t bind_tcp = 1ULL << 0;   // version 4, Linux 6.7
constexpr std::uint64_t connect_tcp = 1ULL << 1;
constexpr std::uint64_t scope_abstract_sockets = 1ULL << 0; // version 6, Linux 6.12
constexpr std::uint64_t scope_signals = 1ULL << 1;

// Without `refer` nothing can be moved from one folder into another, which is how a maildir works.
constexpr int least_version = 2;
constexpr int version_with_truncate = 3;
constexpr int version_with_ports = 4;
constexpr int version_with_ioctl = 5;
constexpr int version_with_scopes = 6;

struct Attributes {
    std::uint64_t files, ports, scopes;
};
struct PortRule {
    std::uint64_t rights, port;
};
constexpr int port_rule = 2; // LANDLOCK_RULE_NET_PORT

constexpr std::uint64_t reading = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR;
// Syncing a folder needs a descriptor of it, hence READ_DIR.
constexpr std::uint64_t writing = LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_READ_DIR |
                                  LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_MAKE_DIR |
                                  LANDLOCK_ACCESS_FS_REMOVE_FILE | LANDLOCK_ACCESS_FS_REMOVE_DIR | refer | truncate;
constexpr std::uint64_t all_of_version_1 = (LANDLOCK_ACCESS_FS_MAKE_SYM << 1U) - 1;
constexpr std::uint64_t for_plain_files =
    LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_WRITE_FILE | truncate | ioctl_dev;

std::uint64_t file_rights(int version)
{
    auto rights = all_of_version_1 | refer;
    if (version >= version_with_truncate) rights |= truncate;
    if (version >= version_with_ioctl) rights |= ioctl_dev;
    return rights;
}

int kernel_version()
{
    const auto version = ::syscall(SYS_landlock_create_ruleset, nullptr, 0, LANDLOCK_CREATE_RULESET_VERSION);
    return version < 0 ? 0 : static_cast<int>(version);
}

Fd make_rules(int version)
{
    const bool ports = version >= version_with_ports;
    const bool scopes = version >= version_with_scopes;
    const Attributes attributes{file_rights(version), ports ? bind_tcp | connect_tcp : 0,
                                scopes ? scope_abstract_sockets | scope_signals : 0};
    // A kernel takes a longer structure than it knows as long as the rest is zero.
    const auto made = ::syscall(SYS_landlock_create_ruleset, &attributes, sizeof attributes, 0);
    return Fd{static_cast<int>(made)}; // close-on-exec by itself
}

std::atomic<bool> entered{false};

std::string missing_landlock()
{
    const int version = kernel_version();
    if (version > 0) return "Landlock " + std::to_string(version) + " of this kernel cannot move files; 2 is needed";
    return errno == EOPNOTSUPP ? "Landlock is switched off in this kernel" : "this kernel has no Landlock";
}

}

bool Sandbox::is_entered() noexcept { return entered; }

Sandbox::Sandbox() : version_{kernel_version()}
{
    if (version_ < least_version) return;
    rules_ = make_rules(version_);
    // bind(2) without a port only chooses the address to connect from (source_address).
    const PortRule any{bind_tcp, 0};
    if (version_ >= version_with_ports) (void)::syscall(SYS_landlock_add_rule, rules_.get(), port_rule, &any, 0);
}

void Sandbox::allow(const Path& path, std::uint64_t rights)
{
    if (!rules_) return;
    const Fd place{::open(path.c_str(), O_PATH | O_CLOEXEC)};
    struct stat status = {};
    if (!place || ::fstat(place.get(), &status) != 0) return;
    rights &= file_rights(version_);
    if (!S_ISDIR(status.st_mode)) rights &= for_plain_files;
    const landlock_path_beneath_attr rule{rights, place.get()};
    // A rule that the kernel refuses is one permission less: what needs it will say so.
    (void)::syscall(SYS_landlock_add_rule, rules_.get(), LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
}

void Sandbox::may_read(const Path& path) { allow(path, reading); }
void Sandbox::may_write(const Path& path) { allow(path, writing); }
void Sandbox::may_change(const Path& path) { allow(path, reading | writing); }
void Sandbox::may_use_device(const Path& path) { allow(path, reading | writing | ioctl_dev); }

void Sandbox::may_connect_to(std::uint16_t port)
{
    const PortRule rule{connect_tcp, port};
    if (rules_ && version_ >= version_with_ports)
        (void)::syscall(SYS_landlock_add_rule, rules_.get(), port_rule, &rule, 0);
}

Confinement Sandbox::enter() &&
{
    protect_process();
    forbid_new_privileges();
    if (!rules_) return {false, false, missing_landlock()};
    const Fd rules = std::exchange(rules_, Fd{});
    if (::syscall(SYS_landlock_restrict_self, rules.get(), 0) != 0)
        return {false, false, std::string{"Landlock refused: "} + std::strerror(errno)};
    entered = true;
    const bool ports = version_ >= version_with_ports;
    return {true, ports, "Landlock " + std::to_string(version_) + (ports ? ": files and ports" : ": files")};
}

}

#else

namespace popfetch::base {

Sandbox::Sandbox() = default;
bool Sandbox::is_entered() noexcept { return false; }
void Sandbox::allow(const Path&, std::uint64_t) {}
void Sandbox::may_read(const Path&) {}
void Sandbox::may_write(const Path&) {}
void Sandbox::may_change(const Path&) {}
void Sandbox::may_use_device(const Path&) {}
void Sandbox::may_connect_to(std::uint16_t) {}

Confinement Sandbox::enter() &&
{
    protect_process();
    forbid_new_privileges();
    (void)version_;
    return {false, false, "this build has no Landlock"};
}

}

#endif
