// A mail server's last stage, by LMTP (RFC 2033), over a UNIX socket or TCP. At least once.
//
// One message and one recipient a transaction; the connection is kept for the next. Where the server offers DSN (RFC
// 3461) the delivery id goes along as ENVID, so that a repetition can be told.

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <popfetch/base/error.hpp>
#include <popfetch/base/printable.hpp>
#include <popfetch/net/dial.hpp>
#include <popfetch/net/tls.hpp>
#include <popfetch/smtp/session.hpp>

#include "names.hpp"
#include "spooled_target.hpp"
#include "targets.hpp"

namespace popfetch::delivery {

namespace {

// What could end the address, or the command, is not part of one.
void check_address(std::string_view key, std::string_view address)
{
    if (smtp::is_address(address)) return;
    throw base::Error{base::ExitStatus::config, "config.deliver",
                      "lmtp: " + std::string{key} + ": " + base::printable(address) + ": not an address"};
}

net::DialOptions server_of(const Spec& spec)
{
    net::DialOptions server;
    server.host = spec.path.empty() ? spec.host : spec.path.native();
    server.port = spec.port;
    return server;
}

// One patience for every wait (RFC 5321 §4.5.3.2 wants minutes).
smtp::SessionOptions session_options(const Spec& spec)
{
    smtp::SessionOptions options;
    options.protocol = smtp::Protocol::lmtp;
    options.client_name = this_host();
    options.timeouts.handshake = options.timeouts.greeting = options.timeouts.idle = spec.timeout;
    return options;
}

net::TlsOptions tls_options(const Spec& spec)
{
    net::TlsOptions options;
    options.server_name = spec.host;
    options.ca_file = spec.tls_ca_file.string();
    options.alpn = false; // that would say POP3
    return options;
}

smtp::Session open_session(const Spec& spec)
{
    const auto deadline = net::Deadline::in(spec.timeout);
    auto stream = net::dial(server_of(spec), deadline);
    if (spec.tls == Spec::Tls::implicit) stream = net::start_tls(std::move(stream), tls_options(spec), deadline);
    smtp::Session session{std::move(stream), session_options(spec)};
    if (spec.tls == Spec::Tls::starttls) session.start_tls(tls_options(spec));
    return session;
}

// The server is away, or talks nonsense: the message is not to blame.
bool is_server_trouble(const base::Error& error)
{
    return dynamic_cast<const net::ConnectionError*>(&error) != nullptr ||
           dynamic_cast<const net::LineTooLong*>(&error) != nullptr ||
           dynamic_cast<const smtp::ProtocolError*>(&error) != nullptr;
}

class Lmtp final : public SpooledTarget {
public:
    Lmtp(const Spec& spec, const Surroundings& run);

    std::string description() const override
    {
        return "lmtp " + base::printable(spec_.path.empty() ? spec_.host : spec_.path.native());
    }

private:
    void check() override { connect(); }
    void deliver(const Parcel& parcel) override;
    std::string place() const override { return "lmtp:" + base::printable(spec_.recipient); }

    void connect();
    smtp::Reply open_envelope(const Parcel& parcel);
    void transact(const Parcel& parcel);
    void send_message(const Parcel& parcel);
    void want(const smtp::Reply& reply, bool accepted, std::string_view what);

    Spec spec_;
    std::optional<smtp::Session> session_;
    bool in_doubt_ = false; // the whole message was sent, and no reply has come
};

Lmtp::Lmtp(const Spec& spec, const Surroundings& run) : SpooledTarget{"lmtp", spec, run}, spec_{spec}
{
    if (spec.recipient.empty() || (spec.path.empty() && spec.host.empty()))
        throw base::Error{base::ExitStatus::config, "config.deliver", "lmtp: needs a server and a recipient"};
    check_address("recipient", spec.recipient);
    check_address("sender", spec.sender);
}

void Lmtp::connect()
{
    session_.reset();
    try {
        session_.emplace(open_session(spec_));
    } catch (const net::TlsError&) {
        throw;
    } catch (const base::Interrupted&) {
        throw;
    } catch (const base::Error& error) {
        if (error.status() == base::ExitStatus::config) throw;
        throw BadTarget{base::ExitStatus::temporary, "lmtp.unreachable", "lmtp " + std::string{error.what()}};
    }
}

void Lmtp::deliver(const Parcel& parcel)
{
    in_doubt_ = false;
    try {
        transact(parcel);
    } catch (const Undeliverable&) {
        throw;
    } catch (const base::Error& error) {
        session_.reset(); // in the middle of something
        if (!is_server_trouble(error)) throw;
        if (in_doubt_ && holds_uncertain()) throw uncertain(description());
        throw Undeliverable{base::ExitStatus::temporary, "delivery.temporary", "lmtp " + std::string{error.what()}};
    } catch (...) {
        session_.reset();
        throw;
    }
}

// The server may have closed a connection that was idle while mail was retrieved: then a new one.
smtp::Reply Lmtp::open_envelope(const Parcel& parcel)
{
    const bool kept = session_.has_value();
    if (!kept) connect();
    std::string parameters;
    if (session_->offers("8BITMIME")) parameters += " BODY=8BITMIME";
    if (session_->offers("DSN")) parameters += " ENVID=" + parcel.delivery_id;
    try {
        auto reply = session_->mail(spec_.sender, parameters);
        if (!kept || !reply.is_farewell()) return reply;
    } catch (const net::ConnectionError&) {
        if (!kept) throw;
    }
    session_.reset();
    return open_envelope(parcel);
}

void Lmtp::transact(const Parcel& parcel)
{
    const auto mail = open_envelope(parcel);
    want(mail, mail.is_positive(), "the sender");
    const auto recipient = session_->rcpt(spec_.recipient);
    want(recipient, recipient.is_positive(), "the recipient");
    const auto data = session_->data();
    want(data, data.asks_for_message(), "the message");
    send_message(parcel);
    const auto verdict = session_->read_verdict();
    in_doubt_ = false;
    want(verdict, verdict.is_positive(), "the message");
}

void Lmtp::send_message(const Parcel& parcel)
{
    smtp::MessageData data{*session_};
    parcel.message.read_back(data);
    in_doubt_ = true;
    data.finish();
}

void Lmtp::want(const smtp::Reply& reply, bool accepted, std::string_view what)
{
    if (accepted) return;
    const auto text = description() + ": refuses " + std::string{what} + ": " + std::to_string(reply.code) + " " +
                      base::printable(reply.text);
    // A connection whose transaction is open cannot be used for the next one.
    try {
        if (reply.is_farewell() || !session_->rset().is_positive()) session_.reset();
    } catch (const base::Error& error) {
        session_.reset();
        if (!is_server_trouble(error)) throw;
    }
    if (reply.is_temporary()) throw Undeliverable{base::ExitStatus::temporary, "delivery.temporary", text};
    throw Undeliverable{base::ExitStatus::cannot_create, "delivery.refused", text};
}

}

std::unique_ptr<Target> open_lmtp(const Spec& spec, const Surroundings& surroundings)
{
    return std::make_unique<Lmtp>(spec, surroundings);
}

}
