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

    /// The next line without its line end. Valid until the next call of any member. The whole line must come within
    /// the patience, so that one dripped octet by octet does not last for ever. Throws ConnectionError at the end of
    /// the stream ("net.eof") or of patience, LineTooLong when the line is longer than `limit` (at most the buffer's
    /// size).
    std::string_view line(std::size_t limit);

    /// The first line of the session; decides and keeps the line ending.
    std::string_view first_line(std::size_t limit);
    LineEnding ending() const { return ending_; }

    /// Bytes received and not consumed; waits for some when there are none, throws at the end of the stream. `more()`
    /// waits for further bytes behind those already there; when the buffer is full it returns what there is. Both are
    /// valid until the next call that reads.
    std::string_view available();
    std::string_view more();
    void consume(std::size_t count);

    /// Bytes that are here already, without waiting.
    std::string_view buffered() const { return {buffer_.data() + begin_, end_ - begin_}; }

    void send(std::string_view bytes);

    Stream& stream() { return *stream_; }
    const Stream& stream() const { return *stream_; }

    /// For STLS: gives up the stream, takes another. Throws TlsError "tls.injection" if a single byte is here, in the
    /// buffer or in the system's: it arrived before the handshake and anyone may have sent it (FAULTS T01).
    std::unique_ptr<Stream> release();
    void resume(std::unique_ptr<Stream> stream);

    /// The patience for the next replies: greeting, idle, farewell. The total always holds too. So does the minimum
    /// rate, over the time that available() and more() have waited since the last line(): a server may think about a
    /// reply for as long as `idle`, but what it has begun to send must flow (FAULTS N06).
    void set_patience(std::chrono::milliseconds idle) { idle_ = idle; }

    /// From now on a signal ends no wait for bytes or for room to send: for the last reply of a transaction, whose
    /// outcome must be known. Set a short patience first.
    void ignore_signals() { ignores_signals_ = true; }

    /// Octets received since the start, for rates and reports. Turns: how often we had to wait with nothing buffered
    /// after having sent something (PERFORMANCE.md counts these).
    std::uint64_t received() const { return received_; }
    unsigned turns() const { return turns_; }

private:
    Deadline patience() const;
    std::size_t find_line_end(std::size_t from) const;
    std::string_view take_line(std::size_t line_end, std::size_t limit);
    std::size_t await_line_end(std::size_t limit);
    void fill(Deadline deadline);
    void make_room();
    void fill_at_rate();
    void restart_rate();

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
    bool ignores_signals_ = false;
    Deadline::Clock::duration window_waited_{};
    std::uint64_t window_received_ = 0;
};

/// A line longer than its limit: the server talks nonsense. EX_PROTOCOL, "proto.line_too_long".
class LineTooLong : public base::Error {
public:
    LineTooLong(const std::string& peer, std::size_t limit);
};

}
