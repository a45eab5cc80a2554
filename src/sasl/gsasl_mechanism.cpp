// The mechanisms that GNU SASL speaks for us: PLAIN (RFC 4616), LOGIN, CRAM-MD5 (RFC 2195), EXTERNAL (RFC 4422 appendix
// A) and, where the library was built with it, GSSAPI (RFC 4752).

#include <memory>
#include <new>
#include <optional>
#include <string>

#include <gsasl.h>

#include <popfetch/base/printable.hpp>

#include "attempt.hpp"

namespace popfetch::sasl {

namespace {

struct EndLibrary {
    void operator()(Gsasl* library) const noexcept { gsasl_done(library); }
};
using Library = std::unique_ptr<Gsasl, EndLibrary>;

/// The library frees its copies of what it was told without wiping them, so it is done here.
struct EndSession {
    void operator()(Gsasl_session* session) const noexcept
    {
        if (const char* password = gsasl_property_fast(session, GSASL_PASSWORD))
            base::wipe(const_cast<char*>(password), std::string_view{password}.size());
        gsasl_finish(session);
    }
};
using Session = std::unique_ptr<Gsasl_session, EndSession>;

Library open_library()
{
    Gsasl* library = nullptr;
    if (const int result = gsasl_init(&library); result != GSASL_OK)
        throw SaslError{"auth.library", std::string{"GNU SASL cannot start: "} + gsasl_strerror(result)};
    return Library{library};
}

std::string_view kind_of(int result)
{
    switch (result) {
    case GSASL_MECHANISM_PARSE_ERROR:
    case GSASL_MECHANISM_CALLED_TOO_MANY_TIMES: return "auth.bad_challenge";
    case GSASL_AUTHENTICATION_ERROR: return "auth.server_not_authenticated";
    default: return "auth.mechanism_failed";
    }
}

std::string_view advice_for(const std::string& mechanism, int result)
{
    if (mechanism == "GSSAPI") return "check the Kerberos ticket with klist";
    return result == GSASL_SASLPREP_ERROR ? "the name or the password is not valid UTF-8" : "";
}

class GnuSasl final : public Mechanism {
public:
    enum class First { client, server };

    GnuSasl(const Attempt& attempt, First first) : name_{attempt.traits.name}, first_{first}, library_{open_library()}
    {
        Gsasl_session* session = nullptr;
        if (const int result = gsasl_client_start(library_.get(), name_.c_str(), &session); result != GSASL_OK)
            throw SaslError{"auth.mechanism_failed", "GNU SASL does not offer " + name_ + " on this machine"};
        session_.reset(session);
        set_up(attempt);
    }

    const std::string& name() const override { return name_; }

    std::optional<base::Secret> initial_response() override
    {
        if (first_ == First::server) return std::nullopt;
        return step({});
    }

    base::Secret respond(std::string_view challenge) override
    {
        if (done_) throw SaslError{"auth.bad_challenge", "the server goes on asking after the end of " + name_};
        return step(challenge);
    }

    void accept() override
    {
        if (!done_) throw SaslError{"auth.server_not_authenticated", "the server said yes before the end of " + name_};
    }

private:
    void set_up(const Attempt& attempt)
    {
        const auto& credentials = attempt.credentials;
        // EXTERNAL and GSSAPI know who we are from elsewhere; the user is then whose mail we want (RFC 4422 §3.4.1).
        const bool known_from_elsewhere = !attempt.traits.needs_password;
        const auto& wanted = credentials.authorization_id.empty() && known_from_elsewhere
                                 ? credentials.user
                                 : credentials.authorization_id;
        set(GSASL_AUTHID, credentials.user);
        if (!wanted.empty() || known_from_elsewhere) set(GSASL_AUTHZID, wanted);
        set(GSASL_SERVICE, credentials.service);
        set(GSASL_HOSTNAME, credentials.host);
        if (attempt.traits.needs_password) set(GSASL_PASSWORD, password_of(credentials).reveal());
    }

    void set(Gsasl_property property, std::string_view value)
    {
        const char* data = value.empty() ? "" : value.data(); // a null pointer would mean: not known
        if (gsasl_property_set_raw(session_.get(), property, data, value.size()) != GSASL_OK) throw std::bad_alloc{};
    }

    base::Secret step(std::string_view input)
    {
        char* output = nullptr;
        std::size_t size = 0;
        const int result = gsasl_step(session_.get(), input.data(), input.size(), &output, &size);
        base::Secret response;
        if (output != nullptr) {
            response = base::Secret{std::string_view{output, size}};
            base::wipe(output, size);
            gsasl_free(output);
        }
        if (result != GSASL_OK && result != GSASL_NEEDS_MORE)
            throw SaslError{kind_of(result), name_ + ": " + base::printable(gsasl_strerror(result)),
                            advice_for(name_, result)};
        done_ = result == GSASL_OK;
        return response;
    }

    std::string name_;
    First first_;
    Library library_;
    Session session_;
    bool done_ = false;
};

}

std::unique_ptr<Mechanism> client_first(const Attempt& attempt)
{
    return std::make_unique<GnuSasl>(attempt, GnuSasl::First::client);
}

std::unique_ptr<Mechanism> server_first(const Attempt& attempt)
{
    return std::make_unique<GnuSasl>(attempt, GnuSasl::First::server);
}

bool gnu_sasl_has(std::string_view name)
{
    const auto library = open_library();
    return gsasl_client_support_p(library.get(), std::string{name}.c_str()) == 1;
}

}
