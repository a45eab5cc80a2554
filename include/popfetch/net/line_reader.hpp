#pragma once
// Lines and runs of bytes out of a Stream, through one large buffer. Nothing here costs a call per byte or per line of
// a message: bodies are taken as whole runs with available() and consume().

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <popfetch/net/error.hpp>
#include <popfetch/net/stream.hpp>

namespace popfetch::net {

/// How the peer ends lines. Fixed once, by the first line; a lone LF is data in a CRLF session (FAULTS P05, P06).
enum class LineEnding { crlf, lf };

class LineReader {
public:
    LineReader(std::unique_ptr<Stream> stream, const Timeouts& timeouts);

    /// The next line without its line end. Valid until the next call of any member. Throws ConnectionError at the end of
    /// the stream ("net.eof") or of patience, LineTooLong when `limit` octets hold no line end.
    std::string_view line(std::size_t limit);

    /// The first line of the session; decides and keeps the line ending.
    std::string_view first_line(std::size_t limit);
    LineEnding ending() const { return ending_; }

    /// Bytes received and not consumed; waits for some when there are none, throws at the end of the stream. At most
    /// the buffer's size: `more()` waits for further bytes behind those already there.
    std::string_view available();
    std::string_view more();
    void consume(std::size_t count);

    /// Bytes that are here already, without waiting.
    std::string_view buffered() const { return {buffer_.data() + begin_, end_ - begin_}; }

    void send(std::string_view bytes);

    Stream& stream() { return *stream_; }
    const Stream& stream() const { return *stream_; }

    /// For STLS: gives up the stream, takes another. Throws TlsError "tls.injection" if a single byte is buffered, since
    /// it arrived before the handshake and anyone may have sent it (FAULTS T01).
    std::unique_ptr<Stream> release();
    void resume(std::unique_ptr<Stream> stream);

    /// The patience for the next replies: greeting, idle, farewell. The total and the minimum rate always hold too.
    void set_patience(std::chrono::milliseconds idle) { idle_ = idle; }

    /// Octets received since the start, for rates and reports. Turns: how often we had to wait with nothing buffered
    /// after having sent something (PERFORMANCE.md counts these).
    std::uint64_t received() const { return received_; }
    unsigned turns() const { return turns_; }

private:
    void fill();
    void check_rate();

    std::unique_ptr<Stream> stream_;
    Timeouts timeouts_;
    std::chrono::milliseconds idle_;
    Deadline total_;
    LineEnding ending_ = LineEnding::crlf;
    std::vector<char> buffer_;
    std::size_t begin_ = 0, end_ = 0;
    std::uint64_t received_ = 0;
    unsigned turns_ = 0;
    bool sent_ = false;
    Deadline::Clock::time_point window_start_;
    std::uint64_t window_received_ = 0;
};

/// A line longer than its limit: the server talks nonsense. EX_PROTOCOL, "proto.line_too_long".
class LineTooLong : public base::Error {
public:
    LineTooLong(const std::string& peer, std::size_t limit);
};

}
