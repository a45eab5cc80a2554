#include "command.hpp"

#include <algorithm>
#include <array>
#include <cerrno>

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <popfetch/base/ascii.hpp>
#include <popfetch/base/child.hpp>
#include <popfetch/base/error.hpp>
#include <popfetch/base/interrupt.hpp>
#include <popfetch/base/printable.hpp>
#include <popfetch/config/account.hpp>
#include <popfetch/net/deadline.hpp>

#include "clean_environment.hpp"
#include "wiped_text.hpp"

namespace popfetch::config {

namespace {

constexpr std::size_t longest_complaint = 4096;

// Both pipes, and what has come through them so far. A grandchild may hold them open long after the command is gone (an
// agent that it started), so their end is not waited for.
class Conversation {
public:
    Conversation(const std::vector<std::string>& argv, const CommandLimits& limits)
        : limits_{limits}, deadline_{net::Deadline::in(limits.time)}, child_{program(argv)}
    {
        for (auto* pipe : {&output_, &errors_}) {
            pipe->write.reset();
            ::fcntl(pipe->read.get(), F_SETFL, O_NONBLOCK);
        }
    }

    /// False: the time is over.
    bool listen();

    bool is_flood() const noexcept { return seen_ > limits_.output; }
    base::Child::Ending ending() const noexcept { return *child_.ending(); }
    std::string_view said() const noexcept { return said_.text; }
    std::string_view complained() const noexcept { return complained_.text; }

private:
    base::Program program(const std::vector<std::string>& argv) const;
    void wait() const;
    void drain(base::Fd& pipe, std::string& kept, std::size_t most);

    base::Pipe output_, errors_;
    const CommandLimits& limits_;
    const net::Deadline deadline_;
    base::Child child_;
    WipedText said_{{}}, complained_{{}};
    std::size_t seen_ = 0;
};

base::Program Conversation::program(const std::vector<std::string>& argv) const
{
    const auto& name = argv.front();
    const auto found = base::find_program(name, base::search_path());
    if (!found && name.find('/') == std::string::npos) throw base::SystemError{"start", name, ENOENT};
    return {.file = found.value_or(name),
            .argv = argv,
            .environment = clean_environment(),
            .output = output_.write.get(),
            .errors = errors_.write.get()};
}

void Conversation::wait() const
{
    std::array<pollfd, 4> waited{{{output_.read.get(), POLLIN, 0},
                                  {errors_.read.get(), POLLIN, 0},
                                  {child_.end_descriptor(), POLLIN, 0},
                                  {base::wake_descriptor(), POLLIN, 0}}};
    (void)::poll(waited.data(), waited.size(), static_cast<int>(child_.poll_time(deadline_.left()).count()));
    base::throw_if_interrupted();
}

// Keeps the first `most` octets and throws the rest away.
void Conversation::drain(base::Fd& pipe, std::string& kept, std::size_t most)
{
    std::array<char, 4096> buffer{};
    ssize_t count = 0;
    while (pipe && !is_flood() && (count = ::read(pipe.get(), buffer.data(), buffer.size())) > 0) {
        seen_ += static_cast<std::size_t>(count);
        kept.append(buffer.data(), std::min(static_cast<std::size_t>(count), most - kept.size()));
    }
    if (count == 0 && !is_flood()) pipe.reset();
    base::wipe(buffer.data(), buffer.size());
}

bool Conversation::listen()
{
    said_.text.reserve(limits_.line + 2); // room for CRLF; appending must not leave copies behind
    complained_.text.reserve(longest_complaint);
    while (!deadline_.passed()) {
        wait();
        const bool ended = child_.ending().has_value();
        drain(output_.read, said_.text, limits_.line + 2);
        drain(errors_.read, complained_.text, longest_complaint);
        if (ended || is_flood()) return true;
    }
    return false;
}

std::string how_it_ended(const base::Child::Ending& ending)
{
    return (ending.by_signal ? "was killed by signal " : "failed with exit status ") + std::to_string(ending.number);
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
        if (const auto ending = conversation.ending(); ending.number != 0)
            refuse(how_it_ended(ending) + complaint_of(conversation));
        return first_line(conversation.said(), limits.line, "the output of " + origin);
    } catch (const base::SystemError& error) {
        refuse("cannot be started: " + std::string{error.what()});
        throw;
    }
}

}
