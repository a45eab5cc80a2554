#pragma once
// A login against a transcript, told as a value: what was used, or what went wrong.

#include <string>
#include <string_view>
#include <utility>

#include <popfetch/pop3/login.hpp>

#include "support/transcript.hpp"

namespace popfetch::test {

enum class Line { tls, clear, local };

struct LoginStory {
    std::string mechanism;  // empty where the login failed
    std::string kind, text; // of the error
    base::ExitStatus status = base::ExitStatus::ok;
    bool login_failed = false; // the error is a LoginFailed
    std::string complaint;     // of the script; empty where the session went as written
    bool dropped = false;      // the line is closed
    std::string sent, trace;
    std::vector<std::string> writes;
};

inline pop3::LoginOptions with_password(std::string user, std::string password)
{
    pop3::LoginOptions options;
    options.credentials.user = std::move(user);
    options.credentials.password = [password] { return base::Secret{password}; };
    options.credentials.host = "pop.example.org";
    options.credentials.port = 995;
    return options;
}

inline pop3::LoginOptions with_token(std::string user, std::string token)
{
    pop3::LoginOptions options;
    options.credentials.user = std::move(user);
    options.credentials.token = [token] { return base::Secret{token}; };
    return options;
}

inline pop3::LoginOptions only(pop3::LoginOptions options, std::vector<std::string> mechanisms)
{
    options.mechanisms = std::move(mechanisms);
    return options;
}

struct LoginSetting {
    Line line = Line::tls;
    const pop3::Capabilities* remembered = nullptr;
    net::TlsInfo tls; // bindings, where the line is tls
};

/// Greeting and login; the maildrop is dropped at once.
inline LoginStory tell_login(net::Stream* stream, Wire& wire, const pop3::LoginOptions& options,
                             const LoginSetting& setting)
{
    LoginStory story;
    if (setting.line == Line::tls) wire.tls = std::make_unique<net::TlsInfo>(setting.tls);
    wire.local = setting.line == Line::local;
    const auto trace = [&](std::string_view line) { story.trace.append(line).append("\n"); };
    try {
        pop3::Connection connection{std::unique_ptr<net::Stream>{stream}, {{}, trace}};
        if (setting.remembered != nullptr) connection.assume(*setting.remembered);
        story.mechanism = pop3::log_in(std::move(connection), options).mechanism;
    } catch (const base::Error& error) {
        story.kind = error.kind();
        story.text = error.what();
        story.status = error.status();
        story.login_failed = dynamic_cast<const pop3::LoginFailed*>(&error) != nullptr;
    }
    story.dropped = wire.stream_destroyed;
    story.sent = wire.sent;
    story.writes = wire.writes;
    return story;
}

inline LoginStory login(std::string_view session, const pop3::LoginOptions& options, const LoginSetting& setting = {})
{
    auto play = transcript(session);
    auto story = tell_login(play.stream.release(), *play.wire, options, setting);
    story.complaint = play.complaint();
    return story;
}

/// A greeting and a CAPA that announces these lines, as the beginning of a transcript.
inline std::string announcing(const std::vector<std::string>& lines)
{
    std::string session = "S: +OK ready\nC: CAPA\nS: +OK\n";
    for (const auto& line : lines) session += "S: " + line + "\n";
    return session + "S: .\n";
}

}
