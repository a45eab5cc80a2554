// A mail server's last stage, by LMTP (RFC 2033), over a UNIX socket or TCP. At least once.
//
// One message and one recipient a transaction; the connection is kept for the next. Where the server offers DSN (RFC
// 3461) the delivery id goes along as ENVID, so that a repetition can be told.

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>

#include <popfetch/base/ascii.hpp>
#include <popfetch/base/error.hpp>
#include <popfetch/base/printable.hpp>

#include "dot_stuffer.hpp"
#include "gather.hpp"
#include "lmtp_line.hpp"
#include "names.hpp"
#include "spooled_target.hpp"
#include "targets.hpp"

namespace popfetch::delivery {

namespace {

constexpr int go_ahead = 354;

// RFC 5321 §4.1.2: what could end the address, or the command, is not part of one.
void check_address(std::string_view key, std::string_view address)
{
    constexpr std::size_t longest = 320;
    const bool fits = address.size() <= longest && std::ranges::none_of(address, [](char c) {
                          return static_cast<unsigned char>(c) <= ' ' || c == '\x7f' || c == '<' || c == '>';
                      });
    if (fits) return;
    throw base::Error{base::ExitStatus::config, "config.deliver",
                      "lmtp: " + std::string{key} + ": " + base::printable(address) + ": not an address"};
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
    bool offers(std::string_view extension) const;
    LmtpReply command(const std::string& line);
    LmtpReply open_envelope(const Parcel& parcel);
    void transact(const Parcel& parcel);
    void send_message(const Parcel& parcel);
    void want(const LmtpReply& reply, bool accepted, std::string_view what);

    Spec spec_;
    std::optional<LmtpLine> line_;
    std::vector<std::string> extensions_;
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
    line_.reset();
    line_.emplace(spec_);
    try {
        const auto greeting = line_->read_reply();
        const auto hello = greeting.is_positive() ? command("LHLO " + this_host()) : greeting;
        if (!hello.is_positive())
            throw BadTarget{base::ExitStatus::temporary, "lmtp.unreachable",
                            description() + ": refuses to talk: " + base::printable(hello.text)};
        extensions_.clear();
        for (std::string_view rest = hello.text; !rest.empty();) {
            const auto end = std::min(rest.find('\n'), rest.size());
            extensions_.push_back(base::to_upper(rest.substr(0, std::min(rest.find(' '), end))));
            rest.remove_prefix(std::min(rest.size(), end + 1));
        }
    } catch (const BrokenLine& error) {
        line_.reset();
        throw BadTarget{base::ExitStatus::temporary, "lmtp.unreachable", error.what()};
    }
}

bool Lmtp::offers(std::string_view extension) const
{
    return std::ranges::find(extensions_, extension) != extensions_.end();
}

LmtpReply Lmtp::command(const std::string& line)
{
    line_->write(line + "\r\n");
    return line_->read_reply();
}

void Lmtp::deliver(const Parcel& parcel)
{
    in_doubt_ = false;
    try {
        transact(parcel);
    } catch (const BrokenLine& error) {
        line_.reset();
        if (in_doubt_ && holds_uncertain()) throw uncertain(description());
        throw Undeliverable{base::ExitStatus::temporary, "delivery.temporary", error.what()};
    } catch (const Undeliverable&) {
        throw;
    } catch (...) {
        line_.reset(); // in the middle of something
        throw;
    }
}

// The server may have closed a connection that was idle while mail was retrieved: then a new one.
LmtpReply Lmtp::open_envelope(const Parcel& parcel)
{
    const bool kept = line_.has_value();
    if (!kept) connect();
    auto mail = "MAIL FROM:<" + spec_.sender + ">";
    if (offers("8BITMIME")) mail += " BODY=8BITMIME";
    if (offers("DSN")) mail += " ENVID=" + parcel.delivery_id;
    try {
        auto reply = command(mail);
        if (!kept || reply.code != 421) return reply;
    } catch (const BrokenLine&) {
        if (!kept) throw;
    }
    line_.reset();
    return open_envelope(parcel);
}

void Lmtp::transact(const Parcel& parcel)
{
    const auto mail = open_envelope(parcel);
    want(mail, mail.is_positive(), "the sender");
    const auto recipient = command("RCPT TO:<" + spec_.recipient + ">");
    want(recipient, recipient.is_positive(), "the recipient");
    const auto data = command("DATA");
    want(data, data.code == go_ahead, "the message");
    send_message(parcel);
    const auto taken = line_->read_last_reply(); // RFC 2033 §4.2: one for each recipient
    in_doubt_ = false;
    want(taken, taken.is_positive(), "the message");
}

void Lmtp::send_message(const Parcel& parcel)
{
    Gather out{*line_};
    DotStuffer stuffer{out};
    parcel.message.read_back(stuffer);
    stuffer.finish();
    in_doubt_ = true;
    out.flush();
}

void Lmtp::want(const LmtpReply& reply, bool accepted, std::string_view what)
{
    if (accepted) return;
    const auto text = description() + ": refuses " + std::string{what} + ": " + std::to_string(reply.code) + " " +
                      base::printable(reply.text);
    // A connection whose transaction is open cannot be used for the next one.
    try {
        if (reply.code == 421 || !command("RSET").is_positive()) line_.reset();
    } catch (const BrokenLine&) {
        line_.reset();
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
