#include "support/catch.hpp"

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <popfetch/net/dial.hpp>

#include "support/errors.hpp"
#include "support/loopback.hpp"
#include "support/program.hpp"
#include "support/temp_folder.hpp"

using namespace std::chrono_literals;
using namespace std::string_literals;
namespace net = popfetch::net;
namespace test = popfetch::test;
using net::Deadline;
using popfetch::base::Fd;
using popfetch::base::Secret;
using test::Failure;
using test::failure_of;
using test::hear_octets;
using test::say;

namespace {

/// A proxy whose one session the test writes itself.
class ScriptedProxy {
public:
    explicit ScriptedProxy(std::function<void(const Fd&)> script)
        : thread_{[this, script = std::move(script)] {
              const Fd caller = listener_.accept();
              script(caller);
              test::is_closed(caller);
          }}
    {
    }
    ScriptedProxy(const ScriptedProxy&) = delete;
    ScriptedProxy& operator=(const ScriptedProxy&) = delete;
    ~ScriptedProxy() { thread_.join(); }

    std::uint16_t port() const { return listener_.port(); }

private:
    test::Listener listener_;
    std::thread thread_;
};

net::DialOptions through(net::Proxy proxy, const std::string& host = "pop.example.org", std::uint16_t port = 995)
{
    net::DialOptions options;
    options.host = host;
    options.port = port;
    options.proxy = std::move(proxy);
    return options;
}

net::Socks5 socks_at(std::uint16_t port, const std::string& user = "", const std::string& password = "")
{
    return {"127.0.0.1", port, user, Secret{password}};
}

net::HttpConnect http_at(std::uint16_t port, const std::string& user = "", const std::string& password = "")
{
    return {"127.0.0.1", port, user, Secret{password}};
}

std::string read_octets(net::Stream& stream, std::size_t count)
{
    std::string text;
    char bytes[100];
    while (text.size() < count) {
        const auto got = stream.read_some(bytes, Deadline::in(20s));
        if (got == 0) break;
        text.append(bytes, got);
    }
    return text;
}

Failure dial_failure(const net::DialOptions& options)
{
    return failure_of([&] { net::dial(options, Deadline::in(20s)); });
}

const std::string bound_v4 = "\x05\0\0\x01\x7f\0\0\x01\x04\x38"s;

}

TEST_CASE("SOCKS5 has the proxy resolve the name and leaves the greeting alone")
{
    std::string greeting, request;
    ScriptedProxy proxy{[&](const Fd& caller) {
        greeting = hear_octets(caller, 3);
        say(caller, "\x05\0"s);
        request = hear_octets(caller, 4 + 1 + 15 + 2);
        say(caller, bound_v4 + "+OK hello\r\n"); // all in one segment
    }};
    net::DialReport report;
    const auto stream = net::dial(through(socks_at(proxy.port())), Deadline::in(20s), &report);
    CHECK(read_octets(*stream, 11) == "+OK hello\r\n");
    CHECK(stream->peer() == "pop.example.org:995");
    CHECK_FALSE(stream->local()); // beyond the proxy the line is open
    CHECK(greeting == "\x05\x01\0"s);
    CHECK(request == "\x05\x01\0\x03\x0fpop.example.org\x03\xe3"s);
    CHECK(report.attempts.at(0).address == "127.0.0.1");
}

TEST_CASE("SOCKS5 answers are understood however they are cut")
{
    ScriptedProxy proxy{[&](const Fd& caller) {
        hear_octets(caller, 3);
        for (const char c : "\x05\0"s) say(caller, {&c, 1});
        hear_octets(caller, 22);
        for (const char c : "\x05\0\0\x03\x03"
                            "abc\x04\x38+OK"s)
            say(caller, {&c, 1});
    }};
    const auto stream = net::dial(through(socks_at(proxy.port())), Deadline::in(20s));
    CHECK(read_octets(*stream, 3) == "+OK");
}

TEST_CASE("SOCKS5 addresses are sent as addresses")
{
    const auto request_for = [](const std::string& host, std::size_t size) {
        std::string request;
        {
            ScriptedProxy proxy{[&](const Fd& caller) {
                hear_octets(caller, 3);
                say(caller, "\x05\0"s);
                request = hear_octets(caller, size);
                say(caller, bound_v4);
            }};
            net::dial(through(socks_at(proxy.port()), host), Deadline::in(20s));
        }
        return request;
    };
    CHECK(request_for("192.0.2.25", 10) == "\x05\x01\0\x01\xc0\0\x02\x19\x03\xe3"s);
    CHECK(request_for("2001:db8::25", 22) == "\x05\x01\0\x04\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x25\x03\xe3"s);
}

TEST_CASE("SOCKS5 logs in when there is a user and the proxy wants one")
{
    std::string greeting, login;
    ScriptedProxy proxy{[&](const Fd& caller) {
        greeting = hear_octets(caller, 4);
        say(caller, "\x05\x02"s);
        login = hear_octets(caller, 1 + 1 + 5 + 1 + 6);
        say(caller, "\x01\0"s);
        hear_octets(caller, 22);
        say(caller, bound_v4);
    }};
    CHECK(net::dial(through(socks_at(proxy.port(), "alice", "sesame")), Deadline::in(20s)) != nullptr);
    CHECK(greeting == "\x05\x02\0\x02"s);
    CHECK(login == "\x01\x05"
                   "alice\x06sesame"s);
}

TEST_CASE("SOCKS5 refusals say why and never show the password")
{
    const auto refused = [](const std::string& method, const std::string& answer, const std::string& user) {
        ScriptedProxy proxy{[&](const Fd& caller) {
            hear_octets(caller, user.empty() ? 3 : 4);
            say(caller, method);
            if (method == "\x05\x02"s && !user.empty())
                hear_octets(caller, 3 + user.size() + 6);
            else if (method == "\x05\0"s)
                hear_octets(caller, 22);
            if (!answer.empty()) say(caller, answer);
            shutdown(caller.get(), SHUT_WR);
        }};
        return dial_failure(through(socks_at(proxy.port(), user, "sesame")));
    };
    const auto unreachable = refused("\x05\0"s, "\x05\x04\0\x01\0\0\0\0\0\0"s, "");
    CHECK(unreachable.kind == "net.proxy");
    CHECK(unreachable.is_temporary());
    CHECK(unreachable.says("pop.example.org:995: proxy 127.0.0.1:"));
    CHECK(unreachable.says("the proxy cannot connect: host unreachable"));
    CHECK(refused("\x05\0"s, "\x05\x63\0\x01\0\0\0\0\0\0"s, "").says("unknown failure"));
    CHECK(refused("\x05\xff"s, "", "").says("the proxy wants a login"));
    CHECK(refused("\x05\x02"s, "", "").says("the proxy wants a login")); // not offered
    const auto wrong = refused("\x05\x02"s, "\x01\x01"s, "alice");
    CHECK(wrong.says("the proxy refuses the login"));
    CHECK_FALSE(wrong.says("sesame"));
    CHECK(refused("HTTP"s, "", "").says("this is not a SOCKS5 proxy"));
    CHECK(refused("\x05"s, "", "").says("the proxy has closed the connection"));
    CHECK(refused("\x05\0"s, "\x05\0\0\x09"s, "").says("unknown kind"));
}

TEST_CASE("A proxy that says nothing ends with the deadline")
{
    ScriptedProxy socks{[](const Fd&) {}};
    CHECK(failure_of([&] { net::dial(through(socks_at(socks.port())), Deadline::in(20ms)); }).kind == "net.timeout");
    ScriptedProxy http{[](const Fd&) {}};
    CHECK(failure_of([&] { net::dial(through(http_at(http.port())), Deadline::in(20ms)); }).kind == "net.timeout");
}

TEST_CASE("A proxy that is not there is named")
{
    const auto failure = dial_failure(through(socks_at(test::unused_port())));
    CHECK(failure.kind == "net.refused");
    CHECK(failure.says("pop.example.org:995: proxy 127.0.0.1:"));
}

TEST_CASE("HTTP CONNECT asks for the name and leaves the greeting alone")
{
    std::string request;
    ScriptedProxy proxy{[&](const Fd& caller) {
        request = test::hear(caller, "\r\n\r\n");
        say(caller, "HTTP/1.1 200 Connection established\r\nVia: 1.1 x\r\n\r\n+OK hello\r\n");
    }};
    const auto stream = net::dial(through(http_at(proxy.port())), Deadline::in(20s));
    CHECK(read_octets(*stream, 11) == "+OK hello\r\n");
    CHECK(stream->peer() == "pop.example.org:995");
    CHECK_FALSE(stream->local());
    CHECK(request == "CONNECT pop.example.org:995 HTTP/1.1\r\nHost: pop.example.org:995\r\n\r\n");
}

TEST_CASE("HTTP answers are understood however they are cut")
{
    const std::string answer = "HTTP/1.0 200 OK\r\nA: b\r\n\r\n+OK";
    ScriptedProxy proxy{[&](const Fd& caller) {
        test::hear(caller, "\r\n\r\n");
        for (const char c : answer) say(caller, {&c, 1});
    }};
    CHECK(read_octets(*net::dial(through(http_at(proxy.port())), Deadline::in(20s)), 3) == "+OK");
}

TEST_CASE("HTTP CONNECT logs in and writes IPv6 addresses in brackets")
{
    std::string request;
    {
        ScriptedProxy proxy{[&](const Fd& caller) {
            request = test::hear(caller, "\r\n\r\n");
            say(caller, "HTTP/1.1 200 OK\r\n\r\n");
        }};
        net::dial(through(http_at(proxy.port(), "alice", "sesame"), "2001:db8::25", 110), Deadline::in(20s));
    }
    CHECK(request.starts_with("CONNECT [2001:db8::25]:110 HTTP/1.1\r\n"));
    CHECK(request.find("\r\nProxy-Authorization: Basic YWxpY2U6c2VzYW1l\r\n") != std::string::npos);
}

TEST_CASE("HTTP refusals are quoted and escaped")
{
    const auto refused = [](const std::string& answer) {
        ScriptedProxy proxy{[&](const Fd& caller) {
            test::hear(caller, "\r\n\r\n");
            say(caller, answer);
            shutdown(caller.get(), SHUT_WR);
        }};
        return dial_failure(through(http_at(proxy.port(), "alice", "sesame")));
    };
    const auto login = refused("HTTP/1.1 407 Proxy Authentication Required\r\n\r\n");
    CHECK(login.kind == "net.proxy");
    CHECK(login.says("the proxy refuses: \"407 Proxy Authentication Required\""));
    CHECK(login.says("check the user and password of proxy"));
    CHECK_FALSE(login.says("sesame"));
    CHECK(refused("HTTP/1.1 403 \x1b[2J\r\n\r\n").says("\"403 \\x1b[2J\""));
    CHECK(refused("+OK Dovecot ready.\r\n\r\n").says("this is not an HTTP proxy"));
    CHECK(refused("HTTP/1.1 200").says("the proxy has closed the connection"));
    CHECK(refused("HTTP/1.1 200 OK\r\nX: " + std::string(70'000, 'x')).says("has no end"));
}

TEST_CASE("An internationalised name reaches the proxy in its xn-- form")
{
    if (failure_of([] { net::ascii_host("pöp.example"); }).says("libidn2")) {
        WARN("skipped: libidn2 is not installed");
        return;
    }
    std::string request;
    {
        ScriptedProxy proxy{[&](const Fd& caller) {
            request = test::hear(caller, "\r\n\r\n");
            say(caller, "HTTP/1.1 200 OK\r\n\r\n");
        }};
        net::dial(through(http_at(proxy.port()), "pöp.example"), Deadline::in(20s));
    }
    CHECK(request.starts_with("CONNECT xn--pp-fka.example:995 "));
}

namespace {

/// Talks to a server behind a real proxy; what went wrong, if anything did.
Failure talk_through(const std::function<net::Proxy()>& proxy)
{
    const test::Listener server;
    return failure_of([&] {
        const auto stream = net::dial(through(proxy(), "127.0.0.1", server.port()), Deadline::in(20s));
        const Fd end = server.accept();
        say(end, "+OK hello\r\n");
        CHECK(read_octets(*stream, 11) == "+OK hello\r\n");
        stream->write_all("QUIT\r\n", Deadline::in(20s));
        CHECK(test::hear(end) == "QUIT\r\n");
    });
}

}

TEST_CASE("microsocks takes us on with and without a login")
{
    const auto open_port = test::unused_port();
    const auto open = test::Program::start({"microsocks", "-i", "127.0.0.1", "-p", std::to_string(open_port)});
    const auto closed_port = test::unused_port();
    const auto closed = test::Program::start(
        {"microsocks", "-i", "127.0.0.1", "-p", std::to_string(closed_port), "-u", "alice", "-P", "sesame"});
    if (!open || !closed) {
        WARN("skipped: microsocks is not installed");
        return;
    }
    REQUIRE(test::answers(open_port));
    REQUIRE(test::answers(closed_port));
    CHECK(talk_through([&] { return socks_at(open_port); }).text.empty());
    CHECK(talk_through([&] { return socks_at(closed_port, "alice", "sesame"); }).text.empty());
    CHECK(talk_through([&] { return socks_at(closed_port, "alice", "wrong"); }).says("refuses the login"));
    CHECK(talk_through([&] { return socks_at(closed_port); }).says("wants a login"));
}

TEST_CASE("Dante takes us on and says when the server refuses")
{
    const test::TempFolder folder;
    const auto port = test::unused_port();
    test::put_text(folder / "danted.conf", "logoutput: /dev/null\ninternal: 127.0.0.1 port = " + std::to_string(port) +
                                               "\nexternal: 127.0.0.1\nclientmethod: none\nsocksmethod: none\n"
                                               "client pass { from: 0/0 to: 0/0 }\nsocks pass { from: 0/0 to: 0/0 }\n");
    const auto dante = test::Program::start({"danted", "-f", folder / "danted.conf", "-p", folder / "pid"});
    if (!dante) {
        WARN("skipped: danted is not installed");
        return;
    }
    REQUIRE(test::answers(port));
    CHECK(talk_through([&] { return socks_at(port); }).text.empty());
    const auto refused = dial_failure(through(socks_at(port), "127.0.0.1", test::unused_port()));
    CHECK(refused.says("the proxy cannot connect: connection refused"));
}

TEST_CASE("tinyproxy takes us on with a login and refuses a wrong one")
{
    const test::TempFolder folder;
    const auto port = test::unused_port();
    test::put_text(folder / "tinyproxy.conf", "Listen 127.0.0.1\nPort " + std::to_string(port) +
                                                  "\nTimeout 60\nMaxClients 10\nBasicAuth alice sesame\nLogFile \"" +
                                                  (folder / "log").string() + "\"\n");
    const auto tinyproxy = test::Program::start({"tinyproxy", "-d", "-c", folder / "tinyproxy.conf"});
    if (!tinyproxy) {
        WARN("skipped: tinyproxy is not installed");
        return;
    }
    REQUIRE(test::answers(port));
    CHECK(talk_through([&] { return http_at(port, "alice", "sesame"); }).text.empty());
    const auto wrong = dial_failure(through(http_at(port, "alice", "wrong"), "127.0.0.1", 995));
    CHECK(wrong.kind == "net.proxy");
    CHECK(wrong.says("the proxy refuses: \"4"));
}
