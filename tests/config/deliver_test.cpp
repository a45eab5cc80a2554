#include "support/catch.hpp"

#include "reading.hpp"

using popfetch::delivery::Spec;
using popfetch::tests::account_of;
using popfetch::tests::complaint_about;

namespace {

const std::string place = "popfetch.toml:4: \"deliver\" in account \"work\"";

}

TEST_CASE("A text names a maildir or an mbox or a folder of files or the standard output")
{
    const auto spec = [](const std::string& text) { return account_of("deliver = \"" + text + '"').deliver.at(0); };
    CHECK(spec("maildir:/m").kind == Spec::Kind::maildir);
    CHECK(spec("mbox:/m").kind == Spec::Kind::mbox);
    CHECK(spec("files:/m").kind == Spec::Kind::files);
    CHECK(spec("stdout:").kind == Spec::Kind::stdout_);
    CHECK(spec("maildir:/m").path == "/m");
    CHECK(spec("maildir:m").path == "/home/alice/.config/popfetch/m");
    CHECK(spec("maildir:~/m").path == popfetch::config::resolve("~", {}) / "m");
}

TEST_CASE("A table describes a command")
{
    const auto account = account_of(R"([account.work.deliver]
type = "pipe"
command = ["procmail", "-a", "%{account}"]
run_as = "alice"
timeout = "30s"
strict = true
on_uncertain = "hold")");
    const auto& spec = account.deliver.at(0);
    CHECK(spec.kind == Spec::Kind::pipe);
    CHECK(spec.argv == std::vector<std::string>{"procmail", "-a", "%{account}"});
    CHECK(spec.run_as == "alice");
    CHECK(spec.timeout == std::chrono::seconds{30});
    CHECK(spec.strict);
    CHECK(spec.hold_uncertain);

    const auto plain = account_of("deliver = { type = \"pipe\", command = [\"x\"] }").deliver.at(0);
    CHECK(plain.timeout == std::chrono::minutes{5});
    CHECK_FALSE(plain.strict);
    CHECK_FALSE(plain.hold_uncertain);
    CHECK(plain.run_as.empty());
}

TEST_CASE("A table describes an LMTP server by its socket or by its host")
{
    const auto by_socket =
        account_of("deliver = { type = \"lmtp\", socket = \"/run/lmtp\", recipient = \"alice\", on_uncertain = "
                   "\"redeliver\" }")
            .deliver.at(0);
    CHECK(by_socket.kind == Spec::Kind::lmtp);
    CHECK(by_socket.path == "/run/lmtp");
    CHECK(by_socket.recipient == "alice");
    CHECK(by_socket.sender.empty());
    CHECK_FALSE(by_socket.hold_uncertain);

    const auto by_host = account_of(R"([account.work.deliver]
type = "lmtp"
host = "mail"
port = 2424
recipient = "a@b"
sender = "c@d"
tls = "starttls"
tls_ca_file = "/etc/ca.pem"
timeout = "1m")")
                             .deliver.at(0);
    CHECK(by_host.host == "mail");
    CHECK(by_host.port == 2424);
    CHECK(by_host.sender == "c@d");
    CHECK(by_host.tls == Spec::Tls::starttls);
    CHECK(by_host.tls_ca_file == "/etc/ca.pem");
    CHECK(by_host.timeout == std::chrono::minutes{1});
}

TEST_CASE("A list delivers to several places")
{
    const auto account =
        account_of("deliver = [\"maildir:/m\", { type = \"pipe\", command = [\"x\"] }, \"mbox:/archive\"]");
    REQUIRE(account.deliver.size() == 3);
    CHECK(account.deliver[0].kind == Spec::Kind::maildir);
    CHECK(account.deliver[1].kind == Spec::Kind::pipe);
    CHECK(account.deliver[2].kind == Spec::Kind::mbox);
}

TEST_CASE("What is wrong with a target is told with its line")
{
    struct Row {
        std::string value, told;
    };
    const std::string expected =
        "expected \"maildir:PATH\", \"mbox:PATH\", \"files:DIR\", \"stdout:\", a table, or a list of these";
    const std::string known = "; expected maildir:PATH, mbox:PATH, files:DIR or stdout:";
    const Row rows[] = {
        {"\"~/Mail\"", "config.value: " + place + ": \"~/Mail\" is no place to deliver to" + known},
        {"\"maildir:\"", "config.value: " + place + ": \"maildir:\" names no path" + known},
        {"\"maildir:~nobody-of-that-name\"", "config.value: " + place + ": there is no user \"nobody-of-that-name\""},
        {"7", "config.value: " + place + " is 7; " + expected},
        {"[]", "config.value: " + place + " is a list; " + expected},
        {"[[\"stdout:\"]]", "config.value: " + place + " is a list; " + expected},
        {"{ command = [\"x\"] }", "config.missing: " + place + " needs \"type\": \"pipe\" or \"lmtp\""},
        {"{ type = \"pipe\" }", "config.missing: " + place + " needs \"command\""},
        {"{ type = \"lmtp\", recipient = \"a\" }", "config.missing: " + place + " needs either \"socket\" or \"host\""},
        {"{ type = \"lmtp\", socket = \"/s\", host = \"h\", recipient = \"a\" }",
         "config.missing: " + place + " needs either \"socket\" or \"host\""},
        {"{ type = \"lmtp\", socket = \"/s\", port = 24, recipient = \"a\" }",
         "config.value: " + place + ": \"port\" means nothing with \"socket\""},
        {"{ type = \"lmtp\", socket = \"/s\", tls = \"starttls\", recipient = \"a\" }",
         "config.value: " + place + ": \"tls\" means nothing with \"socket\""},
        {"{ type = \"lmtp\", host = \"h\", tls_ca_file = \"/ca\", recipient = \"a\" }",
         "config.value: " + place + ": \"tls_ca_file\" needs tls = \"starttls\" or \"implicit\""},
        {"{ type = \"lmtp\", socket = \"/s\" }", "config.missing: " + place + " needs \"recipient\""},
        {"{ type = \"maildir\", path = \"/m\" }", "config.value: popfetch.toml:4: \"deliver.type\" in account \"work\" "
                                                  "is \"maildir\"; expected \"pipe\" or \"lmtp\""},
        {"{ type = \"pipe\", comand = [\"x\"] }",
         "config.unknown_key: popfetch.toml:4: unknown key \"comand\" in \"deliver\" of account \"work\"; did you mean "
         "\"command\"?"},
        {"{ type = \"pipe\", command = [\"x\"], recipient = \"a\" }",
         "config.unknown_key: popfetch.toml:4: unknown key \"recipient\" in \"deliver\" of account \"work\""},
        {"{ type = \"pipe\", command = \"x\" }", "config.value: popfetch.toml:4: \"deliver.command\" in account "
                                                 "\"work\" is \"x\"; expected a list of texts, the "
                                                 "program first (no shell reads it): [\"pass\", \"show\", \"mail\"]"},
        {"{ type = \"pipe\", command = [\"x\"], on_uncertain = \"drop\" }",
         "config.value: popfetch.toml:4: \"deliver.on_uncertain\" in account \"work\" is \"drop\"; expected "
         "\"redeliver\" or "
         "\"hold\""},
    };
    for (const auto& row : rows) CHECK(complaint_about("deliver = " + row.value) == row.told);
}

TEST_CASE("The line of a target in a list is its own")
{
    CHECK(complaint_about("deliver = [\n  \"maildir:/m\",\n  \"nothing\",\n]").find("popfetch.toml:6: ") !=
          std::string::npos);
}
