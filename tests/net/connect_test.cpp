#include "support/catch.hpp"

#include <chrono>
#include <csignal>
#include <string>
#include <vector>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/resource.h>

#include <popfetch/base/interrupt.hpp>

#include "net/connect.hpp"
#include "support/child.hpp"
#include "support/errors.hpp"
#include "support/loopback.hpp"
#include "support/signal_from_elsewhere.hpp"

using namespace std::chrono_literals;
namespace test = popfetch::test;
using popfetch::net::Address;
using popfetch::net::alternate_families;
using popfetch::net::connect_first;
using popfetch::net::Course;
using popfetch::net::Deadline;
using popfetch::net::DialReport;
using test::failure_of;

namespace {

Address at(std::uint16_t port, const std::string& host = "127.0.0.1") { return *Address::from_literal(host, port); }

Course course(Deadline deadline = Deadline::in(20s))
{
    Course made;
    made.peer = "pop.example.org:995";
    made.attempt_delay = 10ms;
    made.deadline = deadline;
    return made;
}

/// An address that never answers: its queue of callers is full, so the kernel drops further SYNs (listen(2)).
struct Abyss {
    test::Listener listener{AF_INET, 0};
    popfetch::base::Fd caller = connect_first({at(listener.port())}, course());
    Address address = at(listener.port());
};

int option(int socket, int level, int name)
{
    int value = 0;
    socklen_t size = sizeof value;
    getsockopt(socket, level, name, &value, &size);
    return value;
}

}

TEST_CASE("A connection has no delay and is kept alive")
{
    const test::Listener listener;
    const auto socket = connect_first({at(listener.port())}, course());
    CHECK(option(socket.get(), IPPROTO_TCP, TCP_NODELAY) != 0);
    CHECK(option(socket.get(), SOL_SOCKET, SO_KEEPALIVE) != 0);
}

TEST_CASE("N02 a refused connection is a temporary trouble")
{
    DialReport report;
    const auto failure = failure_of([&] { connect_first({at(test::unused_port())}, course(), &report); });
    CHECK(failure.kind == "net.refused");
    CHECK(failure.is_temporary());
    CHECK(failure.says("pop.example.org:995: cannot connect: connection refused"));
    REQUIRE(report.attempts.size() == 1);
    CHECK(report.attempts[0].address == "127.0.0.1");
    CHECK(report.attempts[0].outcome == "connection refused");
}

TEST_CASE("N02 an address that drops everything ends with the deadline")
{
    const Abyss abyss;
    DialReport report;
    const auto failure = failure_of([&] { connect_first({abyss.address}, course(Deadline::in(30ms)), &report); });
    CHECK(failure.kind == "net.timeout");
    CHECK(failure.is_temporary());
    CHECK(failure.says("127.0.0.1: no answer in "));
    CHECK(report.attempts.at(0).outcome.starts_with("no answer in "));
}

TEST_CASE("N01 a dead first address costs no more than the delay of an attempt")
{
    const Abyss abyss;
    const test::Listener listener;
    DialReport report;
    const auto socket = connect_first({abyss.address, at(listener.port())}, course(), &report);
    CHECK(Address::of_peer(socket.get()) == at(listener.port()));
    REQUIRE(report.attempts.size() == 2);
    CHECK(report.attempts[0].outcome.starts_with("no answer in "));
    CHECK(report.attempts[1].outcome == "connected");
    CHECK(report.attempts[0].at <= report.attempts[1].at);
}

TEST_CASE("A refusal starts the next attempt at once")
{
    const test::Listener listener;
    auto hurried = course();
    hurried.attempt_delay = 1h;
    DialReport report;
    const auto socket = connect_first({at(test::unused_port()), at(listener.port())}, hurried, &report);
    CHECK(Address::of_peer(socket.get()) == at(listener.port()));
    CHECK(report.attempts.at(0).outcome == "connection refused");
}

TEST_CASE("An address that answers is enough and the others are not tried")
{
    const test::Listener listener;
    auto patient = course();
    patient.attempt_delay = 1h;
    DialReport report;
    const auto socket = connect_first({at(listener.port()), at(test::unused_port())}, patient, &report);
    CHECK(report.attempts.size() == 1);
}

TEST_CASE("When all fail each of them is named")
{
    const Abyss abyss;
    const auto failure = failure_of([&] {
        connect_first({at(test::unused_port()), abyss.address, at(test::unused_port(), "127.0.0.2")},
                      course(Deadline::in(100ms)));
    });
    CHECK(failure.kind == "net.failed");
    CHECK(failure.says("127.0.0.1: connection refused; 127.0.0.1: no answer in "));
    CHECK(failure.says("127.0.0.2: connection refused"));
    const auto agreed = failure_of([&] {
        connect_first({at(test::unused_port()), at(test::unused_port(), "127.0.0.2")}, course());
    });
    CHECK(agreed.kind == "net.refused");
}

TEST_CASE("N14 no descriptor left for a socket is a temporary trouble")
{
    const int status = test::exit_status_of([] {
        const rlimit none{3, 3};
        setrlimit(RLIMIT_NOFILE, &none);
        const auto failure = failure_of([] { connect_first({at(1)}, course()); });
        return failure.kind == "net.resources" && failure.is_temporary() ? 7 : 1;
    });
    CHECK(status == 7);
}

TEST_CASE("N12 a signal ends the wait for a connection")
{
    const Abyss abyss;
    const int status = test::exit_status_of([&] {
        popfetch::base::catch_signals();
        const test::SignalFromElsewhere signal{SIGTERM};
        const auto failure = failure_of([&] { connect_first({abyss.address}, course(Deadline::never())); });
        return failure.status == popfetch::base::ExitStatus::terminated ? 7 : 1;
    });
    CHECK(status == 7);
}

TEST_CASE("A source address is used and decides the family")
{
    const test::Listener listener;
    auto bound = course();
    bound.source = at(0, "127.0.0.9");
    const auto socket = connect_first({at(1, "::1"), at(listener.port())}, bound);
    CHECK(Address::of_self(socket.get())->text() == "127.0.0.9");
    CHECK(failure_of([&] { connect_first({at(1, "::1")}, bound); }).says("source_address"));
}

TEST_CASE("The families take turns and the system's first choice stays first")
{
    const std::vector<Address> given{at(1, "::1"), at(2, "::1"), at(3, "::1"), at(4), at(5)};
    const std::vector<Address> wanted{at(1, "::1"), at(4), at(2, "::1"), at(5), at(3, "::1")};
    CHECK(alternate_families(given) == wanted);
    const std::vector<Address> few{at(1), at(2, "::1"), at(3, "::1"), at(4, "::1")};
    CHECK(alternate_families(few) == few);
    CHECK(alternate_families({}).empty());
}
