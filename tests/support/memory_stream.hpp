#pragma once
// A net::Stream without a network: what the peer says is a row of chunks, each of which is one arrival; what we say is
// kept. The other end of it is the Wire, which outlives the stream, so that a test can look at what became of it.
//
//     auto [stream, wire] = memory_stream({"+OK hello\r\n"});
//     net::LineReader reader{std::move(stream), {}};
//     …
//     CHECK(wire->sent == "QUIT\r\n");
//
// A server that answers: wire->on_send = [](std::string_view said, Wire& wire) { wire.arrivals.push_back("+OK\r\n"); };

#include <algorithm>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <popfetch/net/error.hpp>
#include <popfetch/net/stream.hpp>
#include <popfetch/net/tls.hpp>

namespace popfetch::test {

struct Wire {
    enum class End { closed, silent, reset }; // what the peer does when its chunks are used up

    std::deque<std::string> arrivals; // each is what one read_some finds; a longer one comes in pieces
    End end = End::closed;
    std::string sent;                // all that was written
    std::vector<std::string> writes; // the same, call by call
    std::function<void(std::string_view, Wire&)> on_send;
    std::function<void()> before_read; // runs before each arrival: a place to let time pass or to raise a signal
    std::string peer = "pop.example.org:995";
    std::unique_ptr<net::TlsInfo> tls; // null: a clear line
    bool local = false;
    bool stream_destroyed = false;
    std::size_t reads = 0;
    net::Deadline last_deadline = net::Deadline::never(); // of the last read
};

class MemoryStream final : public net::Stream {
public:
    explicit MemoryStream(std::shared_ptr<Wire> wire) : wire_{std::move(wire)} {}
    ~MemoryStream() override { wire_->stream_destroyed = true; }

    std::size_t read_some(std::span<char> into, net::Deadline deadline) override
    {
        ++wire_->reads;
        wire_->last_deadline = deadline;
        if (wire_->before_read) wire_->before_read();
        if (wire_->arrivals.empty()) return end();
        std::string& chunk = wire_->arrivals.front();
        const auto count = std::min(into.size(), chunk.size());
        std::copy_n(chunk.begin(), count, into.begin());
        chunk.erase(0, count);
        if (chunk.empty()) wire_->arrivals.pop_front();
        return count;
    }

    void write_all(std::string_view bytes, net::Deadline) override
    {
        wire_->sent.append(bytes);
        wire_->writes.emplace_back(bytes);
        if (wire_->on_send) wire_->on_send(bytes, *wire_);
    }

    const std::string& peer() const override { return wire_->peer; }
    const net::TlsInfo* tls() const override { return wire_->tls.get(); }
    bool local() const override { return wire_->local; }

private:
    std::size_t end() const
    {
        const auto fail = [&](std::string_view kind, std::string_view what) {
            throw net::ConnectionError{base::ExitStatus::temporary, kind, wire_->peer + ": " + std::string{what}};
        };
        if (wire_->end == Wire::End::silent) fail("net.timeout", "no answer");
        if (wire_->end == Wire::End::reset) fail("net.reset", "connection reset");
        return 0;
    }

    std::shared_ptr<Wire> wire_;
};

struct MemoryLine {
    std::unique_ptr<net::Stream> stream;
    std::shared_ptr<Wire> wire;
};

/// A stream on which these chunks arrive, and its other end. An empty chunk is left out: it would look like the end.
inline MemoryLine memory_stream(std::vector<std::string> chunks = {}, Wire::End end = Wire::End::closed)
{
    auto wire = std::make_shared<Wire>();
    wire->end = end;
    for (auto& chunk : chunks) {
        if (!chunk.empty()) wire->arrivals.push_back(std::move(chunk));
    }
    return {std::make_unique<MemoryStream>(wire), wire};
}

/// The text in pieces of `size` octets: for tests that must not depend on where the network cuts (FAULTS P44).
inline std::vector<std::string> in_pieces(std::string_view text, std::size_t size)
{
    std::vector<std::string> pieces;
    for (std::size_t at = 0; at < text.size(); at += size) pieces.emplace_back(text.substr(at, size));
    return pieces;
}

/// The text cut in two at `at`, for tests that try every place.
inline std::vector<std::string> cut_at(std::string_view text, std::size_t at)
{
    return {std::string{text.substr(0, at)}, std::string{text.substr(at)}};
}

}
