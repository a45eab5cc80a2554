#include "command.hpp"

#include <algorithm>
#include <array>
#include <cerrno>

#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <popfetch/base/ascii.hpp>
#include <popfetch/base/interrupt.hpp>
#include <popfetch/base/printable.hpp>
#include <popfetch/config/account.hpp>
#include <popfetch/net/deadline.hpp>

#include "spawn.hpp"
#include "wiped_text.hpp"

namespace popfetch::config {

namespace {

using std::chrono::milliseconds;

constexpr std::size_t longest_complaint = 4096;

// What a command has said so far. A grandchild may hold the pipes open long after the command is gone (an agent that it
// started), so their end is not waited for.
class Conversation {
public:
    Conversation(const std::vector<std::string>& argv, const CommandLimits& limits)
        : child_{argv}, limits_{limits}, deadline_{net::Deadline::in(limits.time)}
    {
    }

    /// False: the time is over.
    bool listen();

    bool is_flood() const noexcept { return seen_ > limits_.output; }
    int status() const noexcept { return child_.status(); }
    std::string_view said() const noexcept { return said_.text; }
    std::string_view complained() const noexcept { return complained_.text; }

private:
    void wait(milliseconds pause);
    bool drain(int descriptor, std::string& kept, std::size_t most);

    Child child_;
    const CommandLimits& limits_;
    const net::Deadline deadline_;
    WipedText said_{{}}, complained_{{}};
    std::size_t seen_ = 0;
    bool output_open_ = true, errors_open_ = true;
};

void Conversation::wait(milliseconds pause)
{
    std::array<pollfd, 3> waited{{{output_open_ ? child_.output() : -1, POLLIN, 0},
                                  {errors_open_ ? child_.errors() : -1, POLLIN, 0},
                                  {base::wake_descriptor(), POLLIN, 0}}};
    const auto time = std::min(pause, deadline_.left());
    ::poll(waited.data(), waited.size(), static_cast<int>(time.count()));
    base::throw_if_interrupted();
}

// Keeps the first `most` octets and throws the rest away. False: no more will come.
bool Conversation::drain(int descriptor, std::string& kept, std::size_t most)
{
    std::array<char, 4096> buffer{};
    ssize_t count = 0;
    while (!is_flood() && (count = ::read(descriptor, buffer.data(), buffer.size())) > 0) {
        seen_ += static_cast<std::size_t>(count);
        kept.append(buffer.data(), std::min(static_cast<std::size_t>(count), most - kept.size()));
    }
    const bool goes_on = count > 0 || (count < 0 && (errno == EAGAIN || errno == EINTR));
    base::wipe(buffer.data(), buffer.size());
    return goes_on;
}

bool Conversation::listen()
{
    said_.text.reserve(limits_.line + 2); // room for CRLF; appending must not leave copies behind
    complained_.text.reserve(longest_complaint);
    milliseconds pause{1}; // between two looks at whether it has ended; nothing wakes us for that
    while (!deadline_.passed()) {
        wait(pause);
        const auto seen = seen_;
        const bool ended = child_.has_ended();
        if (output_open_) output_open_ = drain(child_.output(), said_.text, limits_.line + 2);
        if (errors_open_) errors_open_ = drain(child_.errors(), complained_.text, longest_complaint);
        if (ended || is_flood()) return true;
        const bool silent = seen == seen_ && (output_open_ || errors_open_);
        pause = silent ? std::min(pause * 2, milliseconds{50}) : milliseconds{1};
    }
    return false;
}

std::string how_it_ended(int status)
{
    if (WIFSIGNALED(status)) return "was killed by signal " + std::to_string(WTERMSIG(status));
    return "failed with exit status " + std::to_string(WEXITSTATUS(status));
}

// The last line says most, as a rule; and a script under "set -x" may have said too much.
std::string complaint_of(const Conversation& conversation)
{
    auto text = base::trim(conversation.complained());
    while (text.ends_with('\n') || text.ends_with('\r')) text.remove_suffix(1);
    if (const auto line = text.rfind('\n'); line != std::string_view::npos) text.remove_prefix(line + 1);
    if (text.empty()) return {};
    const auto secret = conversation.said().substr(0, conversation.said().find_first_of("\r\n"));
    if (!secret.empty() && text.find(secret) != std::string_view::npos) return ": what it complains of is not shown";
    return ": \"" + base::printable(text) + '"';
}

}

base::Secret first_line(std::string_view text, std::size_t longest, std::string_view origin)
{
    const auto refuse = [&](std::string_view why) {
        throw Invalid{"config.secret", std::string{origin} + ' ' + std::string{why}};
    };
    const auto end = text.find('\n');
    auto line = text.substr(0, end);
    if (end != std::string_view::npos && line.ends_with('\r')) line.remove_suffix(1);
    if (line.size() > longest) refuse("has a first line of more than " + std::to_string(longest) + " octets");
    if (line.empty()) refuse(text.empty() ? "has nothing to read" : "has an empty first line");
    if (line.find_first_of(std::string_view{"\r\0", 2}) != std::string_view::npos)
        refuse("has a CR or NUL in its first line, which POP3 cannot carry");
    return base::Secret{line};
}

base::Secret first_line_of_command(const std::vector<std::string>& argv, std::string_view what,
                                   const CommandLimits& limits)
{
    const auto origin = std::string{what} + " \"" + base::printable(argv.front()) + '"';
    const auto refuse = [&](const std::string& why) { throw Invalid{"config.secret", origin + ' ' + why}; };
    try {
        Conversation conversation{argv, limits};
        if (!conversation.listen())
            refuse("has not ended after " + std::to_string(limits.time.count() / 1000) + " s and was killed");
        if (conversation.is_flood())
            refuse("printed more than " + std::to_string(limits.output) + " octets and was killed");
        if (conversation.status() != 0) refuse(how_it_ended(conversation.status()) + complaint_of(conversation));
        return first_line(conversation.said(), limits.line, "the output of " + origin);
    } catch (const base::SystemError& error) {
        refuse("cannot be started: " + std::string{error.what()});
        throw;
    }
}

}
