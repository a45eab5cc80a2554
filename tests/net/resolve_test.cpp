#include "support/catch.hpp"

#include <chrono>
#include <future>
#include <memory>
#include <string>

#include <csignal>
#include <netdb.h>
#include <sys/resource.h>

#include <popfetch/base/interrupt.hpp>

#include "net/resolve.hpp"
#include "support/child.hpp"
#include "support/errors.hpp"
#include "support/signal_from_elsewhere.hpp"

using namespace std::chrono_literals;
using popfetch::base::ExitStatus;
using popfetch::net::Address;
using popfetch::net::Deadline;
using popfetch::net::Found;
using popfetch::net::IpVersion;
using popfetch::net::Lookup;
using popfetch::net::resolve;
using popfetch::test::failure_of;

namespace {

const std::string peer = "pop.example.org:995";

std::vector<std::string> texts(const std::vector<Address>& addresses)
{
    std::vector<std::string> found;
    for (const auto& address : addresses) found.push_back(address.text() + "#" + std::to_string(address.port()));
    return found;
}

/// A name server that knows these addresses.
Lookup knows(std::vector<std::string> literals)
{
    return [literals](const std::string&, int family) {
        Found found;
        for (const auto& literal : literals) {
            const auto address = Address::from_literal(literal, 0);
            if (family == AF_UNSPEC || family == address->family()) found.addresses.push_back(*address);
        }
        if (found.addresses.empty()) found.error = EAI_NONAME;
        return found;
    };
}

Lookup says(int error, int error_number = 0)
{
    return [=](const std::string&, int) { return Found{error, error_number, {}}; };
}

auto resolved(const Lookup& lookup, IpVersion version = IpVersion::any)
{
    return texts(resolve("pop.example.org", 995, version, peer, Deadline::in(20s), lookup));
}

/// Answers only when its own promise is kept: a name server that is silent.
struct Silence {
    std::shared_ptr<std::promise<void>> end = std::make_shared<std::promise<void>>();
    Lookup lookup = [over = std::shared_future<void>{end->get_future()}, end = end](const std::string&, int) {
        over.wait();
        return Found{EAI_AGAIN, 0, {}};
    };
};

}

TEST_CASE("Addresses keep the system's order and get the port")
{
    CHECK(resolved(knows({"2001:db8::25", "192.0.2.25"})) ==
          std::vector<std::string>{"2001:db8::25#995", "192.0.2.25#995"});
}

TEST_CASE("N01 an address that is listed twice is tried once")
{
    CHECK(resolved(knows({"192.0.2.25", "192.0.2.26", "192.0.2.25"})) ==
          std::vector<std::string>{"192.0.2.25#995", "192.0.2.26#995"});
}

TEST_CASE("N01 a name that does not exist is not a temporary trouble")
{
    const auto failure = failure_of([] { resolved(says(EAI_NONAME)); });
    CHECK(failure.kind == "net.unknown_host");
    CHECK(failure.status == ExitStatus::no_host);
    CHECK(failure.says("pop.example.org:995: there is no host of this name"));
}

TEST_CASE("N01 a name server that fails is a temporary trouble")
{
    const auto failure = failure_of([] { resolved(says(EAI_AGAIN)); });
    CHECK(failure.kind == "net.unresolved");
    CHECK(failure.is_temporary());
    CHECK(failure_of([] { resolved(says(EAI_FAIL)); }).is_temporary());
}

TEST_CASE("N14 a system out of memory or descriptors is a temporary trouble")
{
    CHECK(failure_of([] { resolved(says(EAI_MEMORY)); }).kind == "net.resources");
    CHECK(failure_of([] { resolved(says(EAI_SYSTEM, EMFILE)); }).kind == "net.resources");
    CHECK(failure_of([] { resolved(says(EAI_SYSTEM, EMFILE)); }).is_temporary());
    CHECK(failure_of([] { resolved([](const std::string&, int) -> Found { throw std::bad_alloc{}; }); }).kind ==
          "net.resources");
}

TEST_CASE("N14 no descriptor left for the question itself is a temporary trouble")
{
    const int status = popfetch::test::exit_status_of([] {
        const rlimit none{3, 3};
        setrlimit(RLIMIT_NOFILE, &none);
        const auto failure = failure_of([] { resolved(knows({"192.0.2.1"})); });
        return failure.kind == "net.resources" && failure.is_temporary() ? 7 : 1;
    });
    CHECK(status == 7);
}

TEST_CASE("ip_version asks for one family and says when there is none")
{
    CHECK(resolved(knows({"2001:db8::25", "192.0.2.25"}), IpVersion::v4) == std::vector<std::string>{"192.0.2.25#995"});
    CHECK(resolved(knows({"2001:db8::25", "192.0.2.25"}), IpVersion::v6) ==
          std::vector<std::string>{"2001:db8::25#995"});
    const auto failure = failure_of([] { resolved(knows({"192.0.2.25"}), IpVersion::v6); });
    CHECK(failure.status == ExitStatus::no_host);
    CHECK(failure.says("no IPv6 address"));
}

TEST_CASE("A literal is not looked up")
{
    const Lookup never = [](const std::string&, int) -> Found { throw std::bad_alloc{}; };
    CHECK(texts(resolve("192.0.2.9", 110, IpVersion::any, peer, Deadline::in(20s), never)) ==
          std::vector<std::string>{"192.0.2.9#110"});
    CHECK(texts(resolve("2001:db8::9", 110, IpVersion::v6, peer, Deadline::in(20s), never)) ==
          std::vector<std::string>{"2001:db8::9#110"});
    CHECK(failure_of([&] { resolve("192.0.2.9", 110, IpVersion::v6, peer, Deadline::in(20s), never); }).status ==
          ExitStatus::no_host);
}

TEST_CASE("N05 a silent name server does not hold up the deadline")
{
    const Silence silence;
    const auto failure =
        failure_of([&] { resolve("pop.example.org", 995, IpVersion::any, peer, Deadline::in(10ms), silence.lookup); });
    silence.end->set_value();
    CHECK(failure.kind == "net.timeout");
    CHECK(failure.says("no name server answers for "));
}

TEST_CASE("N12 a silent name server does not hold up a signal")
{
    const int status = popfetch::test::exit_status_of([] {
        popfetch::base::catch_signals();
        const Silence silence;
        const popfetch::test::SignalFromElsewhere signal{SIGINT};
        const auto failure = failure_of(
            [&] { resolve("pop.example.org", 995, IpVersion::any, peer, Deadline::never(), silence.lookup); });
        silence.end->set_value();
        return failure.status == ExitStatus::interrupted ? 7 : 1;
    });
    CHECK(status == 7);
}

TEST_CASE("localhost and the names under it are answered without asking anybody (RFC 6761 section 6.3)")
{
    const Lookup never = [](const std::string&, int) -> Found { throw std::bad_alloc{}; };
    const auto answer = [&](const std::string& host, IpVersion version) {
        return texts(resolve(host, 110, version, peer, Deadline::in(20s), never));
    };
    for (const std::string host : {"localhost", "LocalHost", "localhost.", "mail.localhost", "a.b.LOCALHOST"}) {
        INFO(host);
        CHECK(popfetch::net::is_localhost(host));
        CHECK(answer(host, IpVersion::any) == std::vector<std::string>{"::1#110", "127.0.0.1#110"});
        CHECK(answer(host, IpVersion::v4) == std::vector<std::string>{"127.0.0.1#110"});
        CHECK(answer(host, IpVersion::v6) == std::vector<std::string>{"::1#110"});
    }
}

TEST_CASE("A name that only looks like localhost is looked up")
{
    for (const std::string host : {"mylocalhost", "localhost.example.org", "localhost.localdomain", "ocalhost"}) {
        INFO(host);
        CHECK_FALSE(popfetch::net::is_localhost(host));
        CHECK(texts(resolve(host, 110, IpVersion::any, peer, Deadline::in(20s), knows({"192.0.2.25"}))) ==
              std::vector<std::string>{"192.0.2.25#110"});
    }
}
