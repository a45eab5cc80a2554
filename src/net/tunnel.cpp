#include "tunnel.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <poll.h>

#include <popfetch/base/ascii.hpp>
#include <popfetch/base/printable.hpp>

#include "failure.hpp"
#include "wait.hpp"

namespace popfetch::net {

namespace {

/// A command that has closed its output gets this long to say why and to end.
constexpr std::chrono::milliseconds last_words{1000};

std::vector<std::string> filled_in(const TunnelCommand& command, const Destination& destination)
{
    std::vector<std::string> argv;
    for (const auto& argument : command.argv) {
        if (argument == "%h")
            argv.push_back(destination.host);
        else if (argument == "%p")
            argv.push_back(std::to_string(destination.port));
        else
            argv.push_back(argument);
    }
    return argv;
}

std::string on_one_line(std::string_view text)
{
    std::string joined;
    while (!text.empty()) {
        auto line = text.substr(0, text.find('\n'));
        text.remove_prefix(std::min(line.size() + 1, text.size()));
        if (line.ends_with('\r')) line.remove_suffix(1);
        line = base::trim(line);
        if (!line.empty()) joined.append(joined.empty() ? "" : " / ").append(line);
    }
    return joined;
}

}

TunnelStream::TunnelStream(const TunnelCommand& command, const Destination& destination, std::string peer)
    : peer_{std::move(peer)}, program_{command.argv.empty() ? std::string{} : base::printable(command.argv[0])},
      tunnel_{filled_in(command, destination), peer_}
{
}

std::size_t TunnelStream::read_some(std::span<char> into, Deadline deadline)
{
    const auto start = Deadline::Clock::now();
    deadline.throw_if_interrupted();
    try {
        for (;;) {
            if (const auto count = receive(tunnel_.socket(), into, peer_)) {
                if (*count == 0) return at_end();
                heard_ = true;
                return *count;
            }
            if (!wait(POLLIN, deadline)) throw timed_out(peer_, "no answer", start);
        }
    } catch (const ConnectionError& error) {
        if (error.kind() != "net.reset") throw;
        throw fault();
    }
}

void TunnelStream::write_all(std::string_view bytes, Deadline deadline)
{
    const auto start = Deadline::Clock::now();
    deadline.throw_if_interrupted();
    try {
        for (;;) {
            bytes.remove_prefix(send_some(tunnel_.socket(), bytes, peer_));
            if (bytes.empty()) return;
            if (!wait(POLLOUT, deadline)) throw timed_out(peer_, "the tunnel command takes no data", start);
        }
    } catch (const ConnectionError& error) {
        if (error.kind() != "net.reset") throw;
        throw fault();
    }
}

/// Its complaints are taken meanwhile, or a chatty command would stand still with a full pipe.
bool TunnelStream::wait(short events, Deadline deadline)
{
    std::array<pollfd, 2> both{{{tunnel_.socket(), events, 0}, {tunnel_.complaints(), POLLIN, 0}}};
    if (!wait_for(both, deadline)) return false;
    tunnel_.take_complaints();
    return true;
}

std::size_t TunnelStream::at_end()
{
    const auto error = fault();
    if (heard_ && tunnel_.ended_well()) return 0;
    throw error;
}

/// Waits a moment for the command to end, so that its status and its last words can be told.
ConnectionError TunnelStream::fault()
{
    const auto deadline = Deadline::in(last_words);
    tunnel_.take_complaints();
    while ((!tunnel_.ending() || tunnel_.complaints() >= 0) && !deadline.passed()) {
        std::array<pollfd, 1> complaints{{{tunnel_.complaints(), POLLIN, 0}}};
        wait_for(complaints, earlier(deadline, Deadline::in(std::chrono::milliseconds{10})));
        tunnel_.take_complaints();
    }
    const auto ending = tunnel_.ending();
    std::string text = "the tunnel command " + program_ + " ";
    text += ending ? "ended with " + *ending : "has closed the connection";
    const auto said = on_one_line(tunnel_.said());
    if (!said.empty()) text += ": \"" + base::printable(said, 500) + "\"";
    return temporary("net.proxy", peer_, text, "check proxy.command");
}

}
