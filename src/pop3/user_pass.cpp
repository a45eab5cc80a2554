#include "user_pass.hpp"

#include <string_view>

#include "command_line.hpp"
#include "wire.hpp"

namespace popfetch::pop3 {

namespace {

// Characters beyond ASCII go as they are, in UTF-8 where the user wrote it so, as every client sends them (FAULTS L10).
void require_sendable(const Wire& wire, std::string_view command, std::string_view argument)
{
    if (fits_command_line(command.size() + 1 + argument.size())) return;
    throw base::Error{base::ExitStatus::no_permission, "auth.no_mechanism",
                      wire.where(command) + ": cannot be sent to this server, since it does not fit into a line of POP3",
                      "only a server with SASL takes it"};
}

/// A server that closes the line on a bad password must not look like one that cannot cope with two commands at once,
/// which would be worth another login. One that falls silent must.
void wait_for_verdict(Wire& wire)
{
    try {
        wire.available();
    } catch (const net::ConnectionError& error) {
        if (error.kind() != "net.timeout") throw;
        throw PipeliningBroken{"USER", error.what()};
    }
}

Reply together(Wire& wire, const std::string& user, const base::Secret& password)
{
    wire.queue("USER " + user);
    wire.send_secret("PASS ", password);
    const auto known = wire.read_reply("USER");
    wait_for_verdict(wire);
    const auto verdict = wire.read_reply("PASS");
    return known.ok ? verdict : known;
}

}

Reply user_and_pass(Wire& wire, const std::string& user, const base::Secret& password, UserPass how)
{
    require_sendable(wire, "USER", user);
    require_sendable(wire, "PASS", password.reveal());
    if (how == UserPass::together) return together(wire, user, password);

    wire.send("USER " + user);
    if (auto reply = wire.read_reply("USER"); !reply.ok) return reply;
    wire.send_secret("PASS ", password);
    return wire.read_reply("PASS");
}

}
