#pragma once
// A POP3 session as a transcript, the way the RFCs print them: what the server says, and what the client must say.
//
//     auto play = transcript(R"(
//         S: +OK ready
//         C: QUIT
//         S: +OK bye
//     )");
//     pop3::Connection connection{std::move(play.stream), {}};
//     std::move(connection).quit();
//     CHECK(play.went_as_written());
//
// "S: " and "C: " are whole lines, ended by CRLF; "s: " is server text without a line end. In both, \n \r \0 \t \\ and
// \xHH are what they are in C. What the server says between two lines of the client comes in one piece; it is said once
// the client has sent all lines before it. Afterwards the server closes the line, unless the last line is "S! silent"
// or "S! reset". A client that says something else gets a reset, and complaint() tells.

#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "support/memory_stream.hpp"

namespace popfetch::test {

class Script {
public:
    explicit Script(std::string_view text)
    {
        while (!text.empty()) {
            const auto end = std::min(text.find('\n'), text.size());
            add(text.substr(0, end));
            text.remove_prefix(std::min(end + 1, text.size()));
        }
    }

    void start(Wire& wire)
    {
        wire.end = end_;
        speak(wire);
    }

    void hear(std::string_view bytes, Wire& wire)
    {
        heard_ += bytes;
        for (auto end = heard_.find("\r\n"); end != heard_.npos; end = heard_.find("\r\n")) {
            const auto line = heard_.substr(0, end);
            heard_.erase(0, end + 2);
            const bool expected = at_ < steps_.size() && steps_[at_].by_client && steps_[at_].text == line;
            if (!expected) return object(line, wire);
            ++at_;
            speak(wire);
        }
    }

    bool finished() const { return complaint_.empty() && at_ == steps_.size() && heard_.empty(); }
    std::string complaint() const
    {
        if (!complaint_.empty() || finished()) return complaint_;
        return "the client never said: " + (at_ < steps_.size() ? steps_[at_].text : "a whole line");
    }

private:
    struct Step {
        bool by_client;
        std::string text;
    };

    void add(std::string_view line)
    {
        line.remove_prefix(std::min(line.find_first_not_of(' '), line.size()));
        if (line.empty()) return;
        if (line == "S! silent")
            end_ = Wire::End::silent;
        else if (line == "S! reset")
            end_ = Wire::End::reset;
        else if (line == "S:")
            steps_.push_back({false, "\r\n"});
        else if (line.starts_with("S: "))
            steps_.push_back({false, unescaped(line.substr(3)) + "\r\n"});
        else if (line.starts_with("s: "))
            steps_.push_back({false, unescaped(line.substr(3))});
        else if (line.starts_with("C: "))
            steps_.push_back({true, unescaped(line.substr(3))});
        else
            throw std::invalid_argument{"not a line of a transcript: " + std::string{line}};
    }

    static std::string unescaped(std::string_view text)
    {
        std::string plain;
        for (std::size_t i = 0; i < text.size(); ++i) {
            if (text[i] != '\\') {
                plain += text[i];
                continue;
            }
            switch (text[++i]) {
            case 'n': plain += '\n'; break;
            case 'r': plain += '\r'; break;
            case 't': plain += '\t'; break;
            case '0': plain += '\0'; break;
            case 'x':
                plain += static_cast<char>(std::stoi(std::string{text.substr(i + 1, 2)}, nullptr, 16));
                i += 2;
                break;
            default: plain += text[i];
            }
        }
        return plain;
    }

    void speak(Wire& wire)
    {
        std::string said;
        for (; at_ < steps_.size() && !steps_[at_].by_client; ++at_) said += steps_[at_].text;
        if (!said.empty()) wire.arrivals.push_back(std::move(said));
    }

    void object(const std::string& line, Wire& wire)
    {
        if (complaint_.empty())
            complaint_ = "the client said \"" + line +
                         "\", expected: " + (at_ < steps_.size() ? steps_[at_].text : "nothing more");
        wire.end = Wire::End::reset;
    }

    std::vector<Step> steps_;
    std::size_t at_ = 0;
    Wire::End end_ = Wire::End::closed;
    std::string heard_, complaint_;
};

struct Play {
    std::unique_ptr<net::Stream> stream;
    std::shared_ptr<Wire> wire;
    std::shared_ptr<Script> script;

    bool went_as_written() const { return script->finished(); }
    std::string complaint() const { return script->complaint(); }
};

inline Play transcript(std::string_view text)
{
    auto [stream, wire] = memory_stream();
    auto script = std::make_shared<Script>(text);
    wire->on_send = [script](std::string_view bytes, Wire& line) { script->hear(bytes, line); };
    script->start(*wire);
    return {std::move(stream), wire, script};
}

}
