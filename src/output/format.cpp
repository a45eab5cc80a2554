#include <popfetch/output/format.hpp>

#include <algorithm>
#include <array>

#include "formats.hpp"

namespace popfetch::output {

namespace {

struct Format {
    Kind kind;
    std::unique_ptr<Writer> (*open)(const Shape& shape, const Terminal& terminal, base::ByteSink& sink);
};

constexpr std::array formats{
    Format{Kind::table, open_table},
    Format{Kind::json, open_json},
    Format{Kind::ndjson, open_ndjson},
};

}

std::unique_ptr<Writer> open(Kind kind, const Shape& shape, const Terminal& terminal, base::ByteSink& sink)
{
    return std::ranges::find(formats, kind, &Format::kind)->open(shape, terminal, sink);
}

}
