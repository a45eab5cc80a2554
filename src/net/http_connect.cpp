#include "proxy.hpp"

#include <cerrno>

#include <poll.h>
#include <sys/socket.h>

#include <popfetch/base/ascii.hpp>
#include <popfetch/base/base64.hpp>
#include <popfetch/base/printable.hpp>

#include "failure.hpp"
#include "wait.hpp"

namespace popfetch::net {

namespace {

constexpr std::size_t longest_head = std::size_t{16} * 1024;
constexpr std::string_view head_end = "\r\n\r\n";

base::Secret request_for(const Destination& destination, const HttpConnect& login)
{
    const bool is_v6 = destination.host.find(':') != std::string::npos;
    const auto authority =
        (is_v6 ? "[" + destination.host + "]" : destination.host) + ":" + std::to_string(destination.port);
    base::Secret request{"CONNECT " + authority + " HTTP/1.1\r\nHost: " + authority + "\r\n"};
    if (!login.user.empty()) {
        base::Secret pair{login.user + ":"};
        pair.append(login.password);
        request.append("Proxy-Authorization: Basic ");
        request.append(base::to_base64(pair));
        request.append("\r\n");
    }
    request.append("\r\n");
    return request;
}

/// Takes the head of the answer and nothing behind it: the server's greeting may be there already. So it looks first
/// (MSG_PEEK) and then takes what is the head's.
std::string take_head(SocketStream& proxy, Deadline deadline)
{
    const auto start = Deadline::Clock::now();
    std::string head;
    while (!head.ends_with(head_end)) {
        if (!wait_for(proxy.descriptor(), POLLIN, deadline)) throw timed_out(proxy.peer(), "no answer", start);
        char bytes[2048];
        const auto seen = recv(proxy.descriptor(), bytes, sizeof bytes, MSG_PEEK);
        if (seen < 0 && (errno == EAGAIN || errno == EINTR)) continue;
        if (seen < 0) throw failure(proxy.peer(), errno);
        if (seen == 0) throw temporary("net.proxy", proxy.peer(), "the proxy has closed the connection");
        const auto both = head + std::string(bytes, static_cast<std::size_t>(seen));
        const auto end = both.find(head_end);
        const auto wanted = end == std::string::npos ? both.size() : end + head_end.size();
        head += read_exactly(proxy, wanted - head.size(), deadline);
        if (head.size() > longest_head) throw temporary("net.proxy", proxy.peer(), "the proxy's answer has no end");
    }
    return head;
}

}

void ask_http(SocketStream& proxy, const HttpConnect& login, const Destination& destination, Deadline deadline)
{
    proxy.write_all(request_for(destination, login).reveal(), deadline);
    const auto head = take_head(proxy, deadline);
    std::string_view line = std::string_view{head}.substr(0, head.find("\r\n"));
    const auto protocol = base::take_word(line);
    if (!protocol.starts_with("HTTP/")) {
        throw temporary("net.proxy", proxy.peer(), "this is not an HTTP proxy", "check proxy");
    }
    if (line.starts_with('2')) return; // RFC 9110 §9.3.6: any 2xx
    throw temporary("net.proxy", proxy.peer(), "the proxy refuses: \"" + base::printable(line) + "\"",
                    line.starts_with("407") ? "check the user and password of proxy" : "");
}

}
