#include "support/catch.hpp"

#include <csignal>

#include <poll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "support/errors.hpp"

#include "killed.hpp"

using namespace popfetch;
using namespace popfetch::test;
using base::ExitStatus;
using delivery::Outcome;
using delivery::Receipt;

namespace {

const std::string message = "Subject: one\n\nHello\n";

// What becomes of one message when the program does this.
Outcome outcome_of(PipeStand& stand, const std::string& script)
{
    stand.program(script);
    auto target = stand.start();
    return target->publish(stage(*target, {message})).at(0);
}

Outcome outcome_of(const std::string& script)
{
    PipeStand stand;
    return outcome_of(stand, script);
}

bool is_refusal(const Outcome& outcome, std::string_view kind, std::string_view words)
{
    return outcome.kind == Outcome::Kind::refused && outcome.error->kind() == kind &&
           std::string_view{outcome.error->what()}.find(words) != std::string_view::npos;
}

// Also when nobody has collected it yet. A process that was killed takes a moment to go.
bool has_ended(pid_t pid)
{
    const base::Fd process{static_cast<int>(::syscall(SYS_pidfd_open, pid, 0))};
    pollfd ended{process.get(), POLLIN, 0};
    constexpr int milliseconds = 20000;
    return !process || ::poll(&ended, 1, milliseconds) == 1;
}

// What the program has written about its world to the file "seen".
std::string seen_by(PipeStand& stand, const std::string& script)
{
    const auto outcome = outcome_of(stand, "{ " + script + "\n} > \"$1/seen\"\ncat > /dev/null");
    REQUIRE(outcome.kind == Outcome::Kind::published);
    return text_of(stand.taken() / "seen");
}

}

TEST_CASE("F19 a program that ends with status 0 has taken the message")
{
    PipeStand stand;
    const auto outcome = outcome_of(stand, "cat > \"$1/taken\"");
    CHECK(outcome.kind == Outcome::Kind::published);
    CHECK(outcome.place == "pipe:" + (stand.folder / "mda").string());
    CHECK(stand.delivered() == std::vector{message});
}

TEST_CASE("F19 every other status refuses the message alone")
{
    CHECK(is_refusal(outcome_of("exit 75"), "delivery.temporary", "exit status 75 (try again later)"));
    CHECK(is_refusal(outcome_of("exit 111"), "delivery.temporary", "exit status 111"));
    CHECK(is_refusal(outcome_of("exit 1"), "delivery.refused", "exit status 1"));
    CHECK(is_refusal(outcome_of("exit 67"), "delivery.refused", "no such user"));
    CHECK(is_refusal(outcome_of("exit 99"), "delivery.refused", "exit status 99"));
    CHECK(is_refusal(outcome_of("exit 100"), "delivery.refused", "exit status 100"));
    CHECK(is_refusal(outcome_of("no-such-command-here"), "delivery.refused", "exit status 127"));
    CHECK(is_refusal(outcome_of("kill -SEGV $$"), "delivery.temporary", "ended by signal 11"));
    CHECK(outcome_of("exit 75").error->status() == ExitStatus::temporary);
    CHECK(outcome_of("exit 1").error->status() == ExitStatus::cannot_create);
}

TEST_CASE("F19 what the program printed last says why and cannot harm a terminal")
{
    const auto outcome = outcome_of("echo first; printf 'no \\033[31m room\\n' >&2; exit 73");
    CHECK(is_refusal(outcome, "delivery.refused", "exit status 73 (cannot create a file): no \\x1b[31m room"));
}

TEST_CASE("F19 a program that cannot be started refuses the message and a missing one the run")
{
    PipeStand stand;
    auto target = stand.start();
    const auto receipts = stage(*target, {message});
    put_text(stand.folder / "mda", "#!/no/such/interpreter\n");
    CHECK(is_refusal(target->publish(receipts)[0], "delivery.temporary", "cannot be started"));

    stand.spec.argv = {"/no/such/program"};
    const auto failure = failure_of([&] { stand.start(); });
    CHECK(failure.status == ExitStatus::config);
    CHECK(failure.says("there is no such program"));
}

TEST_CASE("F19 a program that hangs is ended with its whole group")
{
    PipeStand stand;
    stand.spec.timeout = std::chrono::seconds{1};
    const auto outcome = outcome_of(stand, "echo $$ > \"$1/pid\"; sleep 600 & echo $! > \"$1/grandchild\"; wait");
    CHECK(is_refusal(outcome, "delivery.temporary", "still running after 1 s"));
    for (const auto* const name : {"pid", "grandchild"})
        CHECK(has_ended(static_cast<pid_t>(std::stol(text_of(stand.taken() / name)))));
}

TEST_CASE("F19 a flood of output neither blocks the program nor fills the memory")
{
    const auto outcome = outcome_of("head -c 20000000 /dev/zero | tr '\\0' x; echo; echo the end; exit 1");
    CHECK(is_refusal(outcome, "delivery.refused", "exit status 1: the end"));
}

TEST_CASE("F19 a grandchild that keeps the output open is not waited for")
{
    PipeStand stand;
    const auto outcome = outcome_of(
        stand, "cat > \"$1/taken\"; sleep 600 & echo $! > \"$1/../pid.$$\" 2>/dev/null; echo $! > \"$1/pid\"; exit 0");
    CHECK(outcome.kind == Outcome::Kind::published);
    const auto grandchild = static_cast<pid_t>(std::stol(text_of(stand.taken() / "pid")));
    CHECK(::kill(grandchild, 0) == 0); // it may have its reasons
    ::kill(grandchild, SIGKILL);
}

TEST_CASE("F19 a program that does not read to the end is warned of and fails where that is strict")
{
    PipeStand stand;
    CHECK(outcome_of(stand, "exec <&-").kind == Outcome::Kind::published);
    REQUIRE(stand.warnings.size() == 1);
    CHECK(stand.warnings[0].find("read only 0 of 20 octets") != std::string::npos);
    stand.spec.strict = true;
    CHECK(is_refusal(outcome_of(stand, "exec <&-"), "delivery.refused", "read only 0 of 20 octets"));
    CHECK(outcome_of(stand, "cat > /dev/null").kind == Outcome::Kind::published);
}

TEST_CASE(
    "F20 a crash between the program's success and our note repeats that message with its id and a higher attempt")
{
    PipeStand stand;
    stand.program("cat > /dev/null; echo $POPFETCH_DELIVERY_ID $POPFETCH_ATTEMPT >> \"$1/log\"");
    auto receipts = stage(*stand.start(), {message});
    REQUIRE(publish_and_be_killed(stand, receipts, {.at = 1, .only = FileCall::rename, .kill = true}) == killed_status);
    receipts[0].attempt = 2; // the ledger counts
    for (int run = 0; run < 2; ++run)
        CHECK(all_are(stand.start(receipts)->publish(receipts), Outcome::Kind::published));
    const auto id = envelope().delivery_id;
    CHECK(text_of(stand.taken() / "log") == id + " 1\n" + id + " 2\n");
}

TEST_CASE("F20 where repetitions are not wanted such a message is reported and not run again")
{
    PipeStand stand;
    stand.spec.hold_uncertain = true;
    auto target = stand.start();
    const auto receipts = stage(*target, {message});
    const int status = exit_status_of([&] { // the same run: what it staged itself is not in doubt
        const Faults faults{{.at = 1, .only = FileCall::rename, .kill = true}};
        target->publish(receipts);
        return 0;
    });
    REQUIRE(status == killed_status);
    const auto outcome = stand.start(receipts)->publish(receipts)[0];
    CHECK(is_refusal(outcome, "delivery.uncertain", "may have been delivered"));
    CHECK(outcome.error->status() == ExitStatus::temporary);
    CHECK(stand.delivered().size() == 1);
    CHECK(stand.traces().empty());
}

TEST_CASE("A refused message leaves the spool and is lost when asked for again")
{
    PipeStand stand;
    stand.program("exit 1");
    auto target = stand.start();
    const auto receipts = stage(*target, {message});
    CHECK(target->publish(receipts)[0].kind == Outcome::Kind::refused);
    CHECK(stand.traces().empty());
    CHECK(target->publish(receipts)[0].kind == Outcome::Kind::lost);
}

TEST_CASE("Three refusals in a row stop the run and a success in between does not")
{
    PipeStand stand;
    stand.program("grep -q good");
    auto target = stand.start();
    const auto deliver = [&](const std::string& text) { return target->publish(stage(*target, {text}))[0].kind; };
    CHECK(deliver("bad\n") == Outcome::Kind::refused);
    CHECK(deliver("bad\n") == Outcome::Kind::refused);
    CHECK(deliver("good\n") == Outcome::Kind::published);
    CHECK(deliver("bad\n") == Outcome::Kind::refused);
    CHECK(deliver("bad\n") == Outcome::Kind::refused);
    CHECK(deliver("bad\n") == Outcome::Kind::refused);
    const auto failure = failure_of([&] { target->begin(envelope()); });
    CHECK(failure.kind == "delivery.stopped");
    CHECK(failure.is_temporary());
}

TEST_CASE("C08 only the fixed tokens are replaced and each stays within its argument")
{
    PipeStand stand;
    stand.spec.argv.insert(stand.spec.argv.end(),
                           {"%{account}", "id=%{delivery_id}", "%{uid}", "%{size}/%{attempt}", "$HOME `id` %d %%"});
    stand.program("shift_from=$1; shift; printf '[%s]' \"$@\" > \"$shift_from/seen\"; cat > /dev/null");
    auto target = stand.start();
    auto letter = target->begin({"work", "-froot $(id) %{account}\n", "00ff", 0, {}});
    letter->write(message);
    Letters letters;
    letters.push_back(std::move(letter));
    CHECK(all_are(target->publish(target->stage(letters)), Outcome::Kind::published));
    CHECK(text_of(stand.taken() / "seen") ==
          "[work][id=00ff][%2Dfroot%20%24%28id%29%20%25%7Baccount%7D%0A][20/1][$HOME `id` %d %%]");
}

TEST_CASE("C08 an unknown token is an error of the configuration")
{
    PipeStand stand;
    stand.spec.argv.emplace_back("--from=%{sender}");
    const auto failure = failure_of([&] { stand.open(); });
    CHECK(failure.status == ExitStatus::config);
    CHECK(failure.says("--from=%{sender}: no such token"));
    stand.spec.argv.clear();
    CHECK(failure_of([&] { stand.open(); }).says("no command is given"));
}

TEST_CASE("The program is told account and id and attempt and UID and inherits no descriptors")
{
    PipeStand stand;
    ::setenv("POPFETCH_SECRET", "x", 1);
    const base::Fd leaked{::dup(STDERR_FILENO)}; // without close-on-exec, as a library might open one
    CHECK(seen_by(stand, "env | grep ^POPFETCH_ | sort") ==
          "POPFETCH_ACCOUNT=work\nPOPFETCH_ATTEMPT=1\nPOPFETCH_DELIVERY_ID=" + envelope().delivery_id +
              "\nPOPFETCH_UID=uid-1\n");
    ::unsetenv("POPFETCH_SECRET");
    CHECK(seen_by(stand, "test -e /proc/self/fd/" + std::to_string(leaked.get()) + " && echo open || echo closed") ==
          "closed\n");
}

TEST_CASE("A program is looked for in absolute folders only")
{
    PipeStand stand;
    const std::string path = std::getenv("PATH");
    const auto before = std::filesystem::current_path();
    std::filesystem::current_path(stand.folder.path());
    stand.spec.argv[0] = "mda";
    stand.spec.run_as.clear();
    if (::geteuid() != 0) {
        ::setenv("PATH", ".:", 1);
        CHECK(failure_of([&] { stand.start(); }).says("there is no such program"));
        ::setenv("PATH", stand.folder.path().c_str(), 1);
        CHECK(failure_of([&] { stand.start(); }).kind.empty());
    }
    ::setenv("PATH", path.c_str(), 1);
    std::filesystem::current_path(before);
}

TEST_CASE("C09 nothing is run with root's rights")
{
    if (::geteuid() != 0) {
        PipeStand stand;
        stand.spec.run_as = "root";
        CHECK(failure_of([&] { stand.start(); }).status == ExitStatus::config);
        return;
    }
    PipeStand stand;
    for (const auto& [user, words] : {std::pair{"", "is not run with root's rights"},
                                      {"root", "is root"},
                                      {"no-such-user-here", "there is no user"}}) {
        stand.spec.run_as = user;
        const auto failure = failure_of([&] { stand.start(); });
        CHECK(failure.status == ExitStatus::config);
        CHECK(failure.says(words));
    }
}

TEST_CASE("C09 with run_as all rights are dropped and the environment is that user's")
{
    if (::geteuid() != 0) return;
    PipeStand stand;
    ::setenv("PASSWORD", "canary", 1);
    const auto seen = seen_by(stand, "id -un; id -G; echo $USER $PATH; echo \"[$PASSWORD]\"");
    ::unsetenv("PASSWORD");
    CHECK(seen == "nobody\n65534\nnobody /usr/local/bin:/usr/bin:/bin\n[]\n");
}
