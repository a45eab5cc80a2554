#include <memory>

#include <CLI/CLI.hpp>
#include <fcntl.h>

#include <popfetch/base/file.hpp>
#include <popfetch/base/random.hpp>
#include <popfetch/base/units.hpp>
#include <popfetch/pop3/error.hpp>

#include "../accounts.hpp"
#include "../screen.hpp"
#include "../selection.hpp"
#include "all.hpp"

namespace popfetch::cli {

namespace {

struct SaveOptions {
    std::string account, to;
    Selection selection;
};

class FileSink final : public base::ByteSink {
public:
    FileSink(base::Path path, int flags) : path_{std::move(path)}, file_{base::open_file(path_, flags)} {}
    void write(std::string_view bytes) override { base::write_all(file_.get(), bytes, path_); }
    void make_durable() { base::sync_file(file_.get(), path_); }

private:
    base::Path path_;
    base::Fd file_;
};

// Where each message goes: standard output, one file that must not exist yet, or a file each in a folder.
class Destination {
public:
    Destination(const std::string& to, std::size_t messages) : to_{to}, is_folder_{std::filesystem::is_directory(to)}
    {
        if (to_ == "-" || is_folder_ || messages == 1) return;
        throw base::Error{base::ExitStatus::usage, "usage.output",
                          to_ + ": is no folder, and there are " + std::to_string(messages) + " messages",
                          "name an existing folder with -o"};
    }

    /// Half a message is never left under its name.
    std::string store(const pop3::Message& message, pop3::Body& body)
    {
        if (to_ == "-") {
            StandardOutput out;
            body.pour_into(out);
            return to_;
        }
        const base::Path path =
            is_folder_ ? base::Path{to_} / ("message-" + std::to_string(message.number) + ".eml") : base::Path{to_};
        const base::Path partial = path.string() + ".part-" + base::random_hex(4);
        FileSink sink{partial, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW};
        try {
            body.pour_into(sink);
            sink.make_durable();
            give_name(partial, path);
        } catch (...) {
            ::unlink(partial.c_str());
            throw;
        }
        return path.string();
    }

private:
    static void give_name(const base::Path& partial, const base::Path& path)
    {
        if (::link(partial.c_str(), path.c_str()) != 0) throw base::SystemError{"create", path.string(), errno};
        ::unlink(partial.c_str());
    }

    std::string to_;
    bool is_folder_;
};

base::ExitStatus run_save(const Globals& globals, const SaveOptions& options)
{
    const auto account = select_account(options.account, globals);
    return for_account(account.name, globals, [&] {
        Mailbox mailbox{account, globals};
        std::vector<pop3::Message> messages;
        for (const auto* row : selected(mailbox, options.selection)) messages.push_back(row->message);
        Destination destination{options.to, messages.size()};
        auto status = base::ExitStatus::ok;
        mailbox.maildrop().set_transfer({.sizes = pop3::SizeTrust::wrong});
        mailbox.maildrop().retr(
            messages,
            [&](const pop3::Message& message, pop3::Body& body) {
                const auto path = destination.store(message, body);
                if (path != "-" && !globals.quiet && !globals.machine())
                    say(std::to_string(message.number) + " → " + path + " (" + base::format_size(message.size) + ")");
            },
            [&](const pop3::Message& message, const pop3::Reply& reply) {
                const pop3::Refused error{"RETR " + std::to_string(message.number) + " was refused", reply};
                report_error(error, account.name, globals);
                status = error.status();
            });
        std::move(mailbox).hang_up();
        return status;
    });
}

}

void add_save(CLI::App& app, Invocation& invocation)
{
    const auto options = std::make_shared<SaveOptions>();
    auto* command = app.add_subcommand("save", "Download single messages; server and ledger stay as they are");
    command->add_option("account", options->account, "Account of the configuration, or a URL")
        ->type_name("ACCOUNT|URL")
        ->required();
    command->add_option("message", options->selection.words, "Which: 7, 3-9, 5-, uid:UID, last, all")
        ->type_name("MSG")
        ->required();
    command->add_option("-o,--output", options->to, "A folder, a new file, or - for standard output")
        ->type_name("DIR|FILE|-")
        ->required();
    command
        ->add_option("--where", options->selection.where, "Only those of which this holds: size>1M, from~example.org")
        ->type_name("TERMS")
        ->allow_extra_args(false);
    command->callback([&invocation, options] {
        invocation.run = [options](const Globals& globals) { return run_save(globals, *options); };
    });
}

}
