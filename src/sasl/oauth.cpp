// OAuth 2.0 access tokens: OAUTHBEARER (RFC 7628) and XOAUTH2, its predecessor at Google and Microsoft.
//
// Both say everything in the first response. A server that refuses answers with a challenge that holds JSON about the
// failure, and says -ERR only after another, meaningless response (RFC 7628 §3.2.3).

#include <string>
#include <utility>

#include "attempt.hpp"

namespace popfetch::sasl {

namespace {

class Bearer final : public Mechanism {
public:
    Bearer(std::string_view name, base::Secret message, std::string_view reply_to_failure)
        : name_{name}, message_{std::move(message)}, reply_to_failure_{reply_to_failure}
    {
    }

    const std::string& name() const override { return name_; }

    std::optional<base::Secret> initial_response() override { return message_; }

    base::Secret respond(std::string_view challenge) override
    {
        if (failed_)
            throw SaslError{"auth.refused", "the server goes on asking after it refused the access token",
                            "check token_command"};
        failed_ = true;
        detail_ = challenge;
        return base::Secret{reply_to_failure_};
    }

    void accept() override
    {
        if (failed_) throw SaslError{"auth.bad_challenge", "the server refused the access token and then said yes"};
    }

    std::string failure_detail() const override { return detail_; }

private:
    std::string name_;
    base::Secret message_;
    std::string_view reply_to_failure_;
    std::string detail_;
    bool failed_ = false;
};

constexpr std::string_view separator = "\x01";

void append_token(base::Secret& message, const Credentials& credentials)
{
    message.append("auth=Bearer ");
    message.append(token_of(credentials));
    message.append(separator);
    message.append(separator);
}

}

std::unique_ptr<Mechanism> oauthbearer(const Attempt& attempt)
{
    const auto& credentials = attempt.credentials;
    const auto& wanted = credentials.authorization_id.empty() ? credentials.user : credentials.authorization_id;
    std::string start = wanted.empty() ? "n,," : "n,a=" + saslname(wanted) + ",";
    start += separator;
    if (!credentials.host.empty()) start.append("host=").append(credentials.host).append(separator);
    if (credentials.port != 0) start.append("port=").append(std::to_string(credentials.port)).append(separator);

    base::Secret message{start};
    append_token(message, credentials);
    return std::make_unique<Bearer>(attempt.traits.name, std::move(message), separator);
}

std::unique_ptr<Mechanism> xoauth2(const Attempt& attempt)
{
    base::Secret message{"user=" + attempt.credentials.user};
    message.append(separator);
    append_token(message, attempt.credentials);
    return std::make_unique<Bearer>(attempt.traits.name, std::move(message), "");
}

}
