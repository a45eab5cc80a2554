#include "one_by_one.hpp"

#include <vector>

#include "screen.hpp"

namespace popfetch::cli {

base::ExitStatus one_by_one(std::span<const config::Account> accounts, const Globals& globals,
                            const std::function<base::ExitStatus(const config::Account&)>& command)
{
    std::vector<base::ExitStatus> statuses{base::ExitStatus::ok};
    for (const auto& account : accounts) {
        const auto status = for_account(account.name, globals, [&] { return command(account); });
        statuses.push_back(status);
        if (status == base::ExitStatus::interrupted || status == base::ExitStatus::terminated) break;
    }
    return base::gravest(statuses);
}

}
