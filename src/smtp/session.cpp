#include <popfetch/smtp/session.hpp>

#include <algorithm>
#include <chrono>
#include <utility>

#include <popfetch/base/ascii.hpp>
#include <popfetch/base/number.hpp>
#include <popfetch/base/printable.hpp>

namespace popfetch::smtp {

namespace {

using namespace std::chrono_literals;

// RFC 5321 §4.5.3.1.5 has 512 octets; servers with much to explain send more.
constexpr std::size_t longest_line = 4096;
constexpr std::size_t most_lines = 200;
constexpr std::chrono::milliseconds after_signal = 2s;

ProtocolError bad_reply(const std::string& peer, std::string_view what)
{
    return ProtocolError{peer + ": " + std::string{what}};
}

}

Refused::Refused(std::string_view peer, const Reply& reply)
    : base::Error{base::ExitStatus::temporary, "smtp.refused",
                  std::string{peer} + ": refuses to talk: " + std::to_string(reply.code) + ' ' +
                      base::printable(reply.text)}
{
}

bool is_address(std::string_view address) noexcept
{
    constexpr std::size_t longest = 320;
    return address.size() <= longest && std::ranges::none_of(address, [](char c) {
               return static_cast<unsigned char>(c) <= ' ' || c == '\x7f' || c == '<' || c == '>';
           });
}

Session::Session(std::unique_ptr<net::Stream> stream, const SessionOptions& options)
    : options_{options}, reader_{std::move(stream), options.timeouts}
{
    reader_.set_patience(options_.timeouts.greeting);
    const auto greeting = read_reply();
    if (!greeting.is_positive()) throw Refused{peer(), greeting};
    reader_.set_patience(options_.timeouts.idle);
    say_hello();
}

void Session::say_hello()
{
    const std::string verb = options_.protocol == Protocol::lmtp ? "LHLO " : "EHLO ";
    const auto hello = command(verb + options_.client_name);
    if (!hello.is_positive()) throw Refused{peer(), hello};
    extensions_.clear();
    // The first line is the server's name.
    for (auto at = hello.text.find('\n'); at != std::string::npos;) {
        const auto next = hello.text.find('\n', at + 1);
        const auto line = hello.text.substr(at + 1, next == std::string::npos ? next : next - at - 1);
        extensions_.push_back(base::to_upper(line.substr(0, line.find(' '))));
        at = next;
    }
}

void Session::start_tls(const net::TlsOptions& options)
{
    const auto reply = offers("STARTTLS") ? command("STARTTLS") : Reply{};
    if (!reply.is_positive())
        throw net::TlsError{"tls.unavailable", peer() + ": STARTTLS: the server offers no encryption here"};
    auto clear = reader_.release();
    reader_.resume(net::start_tls(std::move(clear), options, net::Deadline::in(options_.timeouts.handshake)));
    say_hello();
}

bool Session::offers(std::string_view keyword) const
{
    return std::ranges::find(extensions_, keyword) != extensions_.end();
}

Reply Session::mail(std::string_view sender, std::string_view parameters)
{
    return command("MAIL FROM:<" + std::string{sender} + '>' + std::string{parameters});
}

Reply Session::rcpt(std::string_view recipient) { return command("RCPT TO:<" + std::string{recipient} + '>'); }

Reply Session::data() { return command("DATA"); }

Reply Session::rset() { return command("RSET"); }

Reply Session::command(const std::string& line)
{
    reader_.send(line + "\r\n");
    return read_reply();
}

Reply Session::read_reply()
{
    Reply reply;
    read_lines_of(reply);
    return reply;
}

Reply Session::read_verdict()
{
    Reply reply;
    try {
        read_lines_of(reply);
    } catch (const base::Interrupted&) {
        reader_.ignore_signals();
        reader_.set_patience(after_signal);
        try {
            read_lines_of(reply);
        } catch (const base::Error&) {
        }
        if (reply.code == 0) throw;
    }
    return reply;
}

// Adds to `reply`, so that a reply of which some lines are here can be read to its end. Its code is set by the last.
void Session::read_lines_of(Reply& reply)
{
    for (std::size_t lines = 0; lines < most_lines; ++lines) {
        const auto line =
            std::exchange(at_greeting_, false) ? reader_.first_line(longest_line) : reader_.line(longest_line);
        const auto code = base::parse_number<unsigned>(line.substr(0, 3), 200, 599);
        const bool goes_on = line.size() > 3 && line[3] == '-';
        if (!code || (line.size() > 3 && !goes_on && line[3] != ' '))
            throw bad_reply(peer(), "not a reply: " + base::printable(line));
        reply.text.append(lines == 0 && reply.text.empty() ? "" : "\n").append(line.size() > 3 ? line.substr(4) : "");
        if (goes_on) continue;
        reply.code = static_cast<int>(*code);
        return;
    }
    throw bad_reply(peer(), "a reply without end");
}

}
