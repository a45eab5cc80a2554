#include "sasl_exchange.hpp"

#include <optional>
#include <string>
#include <utility>

#include <popfetch/base/base64.hpp>
#include <popfetch/base/printable.hpp>
#include <popfetch/pop3/error.hpp>

#include "command_line.hpp"
#include "wire.hpp"

namespace popfetch::pop3 {

namespace {

// SCRAM needs three; a server that wants more than this has no end in mind (FAULTS A08).
constexpr unsigned most_challenges = 8;

// These say everything in their first response, so a server that invites them with words (though RFC 5034 §4 has it
// empty) has not said anything that could matter (FAULTS A06).
bool overlooks_words(std::string_view name) { return name == "PLAIN" || name == "XOAUTH2" || name == "OAUTHBEARER"; }

class Exchange {
public:
    Exchange(Wire& wire, sasl::Mechanism& mechanism, EarlyYes early)
        : wire_{wire}, mechanism_{mechanism}, command_{"AUTH " + mechanism.name()}, early_{early}
    {
    }

    void open(InitialResponse initial)
    {
        unsent_ = with_place([&] { return mechanism_.initial_response(); });
        if (initial == InitialResponse::when_asked || !unsent_) return wire_.send(command_);

        // RFC 5034 §4: "=" is an empty response here; without it, there would be none.
        const auto encoded = unsent_->empty() ? base::Secret{"="} : base::to_base64(*unsent_);
        if (!fits_command_line(command_.size() + 1 + encoded.size())) return wire_.send(command_);
        wire_.send_secret(command_ + ' ', encoded);
        ignored_ = std::exchange(unsent_, std::nullopt);
        responded_ = true;
    }

    Reply conclude()
    {
        for (unsigned challenges = 0;; ++challenges) {
            auto answer = wire_.read_answer(command_);
            if (invites(answer.reply)) answer.challenge = "";
            if (!answer.challenge) return verdict(std::move(answer.reply));
            respond(challenges < most_challenges ? response_to(*answer.challenge) : too_many());
        }
    }

private:
    /// Its words, if any, are for people.
    bool invites(const Reply& reply) const { return reply.ok && !responded_ && early_ == EarlyYes::is_invitation; }

    void respond(const base::Secret& response)
    {
        wire_.send_secret("", base::to_base64(response));
        responded_ = true;
    }

    Reply verdict(Reply reply)
    {
        if (!reply.ok) return reply;
        if (!responded_)
            throw ProtocolError{"proto.bad_reply",
                                wire_.where(command_) + ": the server said yes before it was shown anything"};
        with_place([&] { mechanism_.accept(); });
        return reply;
    }

    std::string shown(const std::string& challenge) const { return base::printable(wire_.without_secret(challenge)); }

    /// An empty challenge to an initial response: the server has not looked at it, and asks for it (FAULTS L08).
    bool has_ignored_it(const std::string& challenge)
    {
        const auto initial = std::exchange(ignored_, std::nullopt);
        if (!initial || !challenge.empty()) return false;
        unsent_ = initial;
        return true;
    }

    base::Secret response_to(const std::string& challenge)
    {
        if (unsent_ || has_ignored_it(challenge)) return invited(challenge);
        const auto decoded = base::from_base64(challenge);
        if (!decoded) bad_challenge("is not base64: \"" + shown(challenge) + '"');
        try {
            return with_place([&] { return mechanism_.respond(*decoded); });
        } catch (const sasl::SaslError& error) {
            cancel();
            if (error.kind() != "auth.refused") throw;
            throw LoginFailed{error.what(), {}};
        }
    }

    /// The server's first challenge asks for the initial response, and must be empty (RFC 5034 §4).
    base::Secret invited(const std::string& challenge)
    {
        if (!challenge.empty() && !overlooks_words(mechanism_.name()))
            bad_challenge("should be empty at first: \"" + shown(challenge) + '"');
        return *std::exchange(unsent_, std::nullopt);
    }

    base::Secret too_many() { bad_challenge("is one too many: " + mechanism_.name() + " does not go on for so long"); }

    [[noreturn]] void bad_challenge(const std::string& what)
    {
        cancel();
        throw ProtocolError{"proto.bad_challenge", wire_.where(command_) + ": the server's challenge " + what};
    }

    /// RFC 5034 §4: the server must answer with -ERR. Whatever it does, the login has failed already, and not for that.
    void cancel()
    {
        try {
            wire_.send("*");
            wire_.read_answer(command_);
        } catch (const base::Interrupted&) {
            throw;
        } catch (const base::Error&) {
            wire_.break_off();
        }
    }

    template<typename Action>
    auto with_place(Action action) -> decltype(action())
    {
        try {
            return action();
        } catch (const sasl::SaslError& error) {
            throw sasl::SaslError{error.kind(), wire_.where(command_) + ": " + error.what()};
        }
    }

    Wire& wire_;
    sasl::Mechanism& mechanism_;
    std::string command_;
    EarlyYes early_;
    std::optional<base::Secret> unsent_; // the initial response, until it has gone
    std::optional<base::Secret> ignored_; // one that has gone with the command, until the server shows what it made of it
    bool responded_ = false;
};

}

Reply exchange(Wire& wire, sasl::Mechanism& mechanism, InitialResponse initial, EarlyYes early)
{
    Exchange exchange{wire, mechanism, early};
    exchange.open(initial);
    return exchange.conclude();
}

}
