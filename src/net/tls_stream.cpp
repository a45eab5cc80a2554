#include "tls_stream.hpp"

#include <utility>

#include <openssl/err.h>

#include "failure.hpp"
#include "tls_failure.hpp"

namespace popfetch::net {

namespace {

/// Session tickets and key updates come now and then; nobody needs so many in a row (FAULTS T12).
constexpr unsigned most_messages_without_data = 64;

}

TlsStream::TlsStream(std::unique_ptr<TlsSession> session) : session_{std::move(session)} {}

/// Tells the peer that TLS ends here, if that can be said without waiting.
TlsStream::~TlsStream()
{
    if (broken_) return;
    Transport& transport = *session_->transport;
    transport.deadline = Deadline{Deadline::Clock::time_point::min()};
    transport.may_wait = false;
    SSL_shutdown(session_->ssl.get());
    ERR_clear_error();
}

/// Waits for the first record only; then takes what OpenSSL has already read, which is many records (read_fast), until
/// `into` is full. What is behind that, the next call reads with one system call.
std::size_t TlsStream::read_some(std::span<char> into, Deadline deadline)
{
    if (failure_) std::rethrow_exception(std::exchange(failure_, nullptr));
    session_->transport->deadline = deadline;
    session_->transport->may_wait = true;
    std::size_t taken = 0;
    try {
        while (taken < into.size() && take_record(into, taken)) session_->transport->may_wait = false;
    } catch (...) {
        if (taken == 0) throw;
        failure_ = std::current_exception();
    }
    return taken;
}

/// False when TLS has ended, or when nothing more can be had without waiting.
bool TlsStream::take_record(std::span<char> into, std::size_t& taken)
{
    for (;;) {
        ERR_clear_error();
        std::size_t count = 0;
        const int result = SSL_read_ex(session_->ssl.get(), into.data() + taken, into.size() - taken, &count);
        if (result == 1) {
            taken += count;
            session_->messages_without_data = 0;
            return true;
        }
        const int why = SSL_get_error(session_->ssl.get(), result);
        if (why == SSL_ERROR_ZERO_RETURN) return false;
        if (why != SSL_ERROR_WANT_READ) throw_failure(why);
        if (session_->messages_without_data > most_messages_without_data) {
            broken_ = true;
            throw TlsError{"tls.failed", peer() + ": the server floods the connection with TLS messages"};
        }
        if (!session_->transport->may_wait) return false;
    }
}

void TlsStream::write_all(std::string_view bytes, Deadline deadline)
{
    if (bytes.empty()) return;
    session_->transport->deadline = deadline;
    ERR_clear_error();
    std::size_t written = 0;
    const int result = SSL_write_ex(session_->ssl.get(), bytes.data(), bytes.size(), &written);
    if (result != 1) throw_failure(SSL_get_error(session_->ssl.get(), result));
}

void TlsStream::throw_failure(int why)
{
    broken_ = true;
    session_->transport->rethrow();
    if (session_->transport->ended) throw cut_off(peer(), false);
    if (why == SSL_ERROR_SSL) throw session_failure(peer());
    throw temporary("net.failed", peer(), "TLS cannot go on");
}

}
