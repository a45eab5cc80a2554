#include "support/catch.hpp"

#include <array>
#include <csignal>

#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include <popfetch/base/fd.hpp>
#include <popfetch/base/interrupt.hpp>
#include <popfetch/config/secret.hpp>

namespace config = popfetch::config;
namespace base = popfetch::base;

namespace {

// A terminal whose keyboard and screen are ours, and a process that asks there; it reports through a pipe.
class Terminal {
public:
    Terminal()
    {
        keyboard_ = base::Fd{::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC)};
        REQUIRE(keyboard_);
        REQUIRE(::grantpt(keyboard_.get()) == 0);
        REQUIRE(::unlockpt(keyboard_.get()) == 0);
        device_ = base::Fd{::open(::ptsname(keyboard_.get()), O_RDWR | O_NOCTTY | O_CLOEXEC)};
        REQUIRE(device_);
        REQUIRE(echoes()); // now: the child silences it at a time of its own
        int ends[2];
        REQUIRE(::pipe(ends) == 0);
        report_ = base::Fd{ends[0]};
        const base::Fd write{ends[1]};
        child_ = ::fork();
        REQUIRE(child_ >= 0);
        if (child_ == 0) ask(write.get());
    }
    Terminal(const Terminal&) = delete;
    Terminal& operator=(const Terminal&) = delete;
    ~Terminal()
    {
        ::kill(child_, SIGKILL);
        ::waitpid(child_, nullptr, 0);
    }

    // Everything on the screen until `text` is there.
    std::string screen_until(const std::string& text)
    {
        while (screen_.find(text) == std::string::npos) {
            pollfd waited{keyboard_.get(), POLLIN, 0};
            if (::poll(&waited, 1, 20'000) != 1) break;
            std::array<char, 256> buffer{};
            const auto count = ::read(keyboard_.get(), buffer.data(), buffer.size());
            if (count <= 0) break;
            screen_.append(buffer.data(), static_cast<std::size_t>(count));
        }
        return screen_;
    }

    void type(std::string_view text) { base::write_all(keyboard_.get(), text, "terminal"); }

    std::string report()
    {
        std::string text;
        std::array<char, 256> buffer{};
        for (ssize_t count = 0; (count = ::read(report_.get(), buffer.data(), buffer.size())) > 0;)
            text.append(buffer.data(), static_cast<std::size_t>(count));
        return text;
    }

    bool echoes() const
    {
        termios state{};
        REQUIRE(::tcgetattr(device_.get(), &state) == 0);
        return (state.c_lflag & ECHO) != 0;
    }

private:
    [[noreturn]] void ask(int report) const
    {
        ::setsid();
        ::ioctl(device_.get(), TIOCSCTTY, 0);
        base::catch_signals();
        std::string told;
        try {
            told = std::string{config::prompt("Password for alice\x1b at h: ").reveal()};
        } catch (const base::Error& error) {
            told = error.kind();
        }
        [[maybe_unused]] const auto written = ::write(report, told.data(), told.size());
        ::_exit(0);
    }

    base::Fd keyboard_, device_, report_;
    std::string screen_;
    pid_t child_ = -1;
};

const std::string question = "Password for alice\\x1b at h: ";

}

TEST_CASE("A password is asked for on the terminal without echo")
{
    Terminal terminal;
    CHECK(terminal.screen_until(question) == question);
    CHECK_FALSE(terminal.echoes());
    terminal.type("hunter2\n");
    CHECK(terminal.report() == "hunter2");
    CHECK(terminal.echoes());
    CHECK(terminal.screen_until("\n") == question + "\r\n");
}

TEST_CASE("An interrupt while the password is typed leaves the terminal as it was")
{
    Terminal terminal;
    terminal.screen_until(question);
    terminal.type("hunt\x03");
    CHECK(terminal.report() == "run.interrupted");
    CHECK(terminal.echoes());
    CHECK(terminal.screen_until("\n") == question + "\r\n");
}

TEST_CASE("Stopping and quitting are not possible while nothing is echoed")
{
    Terminal terminal;
    terminal.screen_until(question);
    terminal.type("a\x1a\x1c"
                  "b\n");
    CHECK(terminal.report() == "a\x1a\x1c"
                               "b");
}

TEST_CASE("No answer and the end of the input are told")
{
    for (const auto* const typed : {"\n", "\x04"}) {
        Terminal terminal;
        terminal.screen_until(question);
        terminal.type(typed);
        CHECK(terminal.report() == "config.secret");
        CHECK(terminal.echoes());
    }
}

TEST_CASE("Without a terminal a prompt is an error that says what to configure")
{
    int ends[2];
    REQUIRE(::pipe(ends) == 0);
    const base::Fd read{ends[0]};
    base::Fd write{ends[1]};
    const auto child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        ::setsid(); // no controlling terminal
        std::string told;
        try {
            config::prompt("Password: ");
        } catch (const base::Error& error) {
            told = error.kind() + ": " + error.what();
            if (error.status() != base::ExitStatus::config) told = "another status";
        }
        base::write_all(write.get(), told, "pipe");
        ::_exit(0);
    }
    write.reset();
    CHECK(base::read_all(read.get(), "pipe", 1000) ==
          "auth.no_password: no password is configured, and there is no terminal to ask on; set password_command, or "
          "another source that popfetch.toml(5) lists; for a URL there is --password-fd");
    ::waitpid(child, nullptr, 0);
}
