#include "settlement.hpp"

#include <algorithm>
#include <array>
#include <iterator>

namespace popfetch::fetch {

delivery::Receipt receipt_of(const state::Promise& promise) { return {promise.place, promise.token, promise.attempt}; }

std::vector<delivery::Outcome> publish_and_settle(const Run& run, std::span<const state::Promise> promises)
{
    std::vector<delivery::Receipt> receipts;
    std::ranges::transform(promises, std::back_inserter(receipts), receipt_of);
    auto outcomes = run.target.publish(receipts);

    std::vector<state::Settlement> settled;
    std::vector<std::string> lost;
    for (std::size_t i = 0; i < outcomes.size(); ++i) {
        const auto& outcome = outcomes[i];
        switch (outcome.kind) {
        case delivery::Outcome::Kind::published: settled.push_back({promises[i].id, outcome.place}); break;
        case delivery::Outcome::Kind::lost: lost.push_back(promises[i].id); break;
        case delivery::Outcome::Kind::refused:
            record_failure(run, promises[i].id, promises[i].size, *outcome.error);
            break;
        }
    }
    if (!settled.empty()) run.ledger.settle(settled, run.clock());
    if (!lost.empty()) run.ledger.withdraw(lost);
    return outcomes;
}

namespace {

Harm harm_of(const base::Error& error)
{
    const auto kind = error.kind();
    return kind.starts_with("proto.") || kind.starts_with("net.") ? Harm::session : Harm::itself;
}

}

base::WallTime next_try(base::WallTime now, unsigned attempts, Harm harm)
{
    if (harm == Harm::itself && attempts == 0) return now;
    // Soon enough for a passing trouble, rarely enough that one bad message costs nothing.
    using namespace std::chrono_literals;
    constexpr std::array<std::chrono::minutes, 5> waits{15min, 1h, 4h, 12h, 24h};
    const std::size_t pauses = harm == Harm::itself ? attempts - 1 : attempts;
    return now + waits[std::min(pauses, waits.size() - 1)];
}

void record_failure(const Run& run, std::string_view id, std::uint64_t size, const base::Error& error)
{
    const auto now = run.clock();
    const auto before = run.ledger.entry(id);
    const unsigned attempts = before && before->standing == state::Standing::failed ? before->attempts : 0;
    const state::Failure failure{std::string{id}, size, error.kind(), error.what(), next_try(now, attempts, harm_of(error))};
    run.ledger.fail({&failure, 1}, now);
}

}
