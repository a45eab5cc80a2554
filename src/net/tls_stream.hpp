#pragma once
// A Stream through an SSL whose handshake is done.

#include <cstdint>
#include <exception>
#include <memory>
#include <string>

#include <popfetch/net/tls.hpp>

#include "openssl.hpp"
#include "stream_bio.hpp"
#include "verification.hpp"

namespace popfetch::net {

/// Everything that must stay where it is while an SSL uses it; destroyed in the right order.
struct TlsSession {
    std::unique_ptr<Transport> transport;
    std::unique_ptr<Verification> verification;
    SslContext context;
    Ssl ssl;
    TlsInfo info;
    unsigned messages_without_data = 0; // handshake messages since the last octet of data
};

class TlsStream final : public Stream {
public:
    explicit TlsStream(std::unique_ptr<TlsSession> session);
    ~TlsStream() override;

    std::size_t read_some(std::span<char> into, Deadline deadline) override;
    void write_all(std::string_view bytes, Deadline deadline) override;
    const std::string& peer() const override { return session_->transport->stream->peer(); }
    const TlsInfo* tls() const override { return &session_->info; }
    bool local() const override { return session_->transport->stream->local(); }

private:
    bool take_record(std::span<char> into, std::size_t& taken);
    void throw_failure(int why);

    std::unique_ptr<TlsSession> session_;
    std::exception_ptr failure_; // found behind octets that were still good; thrown by the next read
    bool broken_ = false;
};

}
