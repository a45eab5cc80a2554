#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include <popfetch/base/error.hpp>

#include "several.hpp"
#include "targets.hpp"

namespace popfetch::delivery {

namespace {

struct Entry {
    Spec::Kind kind;
    std::unique_ptr<Target> (*open)(const Spec&, const Surroundings&);
};

constexpr std::array table{
    Entry{Spec::Kind::maildir, open_maildir}, Entry{Spec::Kind::mbox, open_mbox}, Entry{Spec::Kind::files, open_files},
    Entry{Spec::Kind::stdout_, open_stdout},  Entry{Spec::Kind::pipe, open_pipe}, Entry{Spec::Kind::lmtp, open_lmtp},
};

}

std::unique_ptr<Target> open(std::span<const Spec> specs, const Context& context)
{
    if (specs.empty())
        throw base::Error{base::ExitStatus::config, "config.deliver", "nothing says where mail shall go",
                          "set deliver = \"maildir:PATH\""};
    std::vector<std::unique_ptr<Target>> targets;
    for (const auto& spec : specs) {
        const Surroundings surroundings{context, std::to_string(targets.size() + 1)};
        targets.push_back(std::ranges::find(table, spec.kind, &Entry::kind)->open(spec, surroundings));
    }
    return combine(std::move(targets));
}

}
