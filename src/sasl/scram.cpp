#include "scram.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include <popfetch/base/base64.hpp>
#include <popfetch/base/printable.hpp>
#include <popfetch/base/random.hpp>

#include "saslprep.hpp"
#include "scram_messages.hpp"

namespace popfetch::sasl {

namespace {

struct Binding {
    std::string type; // as in RFC 5802 §5.1, p=
    std::string data;
};

/// TLS 1.3 has the exporter alone; the other two are TLS 1.2's, and empty wherever they would not be safe.
std::optional<Binding> binding_of(const Channel& channel)
{
    if (!channel.tls_exporter.empty()) return Binding{"tls-exporter", channel.tls_exporter};
    if (!channel.tls_unique.empty()) return Binding{"tls-unique", channel.tls_unique};
    if (!channel.tls_server_end_point.empty()) return Binding{"tls-server-end-point", channel.tls_server_end_point};
    return std::nullopt;
}

bool offers_plus(std::span<const std::string> offered)
{
    return std::ranges::any_of(
        offered, [](const std::string& name) { return name.starts_with("SCRAM-") && name.ends_with("-PLUS"); });
}

/// "y" says: we could bind, and saw no offer of it. A server that did offer then knows that someone took it away
/// (RFC 5802 §6). Where we were shown no offers at all there is nothing to say.
std::string binding_flag(const Attempt& attempt, const std::optional<Binding>& binding)
{
    if (attempt.traits.binds_channel) return "p=" + binding->type;
    return binding && !attempt.offered.empty() && !offers_plus(attempt.offered) ? "y" : "n";
}

/// The server's e= (RFC 5802 §7). Where it complains of the binding, its TLS is not ours.
[[noreturn]] void refuse(const std::string& error)
{
    const auto told = "the server refuses the proof of the password: \"" + base::printable(error) + '"';
    const bool of_binding = error.find("channel-binding") != std::string::npos;
    throw SaslError{"auth.refused", told,
                    of_binding ? "somebody may be between this machine and the server" : "check the password"};
}

class Scram final : public Mechanism {
public:
    Scram(const Attempt& attempt, ScramHash hash, std::string nonce)
        : name_{attempt.traits.name}, hash_{hash}, nonce_{std::move(nonce)}
    {
        const auto binding = binding_of(attempt.channel);
        if (attempt.traits.binds_channel && !binding)
            throw SaslError{"auth.no_channel_binding",
                            name_ + " needs TLS that can be bound to, and this line has none"};

        const auto& authorization = attempt.credentials.authorization_id;
        gs2_header_ = binding_flag(attempt, binding) + ',' +
                      (authorization.empty() ? std::string{} : "a=" + saslname(authorization)) + ',';
        bound_ = gs2_header_ + (attempt.traits.binds_channel ? binding->data : std::string{});
        first_ = "n=" + saslname(saslprep(attempt.credentials.user)) + ",r=" + nonce_;
        password_ = saslprep(password_of(attempt.credentials));
        accepted_ = {attempt.credentials.least_iterations, attempt.credentials.most_iterations};
    }

    const std::string& name() const override { return name_; }

    std::optional<base::Secret> initial_response() override { return base::Secret{gs2_header_ + first_}; }

    base::Secret respond(std::string_view challenge) override
    {
        const auto step = std::exchange(next_, Step::over);
        if (step == Step::over)
            throw SaslError{"auth.bad_challenge", "the server goes on asking after the end of " + name_};
        if (step == Step::verify) {
            verify_server(challenge);
            return {};
        }
        auto proof = prove_password(challenge);
        next_ = Step::verify;
        return proof;
    }

    void accept() override
    {
        if (!verified_)
            throw SaslError{"auth.server_not_authenticated",
                            "the server said yes without proving that it knows the password"};
    }

    bool has_shown_proof() const override { return next_ != Step::prove; }

    std::string failure_detail() const override { return error_; }

private:
    enum class Step { prove, verify, over };

    base::Secret prove_password(std::string_view challenge)
    {
        const auto server = parse_server_first(challenge, nonce_, accepted_);
        const auto final = "c=" + base::to_base64(bound_) + ",r=" + server.nonce;
        const auto auth_message = first_ + ',' + std::string{challenge} + ',' + final;
        const auto proof = prove(hash_, password_, server.salt, server.iterations, auth_message);
        password_ = {};
        expected_ = proof.server_signature;

        base::Secret response{final + ",p="};
        response.append(proof.client_proof);
        return response;
    }

    void verify_server(std::string_view challenge)
    {
        const auto verdict = parse_server_final(challenge);
        error_ = verdict.error;
        if (!error_.empty()) refuse(error_);
        if (!equal_signatures(verdict.signature, expected_))
            throw SaslError{"auth.server_not_authenticated", "the server could not prove that it knows the password"};
        verified_ = true;
    }

    std::string name_;
    ScramHash hash_;
    std::string nonce_;
    std::string gs2_header_;
    std::string bound_; // cbind-input, RFC 5802 §7
    std::string first_; // client-first-message-bare
    base::Secret password_;
    Iterations accepted_;
    std::string expected_;
    std::string error_;
    Step next_ = Step::prove;
    bool verified_ = false;
};

/// 144 bits.
std::string fresh_nonce() { return base::random_hex(18); }

}

std::unique_ptr<Mechanism> scram(const Attempt& attempt, ScramHash hash, std::string nonce)
{
    return std::make_unique<Scram>(attempt, hash, std::move(nonce));
}

std::unique_ptr<Mechanism> scram_sha_1(const Attempt& attempt)
{
    return scram(attempt, ScramHash::sha_1, fresh_nonce());
}

std::unique_ptr<Mechanism> scram_sha_256(const Attempt& attempt)
{
    return scram(attempt, ScramHash::sha_256, fresh_nonce());
}

}
