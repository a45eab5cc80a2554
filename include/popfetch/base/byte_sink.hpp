#pragma once
// Where bytes flow to. Message bytes only ever move forward, from sink to sink; nobody holds a whole message.

#include <string>
#include <string_view>

namespace popfetch::base {

class ByteSink {
public:
    ByteSink() = default;
    ByteSink(const ByteSink&) = delete;
    ByteSink& operator=(const ByteSink&) = delete;
    virtual ~ByteSink() = default;

    /// Takes the next bytes. How a stream of bytes is cut into calls never matters. Throws what its medium throws.
    virtual void write(std::string_view bytes) = 0;
};

/// Keeps the bytes: for tests and for small things such as headers.
class StringSink final : public ByteSink {
public:
    void write(std::string_view bytes) override { text.append(bytes); }
    std::string text;
};

}
