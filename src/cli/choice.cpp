#include "choice.hpp"

#include <algorithm>

#include "where.hpp"

namespace popfetch::cli {

namespace {

std::vector<Row> rows_of(std::span<const pop3::Message> messages, const state::Snapshot& known)
{
    std::vector<Row> rows;
    for (const auto& message : messages) rows.push_back(row_of(message, known));
    return rows;
}

}

fetch::Choice choice_by(const std::vector<std::string>& where)
{
    if (where.empty()) return nullptr;
    return [conditions = std::vector<Where>(where.begin(), where.end())](
               pop3::Maildrop& maildrop, std::span<const pop3::Message> messages, const state::Snapshot& known) {
        auto rows = rows_of(messages, known);
        if (std::ranges::any_of(conditions, &Where::needs_headers)) read_headers(maildrop, rows);
        const auto now = base::wall_clock();
        fetch::Chosen chosen;
        for (const auto& row : rows) {
            const auto verdict = judge(conditions, row, now);
            if (verdict == Where::Verdict::yes) chosen.yes.insert(row.message.number);
            if (verdict == Where::Verdict::open) chosen.open.emplace(row.message.number, row.unread);
        }
        return chosen;
    };
}

}
