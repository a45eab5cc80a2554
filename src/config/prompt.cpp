// A question on the terminal, answered without echo.

#include <algorithm>
#include <array>
#include <cerrno>

#include <fcntl.h>
#include <poll.h>
#include <termios.h>
#include <unistd.h>

#include <popfetch/base/fd.hpp>
#include <popfetch/base/file.hpp>
#include <popfetch/base/interrupt.hpp>
#include <popfetch/base/printable.hpp>
#include <popfetch/config/secret.hpp>

#include "command.hpp"
#include "wiped_text.hpp"

namespace popfetch::config {

namespace {

constexpr std::size_t longest_answer = 1024; // a terminal's own line buffer has 4096

// No echo, and no way to stop or kill us with the echo still off: ^Z and ^\ are characters for so long. ^C is what
// base/interrupt catches, and ends in the destructor.
class Silence {
public:
    explicit Silence(int terminal) : terminal_{terminal}
    {
        if (::tcgetattr(terminal, &before_) != 0) throw base::SystemError{"ask", "the terminal", errno};
        termios silent = before_;
        silent.c_lflag &= static_cast<tcflag_t>(~(ECHO | ECHOE | ECHOK));
        silent.c_lflag |= ECHONL | ICANON | ISIG;
        silent.c_cc[VSUSP] = _POSIX_VDISABLE;
        silent.c_cc[VQUIT] = _POSIX_VDISABLE;
        if (::tcsetattr(terminal, TCSAFLUSH, &silent) != 0) throw base::SystemError{"ask", "the terminal", errno};
    }
    Silence(const Silence&) = delete;
    Silence& operator=(const Silence&) = delete;
    ~Silence() { ::tcsetattr(terminal_, TCSAFLUSH, &before_); }

private:
    int terminal_;
    termios before_{};
};

void wait_for_input(int terminal)
{
    std::array<pollfd, 2> waited{{{terminal, POLLIN, 0}, {base::wake_descriptor(), POLLIN, 0}}};
    ::poll(waited.data(), waited.size(), -1);
    if (base::interrupt_signal() != 0) base::write_all(terminal, "\n", "/dev/tty");
    base::throw_if_interrupted();
}

void read_line(int terminal, std::string& line)
{
    std::array<char, longest_answer> buffer{};
    line.reserve(2 * longest_answer);
    while (line.find('\n') == std::string::npos && line.size() <= longest_answer) {
        wait_for_input(terminal);
        const auto count = ::read(terminal, buffer.data(), buffer.size());
        if (count == 0 || (count < 0 && errno != EINTR && errno != EAGAIN)) break;
        if (count > 0) line.append(buffer.data(), static_cast<std::size_t>(count));
    }
    base::wipe(buffer.data(), buffer.size());
}

}

base::Secret prompt(std::string_view question)
{
    const base::Fd terminal{::open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY)};
    if (!terminal)
        throw base::Error{base::ExitStatus::config, "auth.no_password",
                          "no password is configured, and there is no terminal to ask on",
                          "set password_command, or another source that popfetch.toml(5) lists; for a URL "
                          "there is --password-fd"};
    WipedText answer{{}};
    {
        const Silence silence{terminal.get()};
        base::write_all(terminal.get(), base::printable(question), "/dev/tty");
        read_line(terminal.get(), answer.text);
    }
    return first_line(answer.text, longest_answer, "the answer");
}

}
