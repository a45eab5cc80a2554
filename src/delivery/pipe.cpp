// A program that takes each message on its standard input: an MDA, a script. At least once.
//
// No shell; nothing that a server or a message says becomes part of a command (FAULTS C08). The input is the spooled
// file itself, complete before the program starts, so that a broken line can never look like a short message.

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <string_view>
#include <utility>

#include <unistd.h>

#include <popfetch/base/ascii.hpp>
#include <popfetch/base/error.hpp>
#include <popfetch/base/interrupt.hpp>
#include <popfetch/base/printable.hpp>

#include "program_run.hpp"
#include "spooled_target.hpp"
#include "targets.hpp"

namespace popfetch::delivery {

namespace {

constexpr std::string_view safe_search = "/usr/local/bin:/usr/bin:/bin";

using Replacements = std::array<std::pair<std::string_view, std::string>, 5>;

Replacements replacements_for(const std::string& account, const Parcel& parcel)
{
    return {{{"%{account}", account},
             {"%{delivery_id}", parcel.delivery_id},
             {"%{uid}", parcel.uid},
             {"%{size}", std::to_string(parcel.message.size)},
             {"%{attempt}", std::to_string(parcel.attempt)}}};
}

// From left to right, once: what was put in is not looked at again.
std::string expand(std::string_view text, const Replacements& replacements)
{
    std::string result;
    while (!text.empty()) {
        const auto* const found = std::ranges::find_if(
            replacements, [&](const auto& replacement) { return text.starts_with(replacement.first); });
        if (found != replacements.end()) {
            result += found->second;
            text.remove_prefix(found->first.size());
        } else {
            result += text.front();
            text.remove_prefix(1);
        }
    }
    return result;
}

void check_tokens(const std::vector<std::string>& argv)
{
    for (const auto& argument : argv) {
        const auto at = expand(argument, replacements_for({}, {})).find("%{");
        if (at == std::string::npos) continue;
        throw base::Error{base::ExitStatus::config, "config.deliver",
                          "pipe: " + base::printable(argument) + ": no such token",
                          "known are %{account} %{delivery_id} %{uid} %{size} %{attempt}"};
    }
}

bool is_one_of_ours(std::string_view variable) { return variable.starts_with("POPFETCH_"); }

bool is_about_language(std::string_view variable)
{
    return variable.starts_with("LANG=") || variable.starts_with("LC_") || variable.starts_with("TZ=");
}

// Another user gets nothing of ours but language and time zone.
std::vector<std::string> environment_for(const std::optional<base::User>& user)
{
    auto environment = base::our_environment();
    std::erase_if(environment, [&](const std::string& variable) {
        return is_one_of_ours(variable) || (user && !is_about_language(variable));
    });
    if (!user) return environment;
    environment.push_back("PATH=" + std::string{safe_search});
    environment.push_back("HOME=" + user->home);
    environment.push_back("SHELL=" + user->shell);
    environment.push_back("USER=" + user->name);
    environment.push_back("LOGNAME=" + user->name);
    return environment;
}

std::string_view meaning_of(int exit_status)
{
    switch (exit_status) {
    case 75:
    case 111: return "try again later";
    case 64: return "wrong usage";
    case 65: return "wrong data";
    case 67: return "no such user";
    case 73: return "cannot create a file";
    case 77: return "no permission";
    case 78: return "wrong configuration";
    case 100: return "refused for good";
    case 127: return "a command was not found";
    default: return {};
    }
}

bool is_temporary(int exit_status) { return exit_status == 75 || exit_status == 111; }

std::string last_line(std::string_view output)
{
    constexpr std::size_t longest = 300;
    while (!output.empty() && (output.back() == '\n' || output.back() == '\r')) output.remove_suffix(1);
    const auto newline = output.rfind('\n');
    return base::printable(base::trim(output.substr(newline == std::string_view::npos ? 0 : newline + 1)), longest);
}

std::string what_happened(const Ending& ending, std::chrono::seconds timeout)
{
    std::string text;
    switch (ending.kind) {
    case Ending::Kind::exited: {
        text = "exit status " + std::to_string(ending.number);
        const auto meaning = meaning_of(ending.number);
        if (!meaning.empty()) text.append(" (").append(meaning).append(")");
        break;
    }
    case Ending::Kind::signalled:
        text = "ended by signal " + std::to_string(ending.number);
        if (const char* const name = ::strsignal(ending.number)) text.append(" (").append(name).append(")");
        break;
    case Ending::Kind::timed_out: text = "still running after " + std::to_string(timeout.count()) + " s"; break;
    case Ending::Kind::not_started:
        text = "cannot be started: " + std::generic_category().message(ending.number);
        break;
    }
    const auto line = last_line(ending.output);
    return line.empty() ? text : text + ": " + line;
}

Undeliverable refusal(const std::string& where, const Ending& ending, std::chrono::seconds timeout)
{
    const bool final_word = ending.kind == Ending::Kind::exited && !is_temporary(ending.number);
    return Undeliverable{final_word ? base::ExitStatus::cannot_create : base::ExitStatus::temporary,
                         final_word ? "delivery.refused" : "delivery.temporary",
                         where + ": " + what_happened(ending, timeout)};
}

class PipeTarget final : public SpooledTarget {
public:
    PipeTarget(const Spec& spec, const Surroundings& run)
        : SpooledTarget{"pipe", spec, run}, spec_{spec}, account_{run.account}, warn_{run.warn}
    {
        if (spec.argv.empty() || spec.argv.front().empty())
            throw base::Error{base::ExitStatus::config, "config.deliver", "pipe: no command is given"};
        check_tokens(spec.argv);
    }

    std::string description() const override { return "pipe " + base::printable(spec_.argv.front()); }

private:
    void check() override;
    void deliver(const Parcel& parcel) override;
    std::string place() const override { return "pipe:" + base::printable(spec_.argv.front()); }

    void find_user();
    base::Program program_for(const Parcel& parcel) const;
    void check_all_was_read(const Parcel& parcel);

    Spec spec_;
    std::string account_;
    std::function<void(std::string_view)> warn_;
    base::Path program_;
    std::optional<base::User> user_;
    bool told_of_early_close_ = false;
};

BadTarget bad_pipe(const std::string& text, std::string_view advice)
{
    return BadTarget{base::ExitStatus::config, "delivery.target", text, advice};
}

void PipeTarget::find_user()
{
    const bool root = ::geteuid() == 0;
    if (spec_.run_as.empty()) {
        if (root) throw bad_pipe(description() + ": is not run with root's rights", "set run_as to a user's name");
        return;
    }
    const auto name = base::printable(spec_.run_as);
    auto user = base::User::find(spec_.run_as);
    if (!user) throw bad_pipe("run_as: there is no user " + name, {});
    if (user->uid == 0) throw bad_pipe("run_as: " + name + " is root", "name another user");
    if (!root && user->uid != ::geteuid())
        throw bad_pipe("run_as: only root can run a program as " + name, "remove run_as");
    if (root) user_ = std::move(user);
}

void PipeTarget::check()
{
    find_user();
    auto program = base::find_program(spec_.argv.front(), user_ ? safe_search : base::search_path());
    if (!program) throw bad_pipe(description() + ": there is no such program", "give its path");
    program_ = std::move(*program);
}

base::Program PipeTarget::program_for(const Parcel& parcel) const
{
    const auto replacements = replacements_for(account_, parcel);
    base::Program program{program_, {}, environment_for(user_), parcel.message.file.get()};
    program.user = user_ ? &*user_ : nullptr;
    for (const auto& argument : spec_.argv) program.argv.push_back(expand(argument, replacements));
    program.environment.push_back("POPFETCH_ACCOUNT=" + account_);
    program.environment.push_back("POPFETCH_DELIVERY_ID=" + parcel.delivery_id);
    program.environment.push_back("POPFETCH_ATTEMPT=" + std::to_string(parcel.attempt));
    program.environment.push_back("POPFETCH_UID=" + parcel.uid);
    return program;
}

void PipeTarget::deliver(const Parcel& parcel)
{
    const auto ending = run(program_for(parcel), spec_.timeout);
    if (ending.kind != Ending::Kind::exited || ending.number != 0) throw refusal(description(), ending, spec_.timeout);
    check_all_was_read(parcel);
}

// The program reads through our open file, so where it stopped reading shows here.
void PipeTarget::check_all_was_read(const Parcel& parcel)
{
    const auto at = ::lseek(parcel.message.file.get(), 0, SEEK_CUR);
    if (at < 0 || static_cast<std::uint64_t>(at) >= parcel.message.size) return;
    const auto text = description() + ": reported success, but read only " + std::to_string(at) + " of " +
                      std::to_string(parcel.message.size) + " octets";
    if (spec_.strict) throw Undeliverable{base::ExitStatus::cannot_create, "delivery.refused", text};
    if (!std::exchange(told_of_early_close_, true) && warn_) warn_(text);
}

}

std::unique_ptr<Target> open_pipe(const Spec& spec, const Surroundings& surroundings)
{
    return std::make_unique<PipeTarget>(spec, surroundings);
}

}
