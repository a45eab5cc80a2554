#pragma once
// The formats there are: one file and one line here, and one line in the table of format.cpp, for each.

#include <memory>

#include <popfetch/output/format.hpp>

namespace popfetch::output {

std::unique_ptr<Writer> open_table(const Shape& shape, const Terminal& terminal, base::ByteSink& sink);
std::unique_ptr<Writer> open_json(const Shape& shape, const Terminal& terminal, base::ByteSink& sink);
std::unique_ptr<Writer> open_ndjson(const Shape& shape, const Terminal& terminal, base::ByteSink& sink);

}
