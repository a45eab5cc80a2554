#include "trouble.hpp"

#include <algorithm>
#include <array>

#include <popfetch/state/note.hpp>

namespace popfetch::cli {

namespace {

constexpr std::chrono::hours lasting{1};
constexpr std::chrono::hours between_reminders{24};
constexpr std::string_view never_told = "-";

}

Healing healing_of(const base::Error& error, bool logged_in)
{
    constexpr std::array<std::string_view, 4> asked_for{"login.not_yet", "server.login_delay", "server.in_use",
                                                        "server.temporary"};
    const std::string_view kind = error.kind();
    if (std::ranges::find(asked_for, kind) != asked_for.end()) return Healing::by_patience;
    if (kind == "lock.busy" || kind == "lmtp.unreachable") return Healing::by_itself;
    const bool is_away = (kind.starts_with("net.") && kind != "net.proxy") || kind.starts_with("server.");
    const bool passes = error.status() == base::ExitStatus::temporary && is_away && !logged_in;
    return passes ? Healing::by_itself : Healing::never;
}

bool Trouble::is_due(Healing healing, base::WallTime now) const
{
    if (!told) return healing == Healing::by_itself || now - since >= lasting;
    return now >= (*told < since + lasting ? since + lasting : *told + between_reminders);
}

std::string Trouble::to_text() const
{
    return base::to_rfc3339(since) + ' ' + (told ? base::to_rfc3339(*told) : std::string{never_told});
}

std::optional<Trouble> trouble_from_text(std::string_view text, base::WallTime now)
{
    const auto blank = std::min(text.find(' '), text.size());
    const auto since = base::from_rfc3339(text.substr(0, blank));
    const auto last = text.substr(std::min(blank + 1, text.size()));
    const auto told = base::from_rfc3339(last);
    if (!since || *since > now || (!told && last != never_told) || (told && *told > now)) return std::nullopt;
    return Trouble{*since, told};
}

void weigh_trouble(AccountResult& result, Healing healing, const base::Path& ledger, bool seen, base::WallTime now)
{
    const auto before = trouble_from_text(state::note_beside(ledger), now);
    if (!result.error || healing == Healing::never) {
        if (!result.error && before && before->told) result.trouble_over = base::to_local(before->since, now);
        return state::leave_note(ledger, {});
    }
    auto trouble = before.value_or(Trouble{now, std::nullopt});
    const bool due = trouble.is_due(healing, now);
    result.waiting = !due && !seen;
    if (before && before->told) result.trouble_since = base::to_local(before->since, now);
    if (due) trouble.told = now;
    state::leave_note(ledger, trouble.to_text());
}

}
