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
        std::unordered_set<std::uint32_t> chosen;
        for (const auto& row : rows)
            if (std::ranges::all_of(conditions, [&](const Where& each) { return each.holds(row, now); }))
                chosen.insert(row.message.number);
        return chosen;
    };
}

}
