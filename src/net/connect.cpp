#include "connect.hpp"

#include <algorithm>
#include <cerrno>
#include <functional>
#include <utility>

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>

#include "failure.hpp"
#include "wait.hpp"

namespace popfetch::net {

namespace {

void switch_on(int socket, int level, int option) noexcept
{
    const int on = 1;
    setsockopt(socket, level, option, &on, sizeof on); // a hint: a socket without it works too
}

/// A TCP socket that nobody listens to can connect to itself when the kernel gives it the very port it asks for.
bool connected_to_itself(int socket)
{
    const auto self = Address::of_self(socket);
    return self && self->family() != AF_UNIX && self == Address::of_peer(socket);
}

int error_of(int socket)
{
    int error_number = 0;
    socklen_t size = sizeof error_number;
    getsockopt(socket, SOL_SOCKET, SO_ERROR, &error_number, &size);
    return error_number;
}

class Race {
public:
    Race(std::vector<Address> addresses, const Course& course, DialReport* report)
        : course_{course}, report_{report != nullptr ? *report : own_report_}, addresses_{std::move(addresses)}
    {
    }

    base::Fd run()
    {
        while (!winner_) {
            if (next_ < addresses_.size() && (running_.empty() || next_start_.passed())) {
                start_next();
                continue;
            }
            if (running_.empty()) throw all_failed();
            await_answers();
        }
        for (auto& runner : running_) give_up(runner);
        return std::move(winner_);
    }

private:
    struct Runner {
        base::Fd socket;
        std::size_t entry; // in the report
        Deadline::Clock::time_point start;
    };

    void start_next();
    void await_answers();
    void settle(Runner& runner, int error_number);
    void give_up(const Runner& runner);
    ConnectionError all_failed() const;
    std::string_view agreed_kind() const;

    std::string& outcome(const Runner& runner) { return report_.attempts[runner.entry].outcome; }

    const Course& course_;
    DialReport own_report_;
    DialReport& report_;
    std::vector<Address> addresses_;
    std::size_t next_ = 0;
    Deadline next_start_ = Deadline::never();
    std::vector<Runner> running_;
    std::vector<int> failures_; // each an errno
    base::Fd winner_;
};

void Race::start_next()
{
    const Address& address = addresses_[next_++];
    next_start_ = Deadline::in(course_.attempt_delay);
    const auto now = Deadline::Clock::now();
    report_.attempts.push_back(
        {address.text(), {}, std::chrono::round<std::chrono::milliseconds>(now - course_.begin)});
    Runner runner{base::Fd{socket(address.family(), SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)},
                  report_.attempts.size() - 1, now};
    if (!runner.socket) {
        if (errno != EAFNOSUPPORT) throw failure(course_.peer, errno, "cannot make a socket");
        return settle(runner, errno); // a kernel without IPv6
    }
    const int socket = runner.socket.get();
    switch_on(socket, IPPROTO_TCP, TCP_NODELAY);
    switch_on(socket, SOL_SOCKET, SO_KEEPALIVE);
    if (course_.source && bind(socket, course_.source->get(), course_.source->size()) != 0)
        return settle(runner, errno);
    if (connect(socket, address.get(), address.size()) == 0) return settle(runner, 0);
    if (errno != EINPROGRESS && errno != EINTR) return settle(runner, errno);
    running_.push_back(std::move(runner));
}

void Race::await_answers()
{
    std::vector<pollfd> descriptors;
    for (const auto& runner : running_) descriptors.push_back({runner.socket.get(), POLLOUT, 0});
    const auto until = next_ < addresses_.size() ? earlier(next_start_, course_.deadline) : course_.deadline;
    if (!wait_for(descriptors, until)) {
        if (!course_.deadline.passed()) return;
        for (auto& runner : running_) {
            give_up(runner);
            failures_.push_back(ETIMEDOUT);
        }
        throw all_failed();
    }
    std::vector<Runner> still_running;
    for (std::size_t i = 0; i < descriptors.size(); ++i) {
        if (winner_ || descriptors[i].revents == 0)
            still_running.push_back(std::move(running_[i]));
        else
            settle(running_[i], error_of(running_[i].socket.get()));
    }
    running_ = std::move(still_running);
}

void Race::settle(Runner& runner, int error_number)
{
    if (error_number == 0 && connected_to_itself(runner.socket.get())) error_number = ECONNREFUSED;
    if (error_number == 0) {
        outcome(runner) = "connected";
        winner_ = std::move(runner.socket);
        return;
    }
    outcome(runner) = words(error_number);
    failures_.push_back(error_number);
}

void Race::give_up(const Runner& runner)
{
    const auto waited = Deadline::Clock::now() - runner.start;
    outcome(runner) = "no answer in " + spell(std::chrono::round<std::chrono::milliseconds>(waited));
}

/// One address: what it said. Several: each of them, and the kind on which they agree.
ConnectionError Race::all_failed() const
{
    if (failures_.size() == 1 && failures_[0] != ETIMEDOUT) {
        return failure(course_.peer, failures_[0], "cannot connect");
    }
    std::string text = "cannot connect";
    for (const auto& attempt : report_.attempts) {
        text += (&attempt == report_.attempts.data() ? ": " : "; ") + attempt.address + ": " + attempt.outcome;
    }
    return temporary(agreed_kind(), course_.peer, text);
}

/// An address that this machine cannot even try (a kernel without IPv6) says nothing of the server.
bool is_of_the_server(int error_number) { return error_number != EAFNOSUPPORT && error_number != EADDRNOTAVAIL; }

std::string_view Race::agreed_kind() const
{
    auto voices = failures_;
    if (std::any_of(voices.begin(), voices.end(), is_of_the_server)) std::erase_if(voices, std::not_fn(is_of_the_server));
    const auto kind = kind_of(voices.front());
    const bool agreed = std::all_of(voices.begin(), voices.end(), [&](int each) { return kind_of(each) == kind; });
    return agreed ? kind : "net.failed";
}

}

std::vector<Address> alternate_families(const std::vector<Address>& addresses)
{
    std::vector<Address> ordered, others;
    if (addresses.empty()) return ordered;
    const auto split = [&](const Address& address) { return address.family() == addresses[0].family(); };
    std::copy_if(addresses.begin(), addresses.end(), std::back_inserter(ordered), split);
    std::remove_copy_if(addresses.begin(), addresses.end(), std::back_inserter(others), split);
    for (std::size_t i = 0; i < others.size(); ++i) {
        const auto place = std::min(2 * i + 1, ordered.size());
        ordered.insert(ordered.begin() + static_cast<std::ptrdiff_t>(place), others[i]);
    }
    return ordered;
}

base::Fd connect_first(std::vector<Address> addresses, const Course& course, DialReport* report)
{
    if (course.source) {
        std::erase_if(addresses, [&](const Address& address) { return address.family() != course.source->family(); });
    }
    if (addresses.empty()) {
        throw temporary("net.unreachable", course.peer, "it has no address of the family of source_address");
    }
    auto socket = Race{alternate_families(addresses), course, report}.run();
    if (report != nullptr) {
        report->connected = std::chrono::round<std::chrono::milliseconds>(Deadline::Clock::now() - course.begin);
    }
    return socket;
}

}
