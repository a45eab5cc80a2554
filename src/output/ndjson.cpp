// One item a line, each an object of its own, written as it comes. What stands before and after the items is the
// caller's to know: it asked for one account.

#include <popfetch/output/format.hpp>

#include "formats.hpp"

namespace popfetch::output {

namespace {

class Ndjson final : public Writer {
public:
    explicit Ndjson(base::ByteSink& sink) : sink_{sink} {}

    void item(const Record& record) override { sink_.write(to_json_line(record)); }
    void finish(const Record& /*tail*/, std::string_view /*summary*/) override {}

private:
    base::ByteSink& sink_;
};

}

std::unique_ptr<Writer> open_ndjson(const Shape& /*shape*/, const Terminal& /*terminal*/, base::ByteSink& sink)
{
    return std::make_unique<Ndjson>(sink);
}

}
