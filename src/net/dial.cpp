#include <popfetch/net/dial.hpp>

#include <utility>

#include <popfetch/base/printable.hpp>

#include "connect.hpp"
#include "proxy.hpp"
#include "resolve.hpp"
#include "route.hpp"
#include "tunnel.hpp"

namespace popfetch::net {

namespace {

std::chrono::milliseconds since(Deadline::Clock::time_point begin)
{
    return std::chrono::round<std::chrono::milliseconds>(Deadline::Clock::now() - begin);
}

std::optional<Address> source_of(const DialOptions& options)
{
    if (options.source_address.empty()) return std::nullopt;
    auto source = Address::from_literal(options.source_address, 0);
    if (source) return source;
    throw base::Error{base::ExitStatus::config, "config.value",
                      "source_address: \"" + base::printable(options.source_address) + "\" is not an address"};
}

}

std::string label(const std::string& host, std::uint16_t port)
{
    const auto name = base::printable(host);
    return (name.find(':') == std::string::npos ? name : "[" + name + "]") + ":" + std::to_string(port);
}

std::unique_ptr<SocketStream> connect_to(const std::string& host, std::uint16_t port, const std::string& peer,
                                         const Trip& trip)
{
    Course course;
    course.peer = peer;
    course.source = source_of(trip.options);
    course.attempt_delay = trip.options.attempt_delay;
    course.deadline = trip.deadline;
    course.begin = trip.begin;
    auto addresses = resolve(ascii_host(host), port, trip.options.ip_version, peer, trip.deadline);
    trip.report.resolved = since(trip.begin);
    auto socket = connect_first(std::move(addresses), course, &trip.report);
    const auto address = Address::of_peer(socket.get());
    return std::make_unique<SocketStream>(std::move(socket), peer, address && address->is_loopback());
}

std::unique_ptr<Stream> connect_to_path(const Trip& trip)
{
    const auto address = Address::of_unix_socket(trip.options.host);
    if (!address) {
        throw base::Error{base::ExitStatus::config, "config.value", trip.peer + ": too long for the path of a socket"};
    }
    Course course;
    course.peer = trip.peer;
    course.deadline = trip.deadline;
    course.begin = trip.begin;
    return std::make_unique<SocketStream>(connect_first({*address}, course, &trip.report), trip.peer, true);
}

namespace {

/// One for each kind of Proxy.
struct Way {
    const Trip& trip;

    std::unique_ptr<Stream> operator()(std::monostate) const
    {
        return connect_to(trip.options.host, trip.options.port, trip.peer, trip);
    }

    std::unique_ptr<Stream> operator()(const Socks5& proxy) const { return behind(proxy, ask_socks5); }
    std::unique_ptr<Stream> operator()(const HttpConnect& proxy) const { return behind(proxy, ask_http); }

    std::unique_ptr<Stream> operator()(const TunnelCommand& command) const
    {
        auto stream = std::make_unique<TunnelStream>(command, destination(), trip.peer);
        trip.report.connected = since(trip.begin);
        return stream;
    }

    template<class Login>
    std::unique_ptr<Stream> behind(const Login& proxy,
                                   void (*ask)(SocketStream&, const Login&, const Destination&, Deadline)) const
    {
        const auto server = destination();
        const auto peer = trip.peer + ": proxy " + label(proxy.host, proxy.port);
        const auto connection = connect_to(proxy.host, proxy.port, peer, trip);
        ask(*connection, proxy, server, trip.deadline);
        trip.report.connected = since(trip.begin);
        return std::make_unique<SocketStream>(connection->take(), trip.peer, false);
    }

    Destination destination() const { return {ascii_host(trip.options.host), trip.options.port}; }
};

}

std::unique_ptr<Stream> dial(const DialOptions& options, Deadline deadline, DialReport* report)
{
    DialReport own;
    DialReport& told = report != nullptr ? *report : own;
    if (options.host.starts_with('/')) return connect_to_path({options, base::printable(options.host), deadline, told});
    const Trip trip{options, label(options.host, options.port), deadline, told};
    return std::visit(Way{trip}, options.proxy);
}

}
