#include "lmtp_line.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <memory>
#include <optional>
#include <system_error>

#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <popfetch/base/error.hpp>
#include <popfetch/base/interrupt.hpp>
#include <popfetch/base/number.hpp>
#include <popfetch/base/printable.hpp>

namespace popfetch::delivery {

namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr std::size_t longest_line = 4096;
constexpr std::size_t most_lines = 200;
constexpr auto after_signal = 2s;

std::string server_of(const Spec& spec)
{
    return spec.path.empty() ? spec.host + ":" + std::to_string(spec.port) : spec.path.native();
}

BadTarget unreachable(const std::string& where, std::string_view why)
{
    return BadTarget{base::ExitStatus::temporary, "lmtp.unreachable", where + ": " + std::string{why}};
}

std::string reason(int error) { return std::generic_category().message(error); }

base::Fd make_socket(int family)
{
    base::Fd fd{::socket(family, SOCK_STREAM, 0)};
    if (fd) {
        ::fcntl(fd.get(), F_SETFD, FD_CLOEXEC);
        ::fcntl(fd.get(), F_SETFL, O_NONBLOCK);
    }
    return fd;
}

// 0, or the errno.
int connect_to(int fd, const sockaddr* address, socklen_t size, std::chrono::milliseconds timeout)
{
    if (::connect(fd, address, size) == 0) return 0;
    if (errno != EINPROGRESS && errno != EAGAIN && errno != EINTR) return errno;
    const auto deadline = Clock::now() + timeout;
    for (;;) {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now());
        if (left.count() <= 0) return ETIMEDOUT;
        std::array<pollfd, 2> waiting{pollfd{fd, POLLOUT, 0}, pollfd{base::wake_descriptor(), POLLIN, 0}};
        const int ready = ::poll(waiting.data(), waiting.size(),
                                 static_cast<int>(std::min<std::chrono::milliseconds>(left, 1h).count()));
        base::throw_if_interrupted();
        if (ready > 0 && waiting[0].revents != 0) break;
    }
    int error = 0;
    socklen_t length = sizeof error;
    return ::getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &length) == 0 ? error : errno;
}

base::Fd connect_to_socket(const Spec& spec, const std::string& where)
{
    sockaddr_un address = {};
    address.sun_family = AF_UNIX;
    const auto& path = spec.path.native();
    if (path.size() >= sizeof address.sun_path) throw unreachable(where, "the path is too long for a socket");
    std::ranges::copy(path, std::begin(address.sun_path));
    auto fd = make_socket(AF_UNIX);
    const int error =
        fd ? connect_to(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address, spec.timeout) : errno;
    if (error != 0) throw unreachable(where, reason(error));
    return fd;
}

base::Fd connect_to_host(const Spec& spec, const std::string& where)
{
    addrinfo hints = {};
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* list = nullptr;
    const int failed = ::getaddrinfo(spec.host.c_str(), std::to_string(spec.port).c_str(), &hints, &list);
    if (failed != 0) throw unreachable(where, ::gai_strerror(failed));
    const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> addresses{list, ::freeaddrinfo};
    int error = 0;
    for (const auto* address = addresses.get(); address != nullptr; address = address->ai_next) {
        auto fd = make_socket(address->ai_family);
        error = fd ? connect_to(fd.get(), address->ai_addr, address->ai_addrlen, spec.timeout) : errno;
        if (error == 0) return fd;
    }
    throw unreachable(where, reason(error));
}

}

LmtpLine::LmtpLine(const Spec& spec) : where_{"lmtp " + base::printable(server_of(spec))}, timeout_{spec.timeout}
{
    socket_ = spec.path.empty() ? connect_to_host(spec, where_) : connect_to_socket(spec, where_);
}

void LmtpLine::wait_for(short events, Patience patience)
{
    for (;;) {
        auto deadline = begun_ + timeout_;
        const bool signalled = base::interrupt_signal() != 0;
        if (signalled && patience == Patience::ends_with_a_signal) base::throw_if_interrupted();
        if (signalled) deadline = std::min(deadline, Clock::now() + after_signal);
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now());
        if (left.count() <= 0) throw BrokenLine{where_ + ": no answer in time"};
        std::array<pollfd, 2> waiting{pollfd{socket_.get(), events, 0},
                                      pollfd{signalled ? -1 : base::wake_descriptor(), POLLIN, 0}};
        const int ready = ::poll(waiting.data(), waiting.size(),
                                 static_cast<int>(std::min<std::chrono::milliseconds>(left, 1h).count()));
        if (ready > 0 && waiting[0].revents != 0) return;
        if (signalled && ready == 0) base::throw_if_interrupted();
    }
}

void LmtpLine::write(std::string_view bytes)
{
    begun_ = Clock::now();
    while (!bytes.empty()) {
        const auto sent = ::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent >= 0) {
            bytes.remove_prefix(static_cast<std::size_t>(sent));
            begun_ = Clock::now();
        } else if (errno == EAGAIN) {
            wait_for(POLLOUT, Patience::ends_with_a_signal);
        } else if (errno != EINTR) {
            throw BrokenLine{where_ + ": " + reason(errno)};
        }
    }
}

std::string LmtpLine::read_line(Patience patience)
{
    for (;;) {
        const auto end = received_.find('\n');
        if (end != std::string::npos) {
            auto line = received_.substr(0, end);
            received_.erase(0, end + 1);
            if (line.ends_with('\r')) line.pop_back();
            return line;
        }
        if (received_.size() > longest_line) throw BrokenLine{where_ + ": a reply without end"};
        std::array<char, longest_line> piece{};
        const auto got = ::recv(socket_.get(), piece.data(), piece.size(), 0);
        if (got > 0)
            received_.append(piece.data(), static_cast<std::size_t>(got));
        else if (got == 0)
            throw BrokenLine{where_ + ": the server closed the connection"};
        else if (errno == EAGAIN)
            wait_for(POLLIN, patience);
        else if (errno != EINTR)
            throw BrokenLine{where_ + ": " + reason(errno)};
    }
}

LmtpReply LmtpLine::read_reply(Patience patience)
{
    begun_ = Clock::now();
    LmtpReply reply;
    for (std::size_t lines = 0; lines < most_lines; ++lines) {
        const auto line = read_line(patience);
        const auto code = base::parse_number<unsigned>(std::string_view{line}.substr(0, 3), 200, 599);
        const bool goes_on = line.size() > 3 && line[3] == '-';
        if (!code || (line.size() > 3 && !goes_on && line[3] != ' '))
            throw BrokenLine{where_ + ": not a reply: " + base::printable(line)};
        reply.code = static_cast<int>(*code);
        reply.text.append(reply.text.empty() ? "" : "\n").append(line.size() > 3 ? line.substr(4) : "");
        if (!goes_on) return reply;
    }
    throw BrokenLine{where_ + ": a reply without end"};
}

LmtpReply LmtpLine::read_reply() { return read_reply(Patience::ends_with_a_signal); }

LmtpReply LmtpLine::read_last_reply() { return read_reply(Patience::two_seconds_more); }

}
