#include "support/catch.hpp"

#include <cerrno>
#include <chrono>

#include "net/failure.hpp"

using namespace std::chrono_literals;
namespace net = popfetch::net;

TEST_CASE("Times are spelt as exactly as a person wants them")
{
    CHECK(net::spell(0ms) == "0 ms");
    CHECK(net::spell(250ms) == "250 ms");
    CHECK(net::spell(20s) == "20 s");
    CHECK(net::spell(1499ms) == "1 s");
}

TEST_CASE("The system's words fit into a sentence")
{
    CHECK(net::words(ECONNREFUSED) == "connection refused");
    CHECK(net::words(ENOENT) == "no such file or directory");
}

TEST_CASE("A failure names the peer first and knows its kind")
{
    const auto failure = net::failure("pop.example.org:995", EHOSTUNREACH, "cannot connect");
    CHECK(failure.what() == std::string{"pop.example.org:995: cannot connect: no route to host"});
    CHECK(failure.kind() == "net.unreachable");
    CHECK(failure.status() == popfetch::base::ExitStatus::temporary);
}
