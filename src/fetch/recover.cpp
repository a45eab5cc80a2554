#include <algorithm>
#include <iterator>
#include <vector>

#include <popfetch/fetch/run.hpp>

#include "guards.hpp"
#include "settlement.hpp"

namespace popfetch::fetch {

void recover(const Run& run)
{
    auto promises = run.ledger.promised();
    std::vector<delivery::Receipt> receipts;
    std::ranges::transform(promises, std::back_inserter(receipts), receipt_of);
    run.target.prepare(receipts);
    refuse_vanished_ledger(run);
    if (promises.empty()) return;
    // Counts the attempt before it is made: what a target perhaps did already, it is told to be doing again (FAULTS
    // F20).
    run.ledger.promise(promises);

    const auto outcomes = publish_and_settle(run, promises);
    for (std::size_t i = 0; i < outcomes.size(); ++i)
        if (outcomes[i].kind == delivery::Outcome::Kind::published)
            run.report.recovered(promises[i].id, outcomes[i].place);
}

}
