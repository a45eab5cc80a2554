// --where: a condition or a usage error, for any row.

#include <popfetch/base/ascii.hpp>

#include "cli/where.hpp"
#include "target.hpp"

using namespace popfetch;

namespace {

cli::Row row_with_headers()
{
    cli::Row row;
    row.message = {7, 2048, "uid-A"};
    row.summary = mail::Summary{};
    row.summary->from = {{"Alice Example", "alice@example.org"}};
    row.summary->subject = "Nightly build";
    row.summary->date = base::WallTime{std::chrono::seconds{1'700'000'000}};
    return row;
}

}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string text{reinterpret_cast<const char*>(data), size};
    const base::WallTime now{std::chrono::seconds{1'800'000'000}};
    fuzz::passes([&] {
        const cli::Where where{text};
        const auto row = row_with_headers();
        const bool holds = where.holds(row, now);
        const bool one_choice = base::to_lower(text).find("or") == std::string::npos;
        const bool with_truth = cli::Where{"number=7 and " + text}.holds(row, now);
        fuzz::require(!one_choice || with_truth == holds, "what is true besides changes nothing");
        fuzz::require(cli::Where{text + " or number=7"}.holds(row, now), "or is generous");
        where.holds({}, now);
    });
    return 0;
}
