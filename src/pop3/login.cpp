#include <popfetch/pop3/login.hpp>

#include <algorithm>
#include <utility>

#include <popfetch/base/ascii.hpp>
#include <popfetch/base/printable.hpp>

#include "ask_capabilities.hpp"
#include "command_line.hpp"
#include "login_refusal.hpp"
#include "sasl_exchange.hpp"
#include "user_pass.hpp"
#include "wire.hpp"

namespace popfetch::pop3 {

namespace {

constexpr std::size_t long_token = 4000; // octets: Exchange's are two thousand, and RFC 2449 §4 knows 255 for a command

void refuse_line_breaks(std::string_view text, const std::string& what)
{
    if (text.find_first_of(std::string_view{"\r\n\0", 3}) == std::string_view::npos) return;
    throw base::Error{base::ExitStatus::config, "auth.bad_credentials",
                      what + " contains a line break or a NUL character, which no server accepts"};
}

bool shows_password(const std::string& method)
{
    const auto* traits = sasl::find_mechanism(method);
    return traits == nullptr ? method == "USER" : traits->plaintext;
}

bool uses_token(const std::string& method)
{
    const auto* traits = sasl::find_mechanism(method);
    return traits != nullptr && traits->needs_token;
}

/// SCRAM without -PLUS may claim that the server does not offer -PLUS (RFC 5802 §6), which must be true now.
bool claims_what_is_offered(const std::string& method)
{
    const auto* traits = sasl::find_mechanism(method);
    return traits != nullptr && method.starts_with("SCRAM-") && !traits->binds_channel;
}

bool binds(const std::string& method)
{
    const auto* traits = sasl::find_mechanism(method);
    return traits != nullptr && traits->binds_channel;
}

sasl::Channel without_bindings(const sasl::Channel& channel)
{
    sasl::Channel bare;
    bare.encrypted = channel.encrypted;
    return bare;
}

std::string listed(const std::vector<std::string>& names)
{
    std::string list;
    for (const auto& name : names) list += (list.empty() ? "" : ", ") + name;
    return base::printable(list);
}

}

class Login {
public:
    Login(Connection&& connection, const LoginOptions& options)
        : options_{options}, capabilities_{connection.capabilities()}, remembered_{connection.assumed_},
          apop_timestamp_{connection.apop_timestamp()}, channel_{channel_of(connection.stream(), options)},
          initial_{initial_response(connection.greeting_, options)}, wire_{std::move(connection.wire_)}
    {
        auto& credentials = options_.credentials;
        if (credentials.service.empty()) credentials.service = "pop"; // RFC 5034 §4
        if (credentials.password) credentials.password = checked(std::move(credentials.password));
        if (credentials.token) credentials.token = watched(std::move(credentials.token));
        if (options_.avoid_binding && !is_named_binding()) channel_ = without_bindings(channel_);
    }
    Login(const Login&) = delete;
    Login& operator=(const Login&) = delete;

    LoginResult run()
    {
        refuse_line_breaks(options_.credentials.user, "the user name");
        refuse_line_breaks(options_.credentials.authorization_id, "the authorization identity");

        auto method = chosen();
        if (remembered_ && wire_->stream().tls() != nullptr && claims_what_is_offered(method)) {
            ask_again();
            method = chosen();
        }
        auto reply = may_do_without_binding(method) ? bound_or_not(method) : attempt(method);
        if (!reply.ok && !is_not_about_credentials(reply, options_.credentials.user)) reply = once_more(method, reply);
        if (!reply.ok)
            throw_refusal({peer(), method, options_.credentials.user, detail_, advice_for(method, reply)}, reply);
        Maildrop maildrop{std::move(wire_), std::move(capabilities_), remembered_};
        maildrop.set_pipelining(options_.pipelining);
        return {std::move(maildrop), method, binding_refused_};
    }

private:
    using Supplier = std::function<base::Secret()>;

    Supplier checked(Supplier password)
    {
        return [this, password = std::move(password)] {
            auto secret = password();
            refuse_line_breaks(secret.reveal(), "the password");
            wire_->hide(secret);
            return secret;
        };
    }

    Supplier watched(Supplier token)
    {
        return [this, token = std::move(token)] {
            last_token_ = token();
            wire_->hide(last_token_);
            return last_token_;
        };
    }

    // Microsoft's servers take a token only in a line of its own, however short it is.
    static InitialResponse initial_response(const Reply& greeting, const LoginOptions& options)
    {
        const bool ask_first = options.two_step || greeting.text.find("Microsoft Exchange") != std::string::npos;
        return ask_first ? InitialResponse::when_asked : InitialResponse::with_command;
    }

    const std::string& peer() const { return wire_->stream().peer(); }

    std::optional<std::string> preferred(const sasl::Channel& channel) const
    {
        return preferred_mechanism(capabilities_, apop_timestamp_, options_, channel);
    }

    std::string chosen() const
    {
        if (auto method = preferred(channel_)) return *method;

        auto private_line = channel_;
        private_line.encrypted = true;
        if (const auto exposed = preferred(private_line))
            throw base::Error{base::ExitStatus::protocol, "auth.plaintext",
                              peer() + ": not logged in, since whoever listens to this line would learn what " +
                                  *exposed + " sends",
                              "set tls = \"starttls\", or allow_plaintext_password = true if the line is safe"};
        throw base::Error{base::ExitStatus::no_permission, "auth.no_mechanism",
                          peer() + ": no way to log in that both sides know: the server offers " + offered() +
                              ", auth allows " + listed(options_.mechanisms)};
    }

    std::string offered() const
    {
        auto names = capabilities_.sasl;
        if (capabilities_.user || !capabilities_.announced) names.emplace_back("USER");
        if (!apop_timestamp_.empty()) names.emplace_back("APOP");
        return names.empty() ? "nothing" : listed(names);
    }

    Reply attempt(const std::string& method)
    {
        try {
            if (method == "USER") return user_pass();
            if (method == "APOP") return apop();
            return auth(method);
        } catch (const net::ConnectionError& error) {
            if (error.kind() != "net.eof" && error.kind() != "net.reset") throw;
            throw base::Error{base::ExitStatus::temporary, "auth.closed",
                              peer() + ": the server closed the connection instead of answering the login",
                              "if it does so again, check the password"};
        }
    }

    Reply user_pass()
    {
        const bool together = options_.pipelining.allows("USER") && capabilities_.pipelining;
        return user_and_pass(*wire_, options_.credentials.user, options_.credentials.password(),
                             together ? UserPass::together : UserPass::one_by_one);
    }

    Reply apop()
    {
        const auto digest = sasl::apop_digest(apop_timestamp_, options_.credentials.password());
        wire_->send_secret("APOP " + options_.credentials.user + ' ', digest);
        return wire_->read_reply("APOP");
    }

    Reply auth(const std::string& method)
    {
        const auto mechanism = sasl::begin(method, options_.credentials, channel_, capabilities_.sasl);
        try {
            auto reply = exchange(*wire_, *mechanism, initial_,
                                  options_.early_yes_invites ? EarlyYes::is_invitation : EarlyYes::is_nonsense);
            note_failure_of(*mechanism);
            return reply;
        } catch (const LoginFailed&) {
            note_failure_of(*mechanism);
            throw;
        }
    }

    void note_failure_of(const sasl::Mechanism& mechanism)
    {
        shown_proof_ = mechanism.has_shown_proof();
        detail_ = wire_->without_secret(mechanism.failure_detail());
        if (options_.explain && !detail_.empty()) detail_ = options_.explain(detail_);
    }

    bool is_named_binding() const
    {
        return std::ranges::any_of(options_.mechanisms, [](const auto& name) { return binds(name); });
    }

    /// Channel binding that nobody asked for, at a server where it never worked (FAULTS L09). Of a remembered server
    /// replacement_for() first finds out whether it is still offered.
    bool may_do_without_binding(const std::string& method) const
    {
        return !remembered_ && binds(method) && !options_.binding_has_worked && !is_named_binding();
    }

    /// A no before the proof is not about the password; after it, the server says which of the two it is (Cyrus by
    /// "[AUTH] authenticating: bad protocol / cancel"), or may mean either.
    bool may_mean_the_binding(const Reply& reply) const
    {
        if (!shown_proof_ || detail_.find("channel-binding") != std::string::npos) return true;
        const auto words = base::to_lower(reply.text);
        if (reply.has_code("AUTH"))
            return words.find("protocol") != std::string::npos || words.find("binding") != std::string::npos;
        return detail_.empty() && !is_not_about_credentials(reply, options_.credentials.user);
    }

    Reply bound_or_not(std::string& method)
    {
        try {
            auto reply = attempt(method);
            if (reply.ok || !may_mean_the_binding(reply)) return reply;
            if (wire_->broken()) throw BindingRefused{peer() + ": login refused with " + method, reply};
        } catch (const LoginFailed& error) {
            if (!may_mean_the_binding(error.reply())) throw;
            if (wire_->broken()) throw BindingRefused{error.what(), error.reply()};
        }
        wire_->trace_note("(" + method + " was refused; once more without channel binding)");
        binding_refused_ = true;
        channel_ = without_bindings(channel_);
        method = chosen();
        return attempt(method);
    }

    /// Empty: the usual one.
    std::string advice_for(const std::string& method, const Reply& reply) const
    {
        if (binds(method) && options_.binding_has_worked)
            return "it accepted channel binding before: somebody may be between this machine and the server; if its "
                   "administrators say that it changed, set auth to a mechanism without -PLUS once";
        const bool of_length = base::to_lower(reply.text).find("long") != std::string::npos;
        if (uses_token(method) && (of_length || last_token_.size() > long_token))
            return "the token has " + std::to_string(last_token_.size()) +
                   " octets, which may be more than the server takes; ask for fewer scopes, or check token_command";
        return {};
    }

    /// The two cases that are not a second try with the same thing.
    Reply once_more(std::string& method, const Reply& refusal)
    {
        if (const auto replacement = replacement_for(method, refusal))
            method = *replacement;
        else if (!uses_token(method) || !is_fresh_token_there())
            return refusal;
        return attempt(method);
    }

    /// What was remembered may have become wrong: the server no longer has the mechanism. Another that shows what the
    /// first would have kept is not tried, since the change may be the work of someone in between.
    std::optional<std::string> replacement_for(const std::string& refused, const Reply& refusal)
    {
        const bool knows_us = refusal.has_code("AUTH");
        if (!remembered_ || knows_us || sasl::find_mechanism(refused) == nullptr || !ask_again()) return std::nullopt;
        if (std::ranges::find(capabilities_.sasl, refused) != capabilities_.sasl.end()) return std::nullopt;

        auto now = preferred(channel_);
        if (now && shows_password(*now) && !shows_password(refused))
            throw LoginFailed{peer() + ": the server no longer offers " + refused + ", and with " + *now +
                                  " it would see the password",
                              refusal, "if its administrators confirm the change, set auth = \"" + *now + '"'};
        return now;
    }

    /// False where the server does not wait to be asked.
    bool ask_again()
    {
        try {
            capabilities_ = ask_capabilities(*wire_);
        } catch (const net::ConnectionError&) {
            return false;
        }
        remembered_ = false;
        return true;
    }

    /// Tokens hold for an hour or so, and the last one may have been an old one.
    bool is_fresh_token_there()
    {
        const auto refused = last_token_;
        auto fresh = options_.credentials.token();
        const bool is_another = fresh.reveal() != refused.reveal();
        options_.credentials.token = [fresh = std::move(fresh)] { return base::Secret{fresh}; };
        return is_another;
    }

    LoginOptions options_;
    Capabilities capabilities_;
    bool remembered_; // capabilities_ are those of an earlier run
    std::string apop_timestamp_;
    sasl::Channel channel_;
    InitialResponse initial_;
    std::unique_ptr<Wire> wire_;
    base::Secret last_token_;
    std::string detail_;      // what the server said inside the last exchange
    bool shown_proof_ = true; // in the last exchange
    bool binding_refused_ = false;
};

LoginResult log_in(Connection&& connection, const LoginOptions& options)
{
    return Login{std::move(connection), options}.run();
}

}
