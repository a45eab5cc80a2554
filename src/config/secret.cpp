#include <popfetch/config/secret.hpp>

#include <cerrno>
#include <cstdlib>
#include <exception>
#include <memory>

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <popfetch/base/interrupt.hpp>
#include <popfetch/base/printable.hpp>

#include "checked_file.hpp"
#include "command.hpp"
#include "wiped_text.hpp"

namespace popfetch::config {

namespace {

constexpr std::size_t longest_line = CommandLimits{}.line;
constexpr std::size_t largest_file = std::size_t{1024} * 1024;

std::string shown(const base::Path& path) { return base::printable(path.string(), 1000); }

// Up to the first line end and no further: a terminal or a pipe may stay open behind it.
std::string read_line_from(int descriptor)
{
    if (descriptor > STDERR_FILENO) ::fcntl(descriptor, F_SETFD, FD_CLOEXEC); // not for the programs that we start
    std::string line;
    line.reserve(longest_line + 2);
    while (line.size() <= longest_line + 1) {
        pollfd waited[2] = {{descriptor, POLLIN, 0}, {base::wake_descriptor(), POLLIN, 0}};
        ::poll(waited, 2, -1);
        base::throw_if_interrupted();
        char c = 0;
        const auto count = ::read(descriptor, &c, 1);
        if (count < 0 && errno != EINTR && errno != EAGAIN)
            throw base::SystemError{"read from", "descriptor " + std::to_string(descriptor), errno};
        if (count == 0) break;
        if (count > 0) line += c;
        if (line.ends_with('\n')) break;
    }
    return line;
}

// One way of reading for each kind of source.
struct Reading {
    const Account& account;

    base::Secret operator()(const FromPrompt&) const
    {
        const auto login = account.user + " at " + account.dial.host;
        const bool is_url = account.name.starts_with(account.user + "@");
        return prompt("Password for " + (is_url ? login : account.name + " (" + login + ")") + ": ");
    }

    base::Secret operator()(const FromText& source) const { return source.text; }

    base::Secret operator()(const FromCommand& source) const
    {
        return first_line_of_command(source.argv, "password_command");
    }

    base::Secret operator()(const FromFile& source) const
    {
        const WipedText content{read_secret_file(source.path, largest_file)};
        return first_line(content.text, longest_line, shown(source.path));
    }

    base::Secret operator()(const FromEnvironment& source) const
    {
        if (!source.value.empty()) return first_line(source.value.reveal(), longest_line, "$" + source.name);
        throw Invalid{"config.secret", "password_env: $" + base::printable(source.name) + " is not set"};
    }

    base::Secret operator()(const FromDescriptor& source) const
    {
        const WipedText line{read_line_from(source.descriptor)};
        return first_line(line.text, longest_line, "descriptor " + std::to_string(source.descriptor));
    }

    base::Secret operator()(const FromBefore& source) const
    {
        if (source.failure) std::rethrow_exception(source.failure);
        return source.secret;
    }

    base::Secret operator()(const FromCredential& source) const;
    base::Secret operator()(const FromNetrc& source) const;
};

// systemd guards the folder itself (systemd.exec(5), LoadCredential=): the file may be root's and readable by us only
// through an access control list, which check_permissions() would take for an open file.
base::Secret Reading::operator()(const FromCredential& source) const
{
    const char* const folder = std::getenv("CREDENTIALS_DIRECTORY");
    if (folder == nullptr || *folder != '/')
        throw Invalid{"config.secret",
                      "password_credential \"" + base::printable(source.name) + "\": $CREDENTIALS_DIRECTORY is not set",
                      "start popfetch from a systemd unit with LoadCredential=" + base::printable(source.name) +
                          ":FILE"};
    const auto path = base::Path{folder} / source.name;
    const auto file = open_for_reading(path);
    const WipedText content{base::read_all(file.get(), path, largest_file)};
    return first_line(content.text, longest_line, shown(path));
}

base::Secret Reading::operator()(const FromNetrc& source) const
{
    const WipedText content{read_secret_file(source.path, largest_file)};
    auto found = find_in_netrc(content.text, account.dial.host, account.user);
    if (!found)
        throw Invalid{"config.secret", shown(source.path) + ": no password for " + base::printable(account.user) +
                                           " at " + base::printable(account.dial.host)};
    return first_line(found->reveal(), longest_line, shown(source.path));
}

void refuse_line_ends(const base::Secret& secret)
{
    if (secret.reveal().find_first_of(std::string_view{"\r\n\0", 3}) != std::string_view::npos)
        throw Invalid{"config.secret", "the password has a line break or NUL inside", "POP3 cannot carry that"};
}

}

base::Secret read_secret(const SecretSource& source, const Account& account)
{
    auto secret = std::visit(Reading{account}, source);
    refuse_line_ends(secret);
    return secret;
}

std::function<base::Secret()> password_supplier(const Account& account)
{
    // Shared by the copies of the function, so that nobody is asked twice.
    const auto kept = std::make_shared<std::optional<base::Secret>>();
    return [kept, account] {
        if (!*kept) *kept = read_secret(account.password, account);
        return **kept;
    };
}

namespace {

template<class... Source>
bool is_any_of(const SecretSource& source)
{
    return (std::holds_alternative<Source>(source) || ...);
}

}

std::function<base::Secret()> token_supplier(const Account& account)
{
    if (!account.token) return {};
    return [argv = account.token->argv] { return first_line_of_command(argv, "token_command"); };
}

void read_ahead(Account& account)
{
    if (!is_any_of<FromCommand, FromFile, FromCredential, FromNetrc>(account.password)) return;
    try {
        account.password = FromBefore{read_secret(account.password, account), nullptr};
    } catch (const base::Interrupted&) {
        throw;
    } catch (const base::Error&) {
        account.password = FromBefore{{}, std::current_exception()};
    }
}

}
