#include "tunnel_program.hpp"

#include <array>
#include <cerrno>

#include <sys/socket.h>
#include <unistd.h>

#include "failure.hpp"
#include "socket_stream.hpp"

namespace popfetch::net {

namespace {

constexpr std::size_t most_kept = std::size_t{64} * 1024;
constexpr std::chrono::milliseconds grace_after_term{500};

ConnectionError cannot_run(const std::string& peer, int error_number)
{
    return temporary("net.proxy", peer, "cannot run the tunnel command: " + words(error_number), "check proxy.command");
}

base::Path file_of(const std::vector<std::string>& argv, const std::string& peer)
{
    if (argv.empty()) throw cannot_run(peer, EINVAL);
    if (argv.front().find('/') != std::string::npos) return argv.front();
    auto file = base::find_program(argv.front(), base::search_path());
    if (!file) throw cannot_run(peer, ENOENT);
    return *file;
}

}

TunnelProgram::TunnelProgram(const std::vector<std::string>& argv, const std::string& peer)
{
    std::array<int, 2> sockets{};
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets.data()) != 0)
        throw failure(peer, errno, "socketpair");
    socket_ = base::Fd{sockets[0]};
    const base::Fd theirs{sockets[1]};
    base::Pipe errors;
    base::Program program{file_of(argv, peer), argv, base::our_environment()};
    program.input = program.output = theirs.get();
    program.errors = errors.write.get();
    try {
        child_.emplace(program);
    } catch (const base::SystemError& error) {
        throw cannot_run(peer, error.error_number());
    }
    complaints_ = std::move(errors.read);
    make_non_blocking(socket_.get());
    make_non_blocking(complaints_.get());
}

TunnelProgram::~TunnelProgram()
{
    socket_.reset(); // most end by themselves at the end of their input
    child_->end(grace_after_term);
}

void TunnelProgram::take_complaints()
{
    char bytes[4096];
    while (complaints_) {
        const auto count = read(complaints_.get(), bytes, sizeof bytes);
        if (count < 0 && errno == EINTR) continue;
        if (count < 0 && errno == EAGAIN) return;
        if (count <= 0) return complaints_.reset();
        said_.append(bytes, std::min(static_cast<std::size_t>(count), most_kept - said_.size()));
    }
}

std::optional<std::string> TunnelProgram::ending() const
{
    const auto ending = child_->ending();
    if (!ending) return std::nullopt;
    return (ending->by_signal ? "signal " : "status ") + std::to_string(ending->number);
}

bool TunnelProgram::ended_well() const
{
    const auto ending = child_->ending();
    return ending && !ending->by_signal && ending->number == 0;
}

}
