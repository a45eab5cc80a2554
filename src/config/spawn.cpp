#include "spawn.hpp"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <string_view>

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <popfetch/base/error.hpp>
#include <popfetch/base/file.hpp>

extern char** environ; // NOLINT(readability-redundant-declaration): POSIX declares it nowhere, glibc does

namespace popfetch::config {

namespace {

constexpr std::string_view usual_path = "/usr/local/bin:/usr/bin:/bin";

std::vector<std::string> absolute_folders()
{
    const char* const value = std::getenv("PATH");
    std::string_view rest = value == nullptr ? usual_path : std::string_view{value};
    std::vector<std::string> folders;
    while (!rest.empty()) {
        const auto end = std::min(rest.find(':'), rest.size());
        if (rest.front() == '/') folders.emplace_back(rest.substr(0, end));
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    return folders;
}

std::string clean_path()
{
    std::string path = "PATH=";
    for (const auto& folder : absolute_folders()) path += (path.back() == '=' ? "" : ":") + folder;
    return path;
}

bool is_passed_on(std::string_view variable)
{
    constexpr std::string_view names[] = {"HOME",          "USER",
                                          "LOGNAME",       "LANG",
                                          "LANGUAGE",      "TERM",
                                          "GNUPGHOME",     "GPG_TTY",
                                          "SSH_AUTH_SOCK", "DBUS_SESSION_BUS_ADDRESS",
                                          "DISPLAY",       "WAYLAND_DISPLAY",
                                          "XAUTHORITY"};
    constexpr std::string_view families[] = {"LC_", "XDG_", "PASSWORD_STORE_"};
    const auto name = variable.substr(0, variable.find('='));
    return std::find(std::begin(names), std::end(names), name) != std::end(names) ||
           std::any_of(std::begin(families), std::end(families), [&](auto prefix) { return name.starts_with(prefix); });
}

std::vector<std::string> clean_environment()
{
    std::vector<std::string> variables{clean_path()};
    for (char** each = environ; each != nullptr && *each != nullptr; ++each)
        if (is_passed_on(*each)) variables.emplace_back(*each);
    return variables;
}

std::vector<char*> pointers_to(std::vector<std::string>& texts)
{
    std::vector<char*> pointers;
    pointers.reserve(texts.size() + 1);
    for (auto& text : texts) pointers.push_back(text.data());
    pointers.push_back(nullptr);
    return pointers;
}

struct Pipe {
    base::Fd read, write;
};

Pipe make_pipe()
{
    int ends[2];
#ifdef __APPLE__
    const bool made = ::pipe(ends) == 0;
    for (const int end : ends) ::fcntl(end, F_SETFD, FD_CLOEXEC);
#else
    const bool made = ::pipe2(ends, O_CLOEXEC) == 0;
#endif
    if (!made) throw base::SystemError{"make", "a pipe", errno};
    ::fcntl(ends[0], F_SETFL, O_NONBLOCK);
    return {base::Fd{ends[0]}, base::Fd{ends[1]}};
}

// posix_spawn's two opaque structures, released whatever happens.
struct Setting {
    Setting()
    {
        ::posix_spawn_file_actions_init(&actions);
        ::posix_spawnattr_init(&attributes);
    }
    Setting(const Setting&) = delete;
    Setting& operator=(const Setting&) = delete;
    ~Setting()
    {
        ::posix_spawn_file_actions_destroy(&actions);
        ::posix_spawnattr_destroy(&attributes);
    }

    void connect(int output, int errors)
    {
        ::posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
        ::posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
        ::posix_spawn_file_actions_adddup2(&actions, errors, STDERR_FILENO);
#if defined __GLIBC__ && (__GLIBC__ > 2 || __GLIBC_MINOR__ >= 34)
        // Ours close on exec anyway; these are what our own parent left open.
        ::posix_spawn_file_actions_addclosefrom_np(&actions, STDERR_FILENO + 1);
#endif
    }

    void isolate()
    {
        sigset_t none;
        sigset_t all;
        ::sigemptyset(&none);
        ::sigfillset(&all);
        ::posix_spawnattr_setsigmask(&attributes, &none);
        ::posix_spawnattr_setsigdefault(&attributes, &all);
        ::posix_spawnattr_setpgroup(&attributes, 0);
        ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    }

    posix_spawn_file_actions_t actions{};
    posix_spawnattr_t attributes{};
};

}

std::string find_program(const std::string& name)
{
    if (name.find('/') != std::string::npos) return name;
    for (const auto& folder : absolute_folders()) {
        auto file = base::Path{folder} / name;
        if (::access(file.c_str(), X_OK) == 0) return file.string();
    }
    return {};
}

Child::Child(const std::vector<std::string>& argv)
{
    const auto file = find_program(argv.front());
    if (file.empty()) throw base::SystemError{"start", argv.front(), ENOENT};
    auto output = make_pipe();
    auto errors = make_pipe();
    Setting setting;
    setting.connect(output.write.get(), errors.write.get());
    setting.isolate();

    auto arguments = argv;
    auto variables = clean_environment();
    const int error = ::posix_spawn(&process_, file.c_str(), &setting.actions, &setting.attributes,
                                    pointers_to(arguments).data(), pointers_to(variables).data());
    if (error != 0) throw base::SystemError{"start", argv.front(), error};
    output_ = std::move(output.read);
    errors_ = std::move(errors.read);
}

Child::~Child()
{
    if (process_ < 0) return;
    ::kill(-process_, SIGKILL);
    while (::waitpid(process_, &status_, 0) < 0 && errno == EINTR) {
    }
}

bool Child::has_ended() noexcept
{
    if (process_ < 0) return true;
    if (::waitpid(process_, &status_, WNOHANG) != process_) return false;
    process_ = -1;
    return true;
}

}
