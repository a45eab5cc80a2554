#include "login_pause.hpp"

#include <variant>

#include <poll.h>

#include <popfetch/base/digest.hpp>
#include <popfetch/base/interrupt.hpp>
#include <popfetch/base/random.hpp>
#include <popfetch/config/secret.hpp>

namespace popfetch::cli {

namespace {

constexpr std::chrono::minutes after_refused_login{30};
constexpr std::chrono::minutes where_server_says_later{5};
constexpr std::chrono::minutes where_server_is_busy{1};
constexpr std::chrono::hours longest_delay{1};

// Cron comes every five minutes, and a server with LOGIN-DELAY 300 would then refuse every second run by an instant.
constexpr std::chrono::seconds worth_waiting{30};

void wait_for(std::chrono::seconds time)
{
    pollfd wake{base::wake_descriptor(), POLLIN, 0};
    ::poll(&wake, 1, static_cast<int>(std::chrono::milliseconds{time}.count()));
    base::throw_if_interrupted();
}

bool can_be_read_again(const config::SecretSource& source)
{
    return !std::holds_alternative<config::FromPrompt>(source) &&
           !std::holds_alternative<config::FromDescriptor>(source);
}

// A password that cannot be read now is no other password.
base::Secret password_of(const config::Account& account)
{
    if (account.token || !can_be_read_again(account.password)) return {};
    try {
        return config::read_secret(account.password, account);
    } catch (const base::Interrupted&) {
        throw;
    } catch (const base::Error&) {
        return {};
    }
}

// User, kind of source, password.
base::Secret credentials_of(const config::Account& account)
{
    base::Secret all{account.user};
    all.append("\n" + std::to_string(account.token ? 100 : account.password.index()) + "\n");
    if (account.token)
        for (const auto& argument : account.token->argv) all.append(argument + "\n");
    all.append(password_of(account));
    return all;
}

std::string digest_with(const std::string& salt, const config::Account& account)
{
    return salt + ':' + base::slow_digest(credentials_of(account), salt);
}

bool are_others_now(const std::string& digest, const config::Account& account)
{
    const auto end = digest.find(':');
    return end != std::string::npos && digest_with(digest.substr(0, end), account) != digest;
}

std::string_view reason_of(const fetch::LoginPause& pause)
{
    return pause.credentials.empty() ? "the server asks for a pause" : "the last login was refused";
}

}

void keep_login_pause(state::Ledger& ledger, const config::Account& account)
{
    const auto pause = fetch::login_pause(ledger);
    const auto now = base::wall_clock();
    if (!pause || pause->until <= now) return;
    if (are_others_now(pause->credentials, account)) return fetch::forget_login_pause(ledger);
    if (pause->until - now <= worth_waiting) return wait_for(pause->until - now);
    throw base::Error{base::ExitStatus::temporary, "login.not_yet",
                      "no login before " + base::to_local(pause->until, now) + ": " + std::string{reason_of(*pause)},
                      "--force tries now"};
}

std::optional<base::WallTime> remember_pause_after(state::Ledger& ledger, const base::Error& error,
                                                   const config::Account& account)
{
    const auto now = base::wall_clock();
    const auto kind = error.kind();
    fetch::LoginPause pause;
    if (error.status() == base::ExitStatus::no_permission)
        pause = {now + after_refused_login, digest_with(base::random_hex(16), account)};
    else if (kind == "server.login_delay")
        pause.until = now + where_server_says_later;
    else if (kind == "server.in_use" || kind == "server.busy")
        pause.until = now + where_server_is_busy;
    else
        return std::nullopt;
    fetch::remember_login_pause(ledger, pause);
    return pause.until;
}

std::optional<std::chrono::seconds> remember_login_delay(state::Ledger& ledger, base::WallTime login)
{
    const auto capabilities = fetch::remembered_capabilities(ledger, base::wall_clock());
    if (!capabilities || !capabilities->login_delay) return std::nullopt;
    const std::chrono::seconds asked{*capabilities->login_delay};
    fetch::remember_login_pause(ledger, {login + std::min<std::chrono::seconds>(asked, longest_delay), {}});
    return asked > longest_delay ? std::optional{asked} : std::nullopt;
}

}
