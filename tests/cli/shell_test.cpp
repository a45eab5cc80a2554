#include "cli/shell/shell.hpp"

#include <algorithm>

#include <fcntl.h>
#include <stdlib.h>

#include <popfetch/base/error.hpp>

#include "support/catch.hpp"
#include "support/child.hpp"
#include "support/loopback.hpp"
#include "support/temp_folder.hpp"

namespace popfetch::cli {

namespace {

/// A person's terminal, and a child in front of it.
class Terminal {
public:
    /// The child runs `body` with the terminal as its standard streams and exits with what it returns.
    template<class Body>
    explicit Terminal(Body body)
    {
        REQUIRE(::grantpt(keyboard_.get()) == 0);
        REQUIRE(::unlockpt(keyboard_.get()) == 0);
        const std::string name = ::ptsname(keyboard_.get());
        child_ = ::fork();
        REQUIRE(child_ >= 0);
        if (child_ > 0) return;
        ::setsid();
        const int screen = ::open(name.c_str(), O_RDWR);
        for (const int stream : {0, 1, 2}) ::dup2(screen, stream);
        ::_exit(screen < 0 ? 98 : body());
    }
    Terminal(const Terminal&) = delete;
    Terminal& operator=(const Terminal&) = delete;
    ~Terminal()
    {
        if (child_ <= 0) return;
        ::kill(child_, SIGKILL);
        ::waitpid(child_, nullptr, 0);
    }

    void type(std::string_view text) const { REQUIRE(::write(keyboard_.get(), text.data(), text.size()) > 0); }

    int exit_status()
    {
        int status = 0;
        REQUIRE(::waitpid(std::exchange(child_, 0), &status, 0) > 0);
        return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    }

private:
    base::Fd keyboard_{::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC)};
    pid_t child_ = 0;
};

/// The exit status of a shell on a server of ours.
int shell_on(std::uint16_t port, const std::string& state)
{
    try {
        config::Account account;
        account.name = "work";
        account.user = "alice";
        account.password = config::FromText{base::Secret{"open sesame"}};
        account.dial.host = "127.0.0.1";
        account.dial.port = port;
        account.tls_mode = config::TlsMode::none;
        Globals globals;
        globals.state_dir = state;
        Mailbox mailbox{account, globals};
        return static_cast<int>(Shell{mailbox, globals, std::chrono::milliseconds{1}}.run());
    } catch (const base::Error& error) {
        return static_cast<int>(error.status());
    } catch (...) {
        return 99;
    }
}

/// The next commands, each without its line end; the client waits for their replies.
std::vector<std::string> commands(const base::Fd& line)
{
    std::vector<std::string> all;
    const auto heard = test::hear(line);
    for (std::string_view rest = heard; !rest.empty();) {
        const auto end = rest.find("\r\n");
        if (end == rest.npos) break;
        all.emplace_back(rest.substr(0, end));
        rest.remove_prefix(end + 2);
    }
    if (all.empty()) all.emplace_back(); // the client has gone
    return all;
}

std::string reply_to(std::string_view command)
{
    if (command == "CAPA") return "+OK\r\nUSER\r\nUIDL\r\n.\r\n";
    if (command == "STAT") return "+OK 0 0\r\n";
    if (command == "LIST" || command == "UIDL") return "+OK\r\n.\r\n";
    return "+OK\r\n";
}

/// Answers everything until a command is `last`, which it leaves unanswered; false when the client leaves before.
bool serve_until(const base::Fd& line, std::string_view last)
{
    while (true)
        for (const auto& command : commands(line)) {
            if (command == last) return true;
            if (command.empty()) return false;
            test::say(line, reply_to(command));
        }
}

}

TEST_CASE("The shell keeps the line awake with NOOP while nobody types")
{
    const test::TempFolder folder;
    const test::Listener listener;
    Terminal terminal{[&] { return shell_on(listener.port(), folder / "state"); }};
    const auto line = listener.accept();
    test::say(line, "+OK ready\r\n");
    for (int i = 0; i < 3; ++i) {
        REQUIRE(serve_until(line, "NOOP"));
        test::say(line, "+OK\r\n");
    }
    terminal.type("quit\n");
    REQUIRE(serve_until(line, "QUIT"));
    test::say(line, "+OK\r\n");
    CHECK(terminal.exit_status() == 0);
}

TEST_CASE("A line that is cut while nobody types ends the shell")
{
    const test::TempFolder folder;
    const test::Listener listener;
    Terminal terminal{[&] { return shell_on(listener.port(), folder / "state"); }};
    {
        const auto line = listener.accept();
        test::say(line, "+OK ready\r\n");
        REQUIRE(serve_until(line, "NOOP"));
    }
    CHECK(terminal.exit_status() == static_cast<int>(base::ExitStatus::temporary));
}

}
