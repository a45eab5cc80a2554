#include <popfetch/fetch/facts.hpp>

namespace popfetch::fetch {

namespace {

constexpr std::string_view sizes = "server.sizes";
constexpr std::string_view pipelining = "server.pipelining";
constexpr std::string_view next_login = "login.not_before";
constexpr std::string_view first_run = "run.seen_listing";

std::string_view capabilities_name(bool after_login)
{
    return after_login ? "server.capabilities.after_login" : "server.capabilities.before_login";
}

}

pop3::SizeTrust size_trust(const state::Ledger& ledger)
{
    const auto fact = ledger.fact(sizes);
    if (fact == "exact") return pop3::SizeTrust::exact;
    return fact == "wrong" ? pop3::SizeTrust::wrong : pop3::SizeTrust::unknown;
}

void remember_size_trust(state::Ledger& ledger, pop3::SizeTrust trust)
{
    if (trust == pop3::SizeTrust::unknown) return ledger.forget(sizes);
    ledger.remember(sizes, trust == pop3::SizeTrust::exact ? "exact" : "wrong");
}

bool pipelining_broken(const state::Ledger& ledger) { return ledger.fact(pipelining) == "broken"; }

void remember_pipelining_broken(state::Ledger& ledger) { ledger.remember(pipelining, "broken"); }

std::optional<base::WallTime> not_before(const state::Ledger& ledger)
{
    const auto fact = ledger.fact(next_login);
    return fact ? base::from_rfc3339(*fact) : std::nullopt;
}

void remember_not_before(state::Ledger& ledger, base::WallTime time)
{
    ledger.remember(next_login, base::to_rfc3339(time));
}

void forget_not_before(state::Ledger& ledger)
{
    if (ledger.fact(next_login)) ledger.forget(next_login);
}

std::optional<pop3::Capabilities> remembered_capabilities(const state::Ledger& ledger, bool after_login)
{
    const auto fact = ledger.fact(capabilities_name(after_login));
    return fact ? std::optional{pop3::Capabilities::from_text(*fact)} : std::nullopt;
}

void remember_capabilities(state::Ledger& ledger, bool after_login, const pop3::Capabilities& capabilities)
{
    const auto text = capabilities.to_text();
    const auto name = capabilities_name(after_login);
    if (ledger.fact(name) != text) ledger.remember(name, text);
}

bool has_run(const state::Ledger& ledger) { return ledger.fact(first_run).has_value(); }

void remember_run(state::Ledger& ledger)
{
    if (!has_run(ledger)) ledger.remember(first_run, "yes");
}

}
