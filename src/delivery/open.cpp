// The table of targets: what a configuration may name, and who makes it.

#include <array>

#include <popfetch/base/error.hpp>

#include "targets.hpp"

namespace popfetch::delivery {

namespace {

struct Entry {
    Spec::Kind kind;
    std::unique_ptr<Target> (*open)(const Spec&, const Surroundings&);
};

constexpr std::array table{
    Entry{Spec::Kind::maildir, open_maildir},
    Entry{Spec::Kind::mbox, open_mbox},
    Entry{Spec::Kind::files, open_files},
};

std::unique_ptr<Target> open_one(const Spec& spec, const Surroundings& surroundings)
{
    for (const auto& entry : table)
        if (entry.kind == spec.kind) return entry.open(spec, surroundings);
    throw base::Error{base::ExitStatus::config, "config.deliver", "this kind of delivery is not built in"};
}

}

std::unique_ptr<Target> open(std::span<const Spec> specs, const Context& context)
{
    return open_one(specs.front(), {context, "1"});
}

}
