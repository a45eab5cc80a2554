#include <popfetch/net/line_reader.hpp>

#include <algorithm>
#include <cstring>
#include <optional>
#include <utility>

#include <sys/socket.h>

#include "failure.hpp"

namespace popfetch::net {

namespace {

constexpr std::size_t buffer_size = std::size_t{256} * 1024;
/// With less room than this behind the data, the data is moved to the front: small reads cost more than the move.
constexpr std::size_t least_read = std::size_t{16} * 1024;
constexpr std::size_t none = std::string_view::npos;

bool has_bytes_waiting(int descriptor)
{
    char byte = 0;
    return descriptor >= 0 && recv(descriptor, &byte, 1, MSG_PEEK | MSG_DONTWAIT) > 0;
}

bool is_timeout(const base::Error& error) { return error.kind() == "net.timeout"; }

ConnectionError lasted(const std::string& peer, std::chrono::milliseconds time)
{
    return temporary("net.timeout", peer, "the session has lasted for " + spell(time));
}

}

LineReader::LineReader(std::unique_ptr<Stream> stream, const Timeouts& timeouts)
    : stream_{std::move(stream)}, timeouts_{timeouts}, idle_{timeouts.idle}, total_{Deadline::in(timeouts.total)},
      buffer_(buffer_size)
{
}

Deadline LineReader::patience() const
{
    const auto deadline = earlier(Deadline::in(idle_), total_);
    return ignores_signals_ ? deadline.despite_signals() : deadline;
}

std::string_view LineReader::line(std::size_t limit)
{
    restart_rate();
    limit = std::min(limit, buffer_.size() - 2);
    const std::size_t line_end = await_line_end(limit);
    return take_line(line_end, limit);
}

std::string_view LineReader::first_line(std::size_t limit)
{
    ending_ = LineEnding::lf; // so that either is found; what precedes the first LF decides
    limit = std::min(limit, buffer_.size() - 2);
    const std::size_t line_end = await_line_end(limit);
    if (line_end > begin_ && buffer_[line_end - 1] == '\r') ending_ = LineEnding::crlf;
    return take_line(line_end, limit);
}

/// Where the LF of the first line end at or after `from` is.
std::size_t LineReader::find_line_end(std::size_t from) const
{
    while (from < end_) {
        const void* found = std::memchr(buffer_.data() + from, '\n', end_ - from);
        if (found == nullptr) return none;
        const auto at = static_cast<std::size_t>(static_cast<const char*>(found) - buffer_.data());
        if (ending_ == LineEnding::lf || (at > begin_ && buffer_[at - 1] == '\r')) return at;
        from = at + 1;
    }
    return none;
}

std::string_view LineReader::take_line(std::size_t line_end, std::size_t limit)
{
    std::string_view text{buffer_.data() + begin_, line_end - begin_};
    if (text.ends_with('\r')) text.remove_suffix(1);
    if (text.size() > limit) throw LineTooLong{stream_->peer(), limit};
    begin_ = line_end + 1;
    return text;
}

/// Reads until the buffer holds a line end. Each byte is looked at once, however small the pieces are.
std::size_t LineReader::await_line_end(std::size_t limit)
{
    std::optional<Deadline> deadline;
    std::size_t looked_at = 0; // from begin_, which fill() may move
    for (;;) {
        const std::size_t line_end = find_line_end(begin_ + looked_at);
        if (line_end != none) return line_end;
        looked_at = end_ - begin_;
        if (looked_at >= limit + 2) throw LineTooLong{stream_->peer(), limit};
        if (!deadline) deadline = patience();
        try {
            fill(*deadline);
        } catch (const ConnectionError& error) {
            // Where bytes drip, the last of them was waited for only for a moment.
            if (!is_timeout(error) || looked_at == 0 || total_.passed()) throw;
            throw temporary("net.timeout", stream_->peer(), "no whole line for " + spell(idle_));
        }
    }
}

std::string_view LineReader::available()
{
    if (begin_ == end_) fill_at_rate();
    return buffered();
}

std::string_view LineReader::more()
{
    if (end_ - begin_ < buffer_.size()) fill_at_rate();
    return buffered();
}

void LineReader::consume(std::size_t count) { begin_ += std::min(count, end_ - begin_); }

void LineReader::send(std::string_view bytes)
{
    stream_->write_all(bytes, patience());
    sent_ = true;
}

std::unique_ptr<Stream> LineReader::release()
{
    if (begin_ != end_ || has_bytes_waiting(stream_->descriptor())) {
        throw TlsError{"tls.injection",
                       stream_->peer() + ": the server, or someone in between, sent data in clear text "
                                         "where the TLS handshake begins",
                       "nothing was sent; the line may be tampered with"};
    }
    return std::move(stream_);
}

void LineReader::resume(std::unique_ptr<Stream> stream)
{
    stream_ = std::move(stream);
    begin_ = end_ = 0;
    restart_rate();
}

/// One read. Its buffer has room, unless it is full of bytes that nobody consumes.
void LineReader::fill(Deadline deadline)
{
    if (total_.passed()) throw lasted(stream_->peer(), timeouts_.total);
    if (std::exchange(sent_, false) && begin_ == end_) ++turns_;
    make_room();
    std::size_t count = 0;
    try {
        count = stream_->read_some({buffer_.data() + end_, buffer_.size() - end_}, deadline);
    } catch (const ConnectionError& error) {
        if (is_timeout(error) && total_.passed()) throw lasted(stream_->peer(), timeouts_.total);
        throw;
    }
    if (count == 0) throw temporary("net.eof", stream_->peer(), "the server has closed the connection");
    end_ += count;
    received_ += count;
}

void LineReader::make_room()
{
    if (begin_ == end_) begin_ = end_ = 0;
    if (begin_ == 0 || buffer_.size() - end_ >= least_read) return;
    std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
}

/// Only the waiting counts: the time that we take to write to a slow disk is not the server's fault.
void LineReader::fill_at_rate()
{
    const auto before = Deadline::Clock::now();
    const auto received_before = received_;
    fill(patience());
    window_waited_ += Deadline::Clock::now() - before;
    window_received_ += received_ - received_before;
    if (window_waited_ < timeouts_.rate_window) return;

    const double seconds = std::chrono::duration<double>{window_waited_}.count();
    if (static_cast<double>(window_received_) < static_cast<double>(timeouts_.min_rate) * seconds) {
        throw temporary("net.timeout", stream_->peer(),
                        "too slow: " + std::to_string(window_received_) + " octets in " +
                            spell(std::chrono::round<std::chrono::milliseconds>(window_waited_)));
    }
    restart_rate();
}

void LineReader::restart_rate()
{
    window_waited_ = {};
    window_received_ = 0;
}

LineTooLong::LineTooLong(const std::string& peer, std::size_t limit)
    : base::Error{base::ExitStatus::protocol, "proto.line_too_long",
                  peer + ": the server sent a line of more than " + std::to_string(limit) + " octets"}
{
}

}
