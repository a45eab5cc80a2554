#include "wire.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

#include <popfetch/base/ascii.hpp>
#include <popfetch/base/printable.hpp>
#include <popfetch/pop3/error.hpp>

namespace popfetch::pop3 {

namespace {

// Longer than any sane line, short enough for a terminal.
constexpr std::size_t shown_in_trace = 512;

void refuse_line_breaks(std::string_view text)
{
    if (text.find_first_of(std::string_view{"\r\n\0", 3}) == std::string_view::npos) return;
    throw base::Error{base::ExitStatus::usage, "usage.command", "a command cannot contain a line break or a NUL octet"};
}

}

Wire::Wire(std::unique_ptr<net::Stream> stream, const net::Timeouts& timeouts, Trace trace)
    : peer_{stream->peer()}, reader_{std::move(stream), timeouts}, timeouts_{timeouts}, trace_{std::move(trace)}
{
}

void Wire::fail(std::string_view kind, std::string_view text)
{
    broken_ = failed_ = true;
    throw ProtocolError{kind, text};
}

void Wire::begin_command(std::string_view command)
{
    guarded([] {});
    if (quiet()) {
        require_silence(command);
        together_ = answered_ = 0;
        flight_ = command.substr(0, command.find(' '));
    }
    ++outstanding_;
    together_ = std::max(together_, outstanding_);
}

void Wire::queue(std::string_view command)
{
    refuse_line_breaks(command);
    begin_command(command);
    queued_.append(command).append("\r\n");
    if (trace_) trace_("C: " + base::printable(command, shown_in_trace));
}

void Wire::flush()
{
    if (queued_.empty()) return;
    put(queued_);
    queued_.clear();
}

void Wire::send(std::string_view command)
{
    queue(command);
    flush();
}

void Wire::send_secret(std::string_view prefix, const base::Secret& secret)
{
    refuse_line_breaks(prefix);
    refuse_line_breaks(secret.reveal());
    begin_command(prefix);
    if (trace_) trace_("C: " + std::string{prefix} + '<' + std::to_string(secret.size()) + " octets hidden>");

    base::Secret line{queued_};
    line.append(prefix);
    line.append(secret);
    line.append("\r\n");
    masker_.hide(secret);
    put(line.reveal());
    queued_.clear();
}

void Wire::put(std::string_view bytes)
{
    guarded([&] {
        try {
            reader_.send(bytes);
        } catch (const net::ConnectionError& error) {
            blame_pipelining(error.what());
            throw;
        }
    });
}

void Wire::require_silence(std::string_view command)
{
    if (reader_.buffered().empty()) return;
    fail("proto.desync", where(command) + ": not sent, since the server has said something unasked: \"" +
                             base::printable(without_secret(reader_.buffered())) + '"');
}

// A server that has answered as many commands of a kind at once has shown that it can; then the cause lies elsewhere.
bool Wire::unproven() const
{
    const auto proven = proven_.find(flight_);
    return together_ > (proven == proven_.end() ? 1U : proven->second);
}

void Wire::blame_pipelining(std::string_view what) const
{
    if (unproven()) throw PipeliningBroken{flight_ == "CAPA" ? "STAT" : flight_, what};
}

std::string_view Wire::status_line(std::string_view command, std::size_t limit)
{
    assert(outstanding_ > 0);
    return guarded([&] {
        try {
            return reader_.line(limit);
        } catch (const net::ConnectionError& error) {
            // Within a reply, the line broke; between two, the server may not have seen the command.
            if (reader_.buffered().empty()) blame_pipelining(where(command) + ": " + without_peer(error.what()));
            throw;
        }
    });
}

Reply Wire::read_reply(std::string_view command)
{
    return take_reply(status_line(command, status_line_limit), command);
}

Answer Wire::read_answer(std::string_view command)
{
    const auto line = status_line(command, challenge_limit);
    // RFC 5034 §4 wants "+ "; some servers leave the blank out when nothing follows.
    const bool challenged = line == "+" || line.starts_with("+ ");
    if (!challenged) return {std::nullopt, take_reply(line, command)};
    --outstanding_;
    trace_received(line);
    return {std::string{base::trim(line.substr(1))}, {}};
}

Reply Wire::take_reply(std::string_view line, std::string_view command)
{
    auto reply = parse_reply(line);
    if (!reply) nonsense(line, command);
    --outstanding_;
    if (++answered_ >= together_) proven_[flight_] = std::max(proven_[flight_], together_);
    reply->text = without_secret(reply->text);
    trace_received(line);
    return std::move(*reply);
}

void Wire::nonsense(std::string_view line, std::string_view command)
{
    broken_ = failed_ = true;
    const auto text = where(command) + ": the server answered \"" + base::printable(without_secret(line)) +
                      "\" where +OK or -ERR belongs";
    blame_pipelining(text);
    throw ProtocolError{"proto.bad_reply", text};
}

// What went wrong, for a text that has said with whom.
std::string Wire::without_peer(std::string_view text) const
{
    if (text.starts_with(peer_ + ": ")) text.remove_prefix(peer_.size() + 2);
    return std::string{text};
}

std::unique_ptr<net::Stream> Wire::release()
{
    auto stream = guarded([&] { return reader_.release(); });
    broken_ = true; // until resume(): there is nothing to talk through
    return stream;
}

void Wire::resume(std::unique_ptr<net::Stream> stream)
{
    reader_.resume(std::move(stream));
    broken_ = false;
}

// A line that closes within a reply broke; but one that is closed over commands that nobody has read is reset, and what
// was on its way is lost with it (RFC 9293 §3.10.4 and RFC 2525 §2.17).
template<typename Read>
std::string_view Wire::within_reply(Read read)
{
    return guarded([&] {
        try {
            return read();
        } catch (const net::ConnectionError& error) {
            if (error.kind() == "net.reset" && outstanding_ > 0) blame_pipelining(error.what());
            throw;
        }
    });
}

std::string_view Wire::available()
{
    return within_reply([&] { return reader_.available(); });
}

std::string_view Wire::more()
{
    return within_reply([&] { return reader_.more(); });
}

std::string_view Wire::read_line(std::size_t limit)
{
    return within_reply([&] { return reader_.line(limit); });
}

void Wire::trace_received(std::string_view line) const
{
    if (trace_) trace_("S: " + base::printable(without_secret(line), shown_in_trace));
}

void Wire::trace_note(const std::string& note) const
{
    if (trace_) trace_("S: " + note);
}

}
