#include "set_aside.hpp"

#include <algorithm>

#include <popfetch/base/ascii.hpp>
#include <popfetch/base/number.hpp>
#include <popfetch/base/units.hpp>

#include "settlement.hpp"

namespace popfetch::fetch {

namespace {

// One line each: when to try again, how often it broke, the id; which holds no line end (RFC 1939 §7).
constexpr std::string_view fact = "delete.set_aside";

// More would mean that it is not the messages.
constexpr std::size_t most = 100;

}

SetAside::SetAside(const Run& run) : run_{run}
{
    const auto text = run.ledger.fact(fact).value_or("");
    for (std::string_view rest = text; !rest.empty();) {
        auto line = rest.substr(0, rest.find('\n'));
        rest.remove_prefix(std::min(rest.size(), line.size() + 1));
        const auto next_try = base::from_rfc3339(base::take_word(line));
        const auto times = base::parse_number<unsigned>(base::take_word(line));
        if (next_try && times && !line.empty()) entries_.push_back({std::string{line}, *times, *next_try});
    }
}

const SetAside::Entry* SetAside::find(std::string_view id) const
{
    const auto found = std::ranges::find(entries_, id, &Entry::id);
    return found == entries_.end() ? nullptr : &*found;
}

void SetAside::take_from(std::vector<Decision>& due, const Identities& identities) const
{
    const auto now = run_.clock();
    std::erase_if(due, [&](const Decision& d) {
        const auto* entry = find(ledger_id(d.message, identities));
        if (!entry || entry->next_try <= now || run_.policy.force) return false;
        run_.report.warned("message " + std::to_string(d.message.number) +
                           " is not deleted: the server broke the session off at its DELE, next try " +
                           base::to_local(entry->next_try, now));
        return true;
    });
}

void SetAside::add(std::string_view id)
{
    const auto* before = find(id);
    const unsigned times = before ? before->times : 0;
    std::erase_if(entries_, [&](const Entry& entry) { return entry.id == id; });
    entries_.push_back({std::string{id}, times + 1, next_try(run_.clock(), times, Harm::session)});
    if (entries_.size() > most) entries_.erase(entries_.begin());
    save();
}

void SetAside::forget(const std::vector<Decision>& deleted, const Identities& identities)
{
    const auto known = entries_.size();
    for (const auto& d : deleted)
        std::erase_if(entries_, [&](const Entry& entry) { return entry.id == ledger_id(d.message, identities); });
    if (entries_.size() != known) save();
}

void SetAside::save() const
{
    if (entries_.empty()) return run_.ledger.forget(fact);
    std::string text;
    for (const auto& entry : entries_)
        text += base::to_rfc3339(entry.next_try) + ' ' + std::to_string(entry.times) + ' ' + entry.id + '\n';
    run_.ledger.remember(fact, text);
}

}
