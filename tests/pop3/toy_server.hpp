#pragma once
// A POP3 server in memory that knows what each message is, and can be told to misbehave. Its line has a round trip:
// what it answers arrives only when the client has nothing left to read, and each such wait is counted.
//
//     test::ToyServer server{{"Subject: one\n\ntext\n"}};
//     auto maildrop = server.maildrop();

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <popfetch/base/number.hpp>
#include <popfetch/pop3/maildrop.hpp>

#include "pop3/wire.hpp"
#include "support/memory_stream.hpp"

namespace popfetch::test {

class ToyServer {
public:
    explicit ToyServer(std::vector<std::string> texts) : messages{std::move(texts)} {}

    std::vector<std::string> messages; // lines end in LF
    std::vector<std::string> announced{"TOP", "UIDL", "PIPELINING"};
    std::map<std::size_t, std::uint64_t> listed; // what LIST says of a message, where that is not so
    std::map<std::string, std::string> replies;  // whole reply to a command, instead of the right one
    std::string eol = "\r\n";
    bool stuffs = true;
    std::size_t deaf_after = SIZE_MAX; // how many commands of one write are heard; the others are lost
    Wire::End end = Wire::End::silent;
    std::size_t piece = 65536; // how the answers are cut

    std::vector<std::string> heard;   // commands
    std::size_t waits = 0;            // how often the client had nothing to read
    std::size_t most_outstanding = 0; // octets of commands sent and not yet answered on the client's side
    std::shared_ptr<Wire> line;

    /// A session of this server, logged in. The server must outlive it.
    pop3::Maildrop maildrop(pop3::Trace trace = {})
    {
        auto [stream, wire] = memory_stream({"+OK ready" + eol}, end);
        line = wire;
        auto session = std::make_unique<pop3::Wire>(std::move(stream), net::Timeouts{}, std::move(trace));
        session->read_greeting();
        wire->on_send = [this](std::string_view bytes, Wire&) { hear(bytes); };
        wire->before_read = [this] { deliver(); };
        pop3::Capabilities capabilities;
        for (const auto& name : announced) capabilities.add_line(name);
        return pop3::Maildrop{std::move(session), capabilities, true};
    }

    std::uint64_t size_of(std::size_t number) const
    {
        if (const auto lie = listed.find(number); lie != listed.end()) return lie->second;
        return octets(messages[number - 1]);
    }

    /// What a scan gives, for calling retr.
    std::vector<pop3::Message> all() const
    {
        std::vector<pop3::Message> rows;
        for (std::size_t i = 1; i <= messages.size(); ++i)
            rows.push_back({static_cast<std::uint32_t>(i), size_of(i), {}});
        return rows;
    }

    static std::uint64_t octets(std::string_view text)
    {
        std::uint64_t count = text.size();
        for (const char c : text) count += c == '\n';
        return count;
    }

private:
    void hear(std::string_view bytes)
    {
        outstanding_ += bytes.size();
        most_outstanding = std::max(most_outstanding, outstanding_);
        for (std::size_t nth = 0; !bytes.empty(); ++nth) {
            const auto end_of_line = bytes.find("\r\n");
            const std::string command{bytes.substr(0, end_of_line)};
            bytes.remove_prefix(end_of_line + 2);
            if (nth >= deaf_after) continue;
            heard.push_back(command);
            on_the_way_ += answer(command);
        }
    }

    void deliver()
    {
        if (!line->arrivals.empty()) return;
        ++waits;
        outstanding_ = 0;
        for (auto& part : in_pieces(on_the_way_, piece)) line->arrivals.push_back(std::move(part));
        on_the_way_.clear();
    }

    std::string answer(const std::string& command)
    {
        if (const auto special = replies.find(command); special != replies.end()) return special->second;
        const auto verb = command.substr(0, command.find(' '));
        const auto number = command.size() > verb.size() ? std::stoul(command.substr(verb.size() + 1)) : 0;
        if (verb == "CAPA") return listing([](std::size_t) { return std::string{}; }, announced);
        if (verb == "STAT") return "+OK " + std::to_string(messages.size()) + " 1" + eol;
        if (verb == "LIST" && number == 0) return listing([&](std::size_t n) { return std::to_string(size_of(n)); });
        if (verb == "UIDL" && number == 0) return listing([](std::size_t n) { return "uid" + std::to_string(n); });
        if (verb == "LIST") return "+OK " + std::to_string(number) + ' ' + std::to_string(size_of(number)) + eol;
        if (verb == "RETR" || verb == "TOP") return "+OK" + eol + body(messages[number - 1]);
        return "+OK" + eol;
    }

    template<typename Column>
    std::string listing(Column column, const std::vector<std::string>& lines = {}) const
    {
        std::string text = "+OK" + eol;
        for (const auto& row : lines) text += row + eol;
        for (std::size_t n = 1; lines.empty() && n <= messages.size(); ++n)
            text += std::to_string(n) + ' ' + column(n) + eol;
        return text + '.' + eol;
    }

    std::string body(std::string_view text) const
    {
        std::string wire;
        while (!text.empty()) {
            const auto end_of_line = text.find('\n');
            if (stuffs && text.front() == '.') wire += '.';
            wire.append(text.substr(0, end_of_line)).append(eol);
            text.remove_prefix(end_of_line + 1);
        }
        return wire + '.' + eol;
    }

    std::string on_the_way_;
    std::size_t outstanding_ = 0;
};

}
