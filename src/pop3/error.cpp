#include <popfetch/pop3/error.hpp>

#include <utility>

#include <popfetch/base/printable.hpp>

namespace popfetch::pop3 {

namespace {

struct Verdict {
    base::ExitStatus status;
    std::string_view kind;
};

Verdict verdict(const Reply& reply)
{
    using base::ExitStatus;
    if (reply.has_code("IN-USE")) return {ExitStatus::temporary, "server.in_use"};
    if (reply.has_code("LOGIN-DELAY")) return {ExitStatus::temporary, "server.login_delay"};
    if (reply.has_code("SYS/TEMP")) return {ExitStatus::temporary, "server.temporary"};
    if (reply.has_code("SYS/PERM")) return {ExitStatus::protocol, "server.perm"};
    return {ExitStatus::unavailable, "server.refused"};
}

std::string with_words(std::string_view text, const Reply& reply)
{
    std::string all{text};
    if (!reply.text.empty()) all += ": \"" + base::printable(reply.text) + '"';
    return all;
}

}

Refused::Refused(std::string_view text, const Reply& reply, std::string_view advice)
    : Refused{verdict(reply).status, verdict(reply).kind, text, reply, advice}
{
}

Refused::Refused(base::ExitStatus status, std::string_view kind, std::string_view text, Reply reply,
                 std::string_view advice)
    : base::Error{status, kind, with_words(text, reply), advice}, reply_{std::move(reply)}
{
}

LoginFailed::LoginFailed(std::string_view text, Reply reply, std::string_view advice)
    : Refused{base::ExitStatus::no_permission, "auth.refused", text, std::move(reply), advice}
{
}

}
