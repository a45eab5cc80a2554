#include "support/catch.hpp"

#include <popfetch/delivery/target.hpp>

using popfetch::delivery::parse_spec;
using popfetch::delivery::Spec;
using popfetch::delivery::to_text;

namespace {

std::string complaint(std::string_view text)
{
    try {
        parse_spec(text);
    } catch (const popfetch::base::Error& error) {
        CHECK(error.status() == popfetch::base::ExitStatus::config);
        return error.kind() + ": " + error.what();
    }
    return {};
}

}

TEST_CASE("Targets are read from text and written back")
{
    CHECK(parse_spec("maildir:~/Mail").kind == Spec::Kind::maildir);
    CHECK(parse_spec("maildir:~/Mail").path == "~/Mail");
    CHECK(parse_spec("mbox:/var/mail/alice").kind == Spec::Kind::mbox);
    CHECK(parse_spec("files:a b:c").path == "a b:c");
    for (const auto* const text : {"maildir:/m", "mbox:/m", "files:/m", "stdout:"})
        CHECK(to_text(parse_spec(text)) == text);
}

TEST_CASE("Targets that only a table can describe are named by what they reach")
{
    Spec spec;
    spec.kind = Spec::Kind::pipe;
    spec.argv = {"/usr/bin/procmail", "-d", "alice"};
    CHECK(to_text(spec) == "pipe:/usr/bin/procmail");
    spec.kind = Spec::Kind::lmtp;
    spec.host = "mail";
    CHECK(to_text(spec) == "lmtp:mail:24");
    spec.path = "/run/lmtp";
    CHECK(to_text(spec) == "lmtp:/run/lmtp");
}

TEST_CASE("A text that is no target is told with what is known")
{
    const std::string known = "; expected maildir:PATH, mbox:PATH, files:DIR or stdout:";
    CHECK(complaint("~/Mail") == "config.deliver: \"~/Mail\" is no place to deliver to" + known);
    CHECK(complaint("Maildir:x") == "config.deliver: \"Maildir:x\" is no place to deliver to" + known);
    CHECK(complaint("stdout:x") == "config.deliver: \"stdout:x\" is no place to deliver to" + known);
    CHECK(complaint("mbox:") == "config.deliver: \"mbox:\" names no path" + known);
    CHECK(complaint(std::string_view{"mbox:a\0b", 8}) == "config.deliver: \"mbox:a\\x00b\" has a NUL inside" + known);
}
