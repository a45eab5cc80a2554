// How to log in, of what both sides can do.

#include <algorithm>

#include <popfetch/base/ascii.hpp>
#include <popfetch/pop3/login.hpp>

namespace popfetch::pop3 {

namespace {

bool is(const std::string& wanted, std::string_view name) { return base::equal_ignoring_case(wanted, name); }

bool can_use_user(const LoginOptions& options, const sasl::Channel& channel)
{
    return options.credentials.password && channel.encrypted;
}

// RFC 1939 had nothing else, so a server that does not know CAPA has it; so has one that knows CAPA and announces no
// way to log in at all, since there must be one.
bool has_user(const Capabilities& capabilities)
{
    return !capabilities.announced || capabilities.user || capabilities.sasl.empty();
}

std::optional<std::string> automatic(const Capabilities& capabilities, const LoginOptions& options,
                                     const sasl::Channel& channel)
{
    if (auto best = sasl::choose(capabilities.sasl, {}, options.credentials, channel)) return best;
    if (has_user(capabilities) && can_use_user(options, channel)) return "USER";
    return std::nullopt;
}

// Who asks for a mechanism by name, of a server that announces nothing, knows the server.
std::optional<std::string> by_name(const std::string& name, const Capabilities& capabilities,
                                   const LoginOptions& options, const sasl::Channel& channel)
{
    const std::vector<std::string> alone{name};
    return sasl::choose(capabilities.announced ? capabilities.sasl : alone, alone, options.credentials, channel);
}

}

std::optional<std::string> preferred_mechanism(const Capabilities& capabilities, const std::string& apop_timestamp,
                                               const LoginOptions& options, const sasl::Channel& channel)
{
    for (const auto& wanted : options.mechanisms) {
        if (is(wanted, "auto")) {
            if (auto best = automatic(capabilities, options, channel)) return best;
        } else if (is(wanted, "USER")) {
            if (can_use_user(options, channel)) return "USER";
        } else if (is(wanted, "APOP")) {
            if (options.credentials.password && !apop_timestamp.empty()) return "APOP";
        } else if (auto named = by_name(wanted, capabilities, options, channel)) {
            return named;
        }
    }
    return std::nullopt;
}

sasl::Channel channel_of(const net::Stream& stream, const LoginOptions& options)
{
    sasl::Channel channel;
    const auto* tls = stream.tls();
    channel.encrypted = tls != nullptr || stream.local() || options.allow_plaintext_password;
    if (tls == nullptr) return channel;
    channel.tls_exporter = tls->tls_exporter;
    channel.tls_unique = tls->tls_unique;
    channel.tls_server_end_point = tls->tls_server_end_point;
    return channel;
}

}
