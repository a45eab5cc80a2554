#pragma once
// An LMTP server for tests, on a UNIX socket, that keeps what it is given and says what it is told to say.

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <map>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <popfetch/base/fd.hpp>

namespace popfetch::test {

class LmtpServer {
public:
    explicit LmtpServer(const std::filesystem::path& path)
    {
        sockaddr_un address = {};
        address.sun_family = AF_UNIX;
        path.native().copy(address.sun_path, sizeof address.sun_path - 1);
        listening_ = base::Fd{::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)};
        int ends[2];
        if (::bind(listening_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
            ::listen(listening_.get(), 8) != 0 || ::pipe2(ends, O_CLOEXEC) != 0)
            throw std::runtime_error{"no LMTP server"};
        stop_read_ = base::Fd{ends[0]};
        stop_write_ = base::Fd{ends[1]};
        thread_ = std::jthread{[this] { serve(); }};
    }
    ~LmtpServer()
    {
        stop_write_.reset();
        thread_.join();
    }
    LmtpServer(const LmtpServer&) = delete;
    LmtpServer& operator=(const LmtpServer&) = delete;

    /// Instead of the usual reply to a verb; "greeting" and "." are verbs too. An empty one closes the connection.
    void say(const std::string& verb, const std::string& reply)
    {
        const std::lock_guard lock{mutex_};
        replies_[verb] = reply;
    }
    std::vector<std::string> messages() const
    {
        const std::lock_guard lock{mutex_};
        return messages_;
    }
    std::vector<std::string> commands() const
    {
        const std::lock_guard lock{mutex_};
        return commands_;
    }

private:
    struct Connection {
        base::Fd fd;
        std::string received;
    };

    void serve()
    {
        std::vector<std::jthread> conversations;
        while (wait_for(listening_.get())) {
            const int fd = ::accept4(listening_.get(), nullptr, nullptr, SOCK_CLOEXEC);
            conversations.emplace_back([this, fd] {
                Connection connection{base::Fd{fd}, {}};
                if (answer(connection, "greeting", "220 test LMTP")) talk(connection);
            });
        }
    }

    bool wait_for(int fd) const
    {
        pollfd waiting[2] = {{fd, POLLIN, 0}, {stop_read_.get(), POLLIN, 0}};
        return ::poll(waiting, 2, -1) > 0 && waiting[1].revents == 0;
    }

    bool answer(const Connection& connection, const std::string& verb, std::string reply)
    {
        {
            const std::lock_guard lock{mutex_};
            if (const auto found = replies_.find(verb); found != replies_.end()) reply = found->second;
        }
        if (reply.empty()) return false;
        reply += "\r\n";
        return ::send(connection.fd.get(), reply.data(), reply.size(), MSG_NOSIGNAL) ==
               static_cast<ssize_t>(reply.size());
    }

    // Up to and without `end`; nothing more when the client has gone.
    bool read_until(Connection& connection, const std::string& end, std::string& text)
    {
        for (;;) {
            if (const auto at = connection.received.find(end); at != std::string::npos) {
                text = connection.received.substr(0, at);
                connection.received.erase(0, at + end.size());
                return true;
            }
            if (!wait_for(connection.fd.get())) return false;
            char piece[65536];
            const auto got = ::recv(connection.fd.get(), piece, sizeof piece, 0);
            if (got <= 0) return false;
            connection.received.append(piece, static_cast<std::size_t>(got));
        }
    }

    void talk(Connection& connection)
    {
        std::string line;
        while (read_until(connection, "\r\n", line)) {
            const auto verb = line.substr(0, line.find(' '));
            {
                const std::lock_guard lock{mutex_};
                commands_.push_back(line);
            }
            const auto usual = verb == "LHLO"   ? "250-test\r\n250-8BITMIME\r\n250 DSN"
                               : verb == "DATA" ? "354 go ahead"
                                                : "250 ok";
            if (!answer(connection, verb, usual)) return;
            if (verb == "DATA" && !take_message(connection)) return;
        }
    }

    bool take_message(Connection& connection)
    {
        {
            const std::lock_guard lock{mutex_};
            if (const auto found = replies_.find("DATA"); found != replies_.end()) return true; // it was refused
        }
        connection.received.insert(0, "\r\n"); // so that an empty message ends as the others do
        std::string text;
        if (!read_until(connection, "\r\n.\r\n", text)) return false;
        text += "\r\n";
        text.erase(0, 2);
        std::string message;
        for (std::size_t at = 0; at < text.size();) {
            const auto end = text.find("\r\n", at);
            auto part = text.substr(at, end - at);
            if (part.starts_with('.')) part.erase(0, 1);
            message += part + "\n";
            at = end + 2;
        }
        {
            const std::lock_guard lock{mutex_};
            messages_.push_back(message);
        }
        return answer(connection, ".", "250 taken");
    }

    base::Fd listening_, stop_read_, stop_write_;
    mutable std::mutex mutex_;
    std::map<std::string, std::string> replies_;
    std::vector<std::string> messages_, commands_;
    std::jthread thread_;
};

}
