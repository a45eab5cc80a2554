#pragma once
// The server's part in what goes wrong.

#include <string>
#include <string_view>

#include <popfetch/base/error.hpp>
#include <popfetch/pop3/reply.hpp>

namespace popfetch::pop3 {

/// The server does not speak POP3 as RFC 1939 has it: EX_PROTOCOL, "proto.bad_greeting", "proto.bad_reply",
/// "proto.desync", "proto.limit", "proto.too_big". Nothing that was said after it is believed; the line is dropped.
class ProtocolError : public base::Error {
public:
    ProtocolError(std::string_view kind, std::string_view text, std::string_view advice = {})
        : base::Error{base::ExitStatus::protocol, kind, text, advice}
    {
    }
};

/// Several commands were under way, as the server had announced that it allows (PIPELINING, RFC 2449 §6.6), and the
/// line then closed, fell silent or made no sense between two replies: "proto.pipelining" (FAULTS N08). A plain break
/// of the line at that very point looks the same. Worth one new session in which Pipelining forbids
/// the verb.
class PipeliningBroken : public ProtocolError {
public:
    /// `verb`: of the first command of the flight, as Pipelining::forbid takes it.
    PipeliningBroken(std::string_view verb, std::string_view text)
        : ProtocolError{"proto.pipelining", text, advice}, verb_{verb}
    {
    }

    const std::string& verb() const noexcept { return verb_; }

private:
    std::string verb_;
    static constexpr std::string_view advice = "the server may not cope with several commands at once";
};

/// The server said no to a command. EX_UNAVAILABLE ("server.refused", "server.perm"); EX_TEMPFAIL for [IN-USE],
/// [LOGIN-DELAY] and [SYS/TEMP] ("server.in_use", "server.login_delay", "server.temporary"); EX_PROTOCOL for [SYS/PERM]
/// (RFC 2449 §8, RFC 3206).
class Refused : public base::Error {
public:
    /// `text` says where and which command; the server's words are added, in quotes.
    Refused(std::string_view text, const Reply& reply, std::string_view advice = {});
    /// The same where the command says more about the matter than the reply's code does.
    Refused(base::ExitStatus status, std::string_view kind, std::string_view text, Reply reply,
            std::string_view advice);

    const Reply& reply() const noexcept { return reply_; }

private:
    Reply reply_;
};

/// The login was refused: EX_NOPERM, "auth.refused". Never tried again by itself. (A server that is busy is a Refused.)
class LoginFailed : public Refused {
public:
    LoginFailed(std::string_view text, Reply reply, std::string_view advice = {});
};

/// The login with channel binding was refused, most likely because of the binding.
class BindingRefused : public LoginFailed {
public:
    using LoginFailed::LoginFailed;
};

}
