#pragma once
// The line to an LMTP server: a socket with a deadline for each wait, and replies of RFC 5321 §4.2. Delivery may not
// use net, and this is all it needs of a network: a blocking client for a server that is near.

#include <chrono>
#include <string>
#include <string_view>

#include <popfetch/base/byte_sink.hpp>
#include <popfetch/base/fd.hpp>
#include <popfetch/delivery/target.hpp>

namespace popfetch::delivery {

/// The line is gone, or what came over it is no reply: EX_TEMPFAIL, "lmtp.broken". What was being said is in doubt.
class BrokenLine : public base::Error {
public:
    explicit BrokenLine(std::string_view text) : base::Error{base::ExitStatus::temporary, "lmtp.broken", text} {}
};

struct LmtpReply {
    int code = 0;
    std::string text; // lines joined by newlines, codes taken away; foreign

    bool is_positive() const noexcept { return code >= 200 && code < 300; }
    bool is_temporary() const noexcept { return code >= 400 && code < 500; }
};

class LmtpLine final : public base::ByteSink {
public:
    /// Connects to the socket or to host and port of `spec`. Throws BadTarget (EX_TEMPFAIL, "lmtp.unreachable").
    explicit LmtpLine(const Spec& spec);

    void write(std::string_view bytes) override;
    /// After a signal to us: Interrupted at once.
    LmtpReply read_reply();
    /// For the reply that says whether a message was taken: after a signal there are still two seconds for it.
    LmtpReply read_last_reply();

private:
    enum class Patience { ends_with_a_signal, two_seconds_more };

    void wait_for(short events, Patience patience);
    std::string read_line(Patience patience);
    LmtpReply read_reply(Patience patience);

    std::string where_;
    std::chrono::milliseconds timeout_;
    std::chrono::steady_clock::time_point begun_; // when the present command or reply began
    base::Fd socket_;
    std::string received_;
};

}
