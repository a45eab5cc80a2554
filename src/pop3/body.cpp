#include <popfetch/base/units.hpp>
#include <popfetch/pop3/maildrop.hpp>
#include <popfetch/pop3/unstuff.hpp>

#include "wire.hpp"

namespace popfetch::pop3 {

void Body::pour_into(base::ByteSink& sink)
{
    if (finished_) return;
    try {
        pour(sink);
    } catch (...) {
        wire_.break_off(); // also when it was the sink: what it did not take cannot be read again
        throw;
    }
    finished_ = true;
    if (wire_.tracing()) wire_.trace_note('<' + std::to_string(octets_) + " octets of a message>, .");
}

void Body::pour(base::ByteSink& sink)
{
    Unstuffer unstuffer{wire_.ending(), dots_};
    bool undecided = false;
    wire_.begin_body();
    while (!unstuffer.done()) {
        const auto bytes = undecided ? wire_.more() : wire_.available();
        const auto used = unstuffer.feed(bytes, sink);
        undecided = used < bytes.size();
        wire_.consume(used);
        octets_ = unstuffer.octets();
        if (octets_ > limit_)
            wire_.fail("proto.too_big", wire_.where(command_) + ": more than " + base::format_size(limit_) +
                                            " octets and no end; nothing more of it is read");
        if (on_progress_ && !unstuffer.done()) on_progress_(octets_);
    }
    dubious_dots_ = unstuffer.dubious_dots();
    wire_.end_body();
}

}
