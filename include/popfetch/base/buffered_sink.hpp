#pragma once
// Small writes put together, so that few system calls are made of many.

#include <cstdint>
#include <string>

#include <popfetch/base/byte_sink.hpp>

namespace popfetch::base {

class BufferedSink final : public ByteSink {
public:
    explicit BufferedSink(ByteSink& next) : next_{next} {}

    void write(std::string_view bytes) override
    {
        written_ += bytes.size();
        if (held_.size() + bytes.size() > at_once) flush();
        if (bytes.size() >= at_once) return next_.write(bytes);
        held_.append(bytes);
    }
    /// After the last write.
    void flush()
    {
        if (!held_.empty()) next_.write(held_);
        held_.clear();
    }
    std::uint64_t written() const noexcept { return written_; }

private:
    static constexpr std::size_t at_once = std::size_t{128} * 1024;

    ByteSink& next_;
    std::string held_;
    std::uint64_t written_ = 0;
};

}
