#pragma once
// Small ledgers for the tests of this module.

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include <popfetch/state/ledger.hpp>

namespace popfetch::state {

inline base::WallTime at(std::int64_t seconds) { return base::WallTime{std::chrono::seconds{seconds}}; }
inline constexpr auto day = std::chrono::hours{24};
inline const base::WallTime monday = at(1'800'000'000);

inline std::vector<std::string> ids(std::string_view prefix, std::size_t count)
{
    std::vector<std::string> all;
    for (std::size_t i = 0; i < count; ++i) all.push_back(std::string{prefix} + std::to_string(i));
    return all;
}

inline std::vector<std::string_view> views(const std::vector<std::string>& texts)
{
    return {texts.begin(), texts.end()};
}

inline Promise promise_of(std::string id) { return {id, 1234, "maildir", "/home/a/Maildir/new/" + id, "tmp/" + id, 1}; }

inline std::vector<Promise> promises_of(const std::vector<std::string>& all)
{
    std::vector<Promise> promises;
    std::ranges::transform(all, std::back_inserter(promises), promise_of);
    return promises;
}

inline std::vector<Settlement> settlements_of(const std::vector<std::string>& all)
{
    std::vector<Settlement> settlements;
    for (const auto& id : all) settlements.push_back({id, "/home/a/Maildir/new/" + id});
    return settlements;
}

inline void fetch(Ledger& ledger, const std::vector<std::string>& all, base::WallTime now = monday)
{
    auto promises = promises_of(all);
    ledger.promise(promises);
    ledger.settle(settlements_of(all), now);
}

inline Failure failure_of(std::string id)
{
    return {std::move(id), 99, "delivery.refused", "mailbox full", monday + day};
}

inline Ledger open_ledger(const base::Path& path) { return Ledger::open(path, Access::write); }
inline Ledger read_ledger(const base::Path& path) { return Ledger::open(path, Access::read); }

/// What can be seen of a ledger, for comparing two moments.
inline std::vector<std::string> contents(const Ledger& ledger)
{
    std::vector<std::string> lines;
    for (const auto& entry : ledger.history(1'000'000))
        lines.push_back(entry.id + " " + std::to_string(static_cast<int>(entry.standing)) + " " + entry.place + " " +
                        std::to_string(entry.size) + (entry.deletion_wanted ? " deletion wanted" : ""));
    std::ranges::sort(lines);
    return lines;
}

}
