#include "resolve.hpp"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <memory>
#include <mutex>
#include <optional>
#include <system_error>
#include <thread>
#include <utility>

#include <fcntl.h>
#include <netdb.h>
#include <unistd.h>

#include <popfetch/base/ascii.hpp>
#include <popfetch/base/fd.hpp>

#include "failure.hpp"
#include "wait.hpp"

namespace popfetch::net {

namespace {

/// Shared by the asker and the thread; the last to leave clears up.
struct Question {
    std::string host;
    int family;
    Lookup lookup;
    base::Fd answered, answer; // the two ends of a pipe
    std::mutex mutex;
    Found found;
};

void ask(const std::shared_ptr<Question>& question)
{
    Found found;
    try {
        found = question->lookup(question->host, question->family);
    } catch (...) {
        found.error = EAI_MEMORY; // nothing else is thrown there
    }
    const std::scoped_lock lock{question->mutex};
    question->found = std::move(found);
    question->answer.reset();
}

/// Signals are for the thread that waits, so the new one is started with all of them blocked.
void start(const std::shared_ptr<Question>& question)
{
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    try {
        std::thread{ask, question}.detach();
    } catch (...) {
        pthread_sigmask(SIG_SETMASK, &before, nullptr);
        throw;
    }
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

Found ask_aside(const std::string& host, int family, const std::string& peer, Deadline deadline, const Lookup& lookup)
{
    const auto begin = Deadline::Clock::now();
    const auto question = std::make_shared<Question>();
    question->host = host;
    question->family = family;
    question->lookup = lookup;
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) throw failure(peer, errno, "cannot resolve the name");
    question->answered = base::Fd{ends[0]};
    question->answer = base::Fd{ends[1]};
    try {
        start(question);
    } catch (const std::system_error& error) {
        throw failure(peer, error.code().value(), "cannot resolve the name");
    }
    if (!wait_for(question->answered.get(), POLLIN, deadline)) throw timed_out(peer, "no name server answers", begin);
    const std::scoped_lock lock{question->mutex};
    return std::move(question->found);
}

/// ::1 first, as the system's order has it. Where a server listens on the other alone, or the kernel has no IPv6, the
/// first attempt fails at once and the second is made.
Found loopback(int family)
{
    Found found;
    for (const std::string_view literal : {"::1", "127.0.0.1"}) {
        const auto address = Address::from_literal(literal, 0);
        if (address && (family == AF_UNSPEC || family == address->family())) found.addresses.push_back(*address);
    }
    return found;
}

int family_of(IpVersion version)
{
    if (version == IpVersion::v4) return AF_INET;
    return version == IpVersion::v6 ? AF_INET6 : AF_UNSPEC;
}

ConnectionError unknown_host(const std::string& peer, IpVersion version)
{
    if (version == IpVersion::any) {
        return {base::ExitStatus::no_host, "net.unknown_host", peer + ": there is no host of this name", "check host"};
    }
    const std::string family = version == IpVersion::v4 ? "IPv4" : "IPv6";
    return {base::ExitStatus::no_host, "net.unknown_host", peer + ": no " + family + " address is known for this host",
            "check host and ip_version"};
}

ConnectionError unresolved(const Found& found, const std::string& peer, IpVersion version)
{
    constexpr std::string_view what = "cannot resolve the name";
    switch (found.error) {
    case EAI_SYSTEM: return failure(peer, found.error_number, what);
    case EAI_MEMORY: return failure(peer, ENOMEM, what);
    case EAI_AGAIN:
    case EAI_FAIL: return temporary("net.unresolved", peer, std::string{what} + ": " + gai_strerror(found.error));
    default: return unknown_host(peer, version);
    }
}

}

Found system_lookup(const std::string& host, int family)
{
    addrinfo hints{};
    hints.ai_family = family;
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* list = nullptr;
    Found found;
    found.error = getaddrinfo(host.c_str(), nullptr, &hints, &list);
    if (found.error == EAI_SYSTEM) found.error_number = errno;
    if (found.error != 0) return found;
    const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> owner{list, &freeaddrinfo};
    for (; list != nullptr; list = list->ai_next) found.addresses.emplace_back(list->ai_addr, list->ai_addrlen);
    return found;
}

bool is_localhost(std::string_view name) noexcept
{
    constexpr std::string_view localhost = "localhost";
    if (name.ends_with('.')) name.remove_suffix(1);
    if (name.size() < localhost.size()) return false;
    const auto above = name.substr(0, name.size() - localhost.size());
    return base::equal_ignoring_case(name.substr(above.size()), localhost) && (above.empty() || above.ends_with('.'));
}

std::vector<Address> resolve(const std::string& host, std::uint16_t port, IpVersion version, const std::string& peer,
                             Deadline deadline, const Lookup& lookup)
{
    const int family = family_of(version);
    std::vector<Address> addresses;
    if (const auto literal = Address::from_literal(host, port)) {
        if (family == AF_UNSPEC || family == literal->family()) addresses.push_back(*literal);
    } else {
        const auto found = is_localhost(host) ? loopback(family) : ask_aside(host, family, peer, deadline, lookup);
        if (found.error != 0) throw unresolved(found, peer, version);
        for (const auto& address : found.addresses) {
            const auto whole = address.at_port(port);
            if (std::find(addresses.begin(), addresses.end(), whole) == addresses.end()) addresses.push_back(whole);
        }
    }
    if (!addresses.empty()) return addresses;
    throw unknown_host(peer, version);
}

}
