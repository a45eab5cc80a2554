// One exchange of each mechanism: the first line names it, the others are the server's challenges, decoded. "%n" in
// them is the client's nonce, which is that of the RFCs' examples.

#include <popfetch/sasl/mechanism.hpp>

#include "sasl/attempt.hpp"
#include "sasl/scram.hpp"
#include "target.hpp"

using namespace popfetch;

namespace {

constexpr std::string_view password = "pencil"; // RFC 5802 §5, RFC 7677 §3
// What servers that know it answer there; a yes that was believed without one of them is a finding.
constexpr std::string_view proofs[] = {"v=rmF9pqV8S7suAoZWja4dJRkFsKQ=",
                                       "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4="};

sasl::Credentials credentials()
{
    sasl::Credentials known;
    known.user = "user";
    known.password = known.token = [] { return base::Secret{password}; };
    known.host = "pop.example.org";
    known.service = "pop";
    known.client_certificate = true;
    return known;
}

std::string nonce_for(std::string_view name)
{
    return name.starts_with("SCRAM-SHA-1") ? "fyko+d2lbbFgONRv9qkxdawL" : "rOprNGfwEbeRWgbNEkqO";
}

std::unique_ptr<sasl::Mechanism> begin(const sasl::MechanismTraits& traits)
{
    const auto known = credentials();
    const sasl::Channel channel{true, "exporter", {}, {}};
    const auto hash = traits.name.starts_with("SCRAM-SHA-1") ? sasl::ScramHash::sha_1 : sasl::ScramHash::sha_256;
    const std::vector<std::string> offered;
    if (!traits.name.starts_with("SCRAM")) return sasl::begin(std::string{traits.name}, known, channel, offered);
    return sasl::scram({traits, known, channel, offered}, hash, nonce_for(traits.name));
}

std::string filled_in(std::string_view challenge, const std::string& nonce)
{
    std::string text{challenge};
    for (auto at = text.find("%n"); at != std::string::npos; at = text.find("%n", at + nonce.size()))
        text.replace(at, 2, nonce);
    return text;
}

// What the server says itself it may get back: its nonce, for one.
void check_response(const sasl::MechanismTraits& traits, const base::Secret& response, std::string_view challenge = {})
{
    constexpr auto none = std::string_view::npos;
    const bool shown = response.reveal().find(password) != none && challenge.find(password) == none;
    fuzz::require(traits.plaintext || !shown, "what is not said to show the password does not");
}

}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    fuzz::Input input{data, size};
    const auto* traits = sasl::find_mechanism(input.up_to('\n'));
    if (traits == nullptr || traits->name == "GSSAPI") return 0; // it would ask a key server
    const auto nonce = nonce_for(traits->name);
    std::string last;
    const bool accepted = fuzz::passes([&] {
        const auto mechanism = begin(*traits);
        if (const auto first = mechanism->initial_response()) check_response(*traits, *first);
        for (unsigned steps = 0; steps < 8 && !input.empty(); ++steps) {
            last = filled_in(input.up_to('\n'), nonce);
            check_response(*traits, mechanism->respond(last), last);
        }
        mechanism->accept();
    });
    const bool proven = last.starts_with(proofs[0]) || last.starts_with(proofs[1]);
    fuzz::require(!accepted || !traits->name.starts_with("SCRAM") || proven,
                  "the server has shown that it knows the password");
    return 0;
}
