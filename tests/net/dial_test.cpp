#include "support/catch.hpp"

#include <chrono>
#include <cstring>
#include <string>

#include <sys/un.h>
#include <unistd.h>

#include <popfetch/net/dial.hpp>

#include "support/errors.hpp"
#include "support/loopback.hpp"
#include "support/temp_folder.hpp"

using namespace std::chrono_literals;
namespace net = popfetch::net;
namespace test = popfetch::test;
using net::Deadline;
using net::DialOptions;
using popfetch::base::Fd;
using test::failure_of;

namespace {

DialOptions to(const std::string& host, std::uint16_t port)
{
    DialOptions options;
    options.host = host;
    options.port = port;
    return options;
}

std::string read_once(net::Stream& stream)
{
    char bytes[100];
    return {bytes, stream.read_some(bytes, Deadline::in(20s))};
}

Fd listen_at(const std::string& path)
{
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, sizeof address.sun_path - 1);
    Fd listener{socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    REQUIRE(bind(listener.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
    REQUIRE(listen(listener.get(), 4) == 0);
    return listener;
}

}

TEST_CASE("A name is resolved and connected to and the report says how")
{
    const test::Listener listener;
    net::DialReport report;
    const auto stream = net::dial(to("LocalHost", listener.port()), Deadline::in(20s), &report);
    test::say(listener.accept(), "+OK\r\n");
    CHECK(read_once(*stream) == "+OK\r\n");
    CHECK(stream->peer() == "LocalHost:" + std::to_string(listener.port()));
    CHECK(stream->local());
    REQUIRE_FALSE(report.attempts.empty());
    CHECK(report.attempts.back().outcome == "connected");
    CHECK(report.resolved <= report.connected);
}

TEST_CASE("An IPv6 address is written in brackets")
{
    if (!test::has_ipv6_loopback()) {
        WARN("skipped: this machine has no IPv6 loopback");
        return;
    }
    const test::Listener listener{AF_INET6};
    const auto stream = net::dial(to("::1", listener.port()), Deadline::in(20s));
    CHECK(stream->peer() == "[::1]:" + std::to_string(listener.port()));
    CHECK(stream->local());
}

TEST_CASE("N01 a host that cannot exist is unknown and not a temporary trouble")
{
    net::DialReport report;
    const auto failure = failure_of([&] { net::dial(to("no host", 995), Deadline::in(20s), &report); });
    CHECK(failure.kind == "net.unknown_host");
    CHECK(failure.status == popfetch::base::ExitStatus::no_host);
}

TEST_CASE("N02 a refused connection names host and port and fills the report")
{
    const auto port = test::unused_port();
    net::DialReport report;
    const auto failure = failure_of([&] { net::dial(to("127.0.0.1", port), Deadline::in(20s), &report); });
    CHECK(failure.kind == "net.refused");
    CHECK(failure.text.starts_with("127.0.0.1:" + std::to_string(port) + ": "));
    CHECK(report.attempts.at(0).outcome == "connection refused");
}

TEST_CASE("The source address of the options is used")
{
    const test::Listener listener;
    auto options = to("127.0.0.1", listener.port());
    options.source_address = "127.0.0.7";
    const auto stream = net::dial(options, Deadline::in(20s));
    sockaddr_storage address{};
    socklen_t size = sizeof address;
    REQUIRE(getsockname(stream->descriptor(), reinterpret_cast<sockaddr*>(&address), &size) == 0);
    CHECK(std::memcmp(&reinterpret_cast<const char*>(&address)[4], "\x7f\0\0\x07", 4) == 0);

    options.source_address = "eth0";
    CHECK(failure_of([&] { net::dial(options, Deadline::in(20s)); }).status == popfetch::base::ExitStatus::config);
}

TEST_CASE("ip_version keeps to one family")
{
    const test::Listener listener;
    auto options = to("127.0.0.1", listener.port());
    options.ip_version = net::IpVersion::v6;
    CHECK(failure_of([&] { net::dial(options, Deadline::in(20s)); }).kind == "net.unknown_host");
    options.ip_version = net::IpVersion::v4;
    CHECK(net::dial(options, Deadline::in(20s)) != nullptr);
}

TEST_CASE("A path is a UNIX socket")
{
    const test::TempFolder folder;
    const std::string path = folder / "pop";
    const Fd listener = listen_at(path);
    net::DialReport report;
    const auto stream = net::dial(to(path, 0), Deadline::in(20s), &report);
    const Fd server{accept(listener.get(), nullptr, nullptr)};
    test::say(server, "+OK\r\n");
    CHECK(read_once(*stream) == "+OK\r\n");
    CHECK(stream->peer() == path);
    CHECK(stream->local());
    CHECK(report.attempts.at(0).outcome == "connected");
}

TEST_CASE("A UNIX socket that is missing or deaf is a temporary trouble")
{
    const test::TempFolder folder;
    const std::string path = folder / "pop";
    CHECK(failure_of([&] { net::dial(to(path, 0), Deadline::in(20s)); }).kind == "net.refused");
    listen_at(path); // gone again at once, the name stays
    const auto failure = failure_of([&] { net::dial(to(path, 0), Deadline::in(20s)); });
    CHECK(failure.kind == "net.refused");
    CHECK(failure.is_temporary());
    CHECK(failure_of([&] { net::dial(to(folder / std::string(200, 'x'), 0), Deadline::in(20s)); }).status ==
          popfetch::base::ExitStatus::config);
}
