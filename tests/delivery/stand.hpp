#pragma once
// Where a target is tried out: a scratch folder, a Context, and a way to read what was delivered. One Stand for each
// kind of target; contract_test.cpp runs the same demands on all of them.

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include <fcntl.h>
#include <unistd.h>

#include <popfetch/delivery/target.hpp>

#include "lmtp_server.hpp"
#include "support/fast_folder.hpp"
#include "support/temp_folder.hpp"

namespace popfetch::test {

using namespace std::string_literals;

/// The names of the files in a folder and below it, sorted, relative to it.
inline std::vector<std::string> files_below(const std::filesystem::path& folder)
{
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::recursive_directory_iterator{folder})
        if (!entry.is_directory()) names.push_back(entry.path().lexically_relative(folder).string());
    std::ranges::sort(names);
    return names;
}

class Stand {
public:
    Stand() { std::filesystem::create_directory(spool()); }
    virtual ~Stand() = default;
    Stand(const Stand&) = delete;
    Stand& operator=(const Stand&) = delete;

    virtual std::vector<delivery::Spec> specs() const = 0;
    /// The messages that a reader sees, sorted.
    virtual std::vector<std::string> delivered() const = 0;
    /// Everything in the scratch folder but what prepare() makes.
    virtual std::vector<std::string> traces() const { return files_below(folder.path()); }

    virtual std::vector<delivery::Outcome> publish(delivery::Target& target,
                                                   const std::vector<delivery::Receipt>& receipts)
    {
        return target.publish(receipts);
    }

    std::filesystem::path spool() const { return folder / "spool"; }

    delivery::Context context(const std::string& account = "work")
    {
        return {account, spool(), [] { return base::WallTime{std::chrono::seconds{1795248900}}; },
                [this](std::string_view text) { warnings.emplace_back(text); }};
    }

    std::unique_ptr<delivery::Target> open(const std::string& account = "work")
    {
        return delivery::open(specs(), context(account));
    }

    /// A new run: opened, and told what the ledger still holds as promised.
    std::unique_ptr<delivery::Target> start(const std::vector<delivery::Receipt>& promised = {},
                                            const std::string& account = "work")
    {
        auto target = open(account);
        target->prepare(promised);
        return target;
    }

    TempFolder folder{fast_folder()};
    std::vector<std::string> warnings;
};

inline delivery::Envelope envelope(std::size_t number = 1, std::uint64_t announced = 0)
{
    auto id = std::to_string(number);
    return {"work", "uid-" + id, std::string(32 - id.size(), '0') + id, announced,
            base::WallTime{std::chrono::seconds{1795248900}}};
}

using Letters = std::vector<std::unique_ptr<delivery::Letter>>;

inline Letters write(delivery::Target& target, const std::vector<std::string>& messages)
{
    Letters letters;
    for (const auto& message : messages) {
        letters.push_back(target.begin(envelope(letters.size() + 1, message.size())));
        letters.back()->write(message);
    }
    return letters;
}

inline std::vector<delivery::Receipt> stage(delivery::Target& target, const std::vector<std::string>& messages)
{
    return target.stage(write(target, messages));
}

inline bool all_are(const std::vector<delivery::Outcome>& outcomes, delivery::Outcome::Kind kind)
{
    return std::ranges::all_of(outcomes, [&](const auto& outcome) { return outcome.kind == kind; });
}

inline std::vector<std::string> contents_of_folders(const std::vector<std::filesystem::path>& folders)
{
    std::vector<std::string> messages;
    for (const auto& folder : folders)
        for (const auto& entry : std::filesystem::directory_iterator{folder})
            if (entry.is_regular_file()) messages.push_back(text_of(entry.path()));
    std::ranges::sort(messages);
    return messages;
}

class MaildirStand final : public Stand {
public:
    std::vector<delivery::Spec> specs() const override
    {
        delivery::Spec spec;
        spec.path = folder / "Mail";
        return {spec};
    }
    std::filesystem::path maildir() const { return folder / "Mail"; }
    std::vector<std::string> delivered() const override
    {
        return contents_of_folders({maildir() / "new", maildir() / "cur"});
    }
};

class FilesStand final : public Stand {
public:
    std::vector<delivery::Spec> specs() const override
    {
        delivery::Spec spec;
        spec.kind = delivery::Spec::Kind::files;
        spec.path = folder / "eml";
        return {spec};
    }
    std::vector<std::string> delivered() const override { return contents_of_folders({folder / "eml"}); }
};

/// The messages of an mbox, by the format's definition and not by our code: split where a line begins with "From ", the
/// empty line at the end and one ">" of each quoted line taken away.
inline std::vector<std::string> messages_in_mbox(const std::string& text)
{
    std::vector<std::string> messages;
    std::size_t at = 0;
    bool after_empty_line = true;
    while (at < text.size()) {
        const auto end = std::min(text.find('\n', at), text.size() - 1) + 1;
        auto line = text.substr(at, end - at);
        at = end;
        const bool is_empty = line == "\n";
        if (line.starts_with("From ") && after_empty_line) {
            messages.emplace_back();
        } else {
            const auto word = line.find_first_not_of('>');
            if (word != std::string::npos && word > 0 && line.compare(word, 5, "From ") == 0) line.erase(0, 1);
            if (messages.empty()) throw std::runtime_error{"not an mbox"};
            messages.back() += line;
        }
        after_empty_line = is_empty;
    }
    for (auto& message : messages) {
        if (!message.ends_with("\n")) throw std::runtime_error{"a message does not end in an empty line"};
        message.pop_back();
    }
    return messages;
}

class MboxStand final : public Stand {
public:
    std::vector<delivery::Spec> specs() const override
    {
        delivery::Spec spec;
        spec.kind = delivery::Spec::Kind::mbox;
        spec.path = mbox();
        spec.timeout = std::chrono::seconds{0}; // one attempt at the lock
        return {spec};
    }
    std::filesystem::path mbox() const { return folder / "inbox"; }
    std::vector<std::string> delivered() const override
    {
        if (!std::filesystem::exists(mbox())) return {};
        auto messages = messages_in_mbox(text_of(mbox()));
        std::ranges::sort(messages);
        return messages;
    }
};

/// A maildir and an mbox: what a reader sees must be the same in both.
class SeveralStand final : public Stand {
public:
    std::vector<delivery::Spec> specs() const override
    {
        delivery::Spec first;
        first.path = folder / "Mail";
        delivery::Spec second;
        second.kind = delivery::Spec::Kind::mbox;
        second.path = folder / "inbox";
        second.timeout = std::chrono::seconds{0};
        return {first, second};
    }
    std::vector<std::string> delivered() const override
    {
        const auto in_maildir = contents_of_folders({folder / "Mail/new", folder / "Mail/cur"});
        std::vector<std::string> in_mbox;
        if (std::filesystem::exists(folder / "inbox")) in_mbox = messages_in_mbox(text_of(folder / "inbox"));
        std::ranges::sort(in_mbox);
        if (in_maildir != in_mbox) throw std::runtime_error{"maildir and mbox differ"};
        return in_mbox;
    }
};

/// What is printed goes to a file while publish() runs.
class StdoutStand final : public Stand {
public:
    std::vector<delivery::Spec> specs() const override
    {
        delivery::Spec spec;
        spec.kind = delivery::Spec::Kind::stdout_;
        return {spec};
    }
    std::vector<delivery::Outcome> publish(delivery::Target& target,
                                           const std::vector<delivery::Receipt>& receipts) override
    {
        const Redirection redirection{printed()};
        return target.publish(receipts);
    }
    std::filesystem::path printed() const { return folder / "printed"; }
    std::vector<std::string> delivered() const override
    {
        if (!std::filesystem::exists(printed())) return {};
        auto messages = messages_in_mbox(text_of(printed()));
        std::ranges::sort(messages);
        return messages;
    }
    std::vector<std::string> traces() const override { return files_below(spool()); }

private:
    class Redirection {
    public:
        explicit Redirection(const std::filesystem::path& path) : before_{::dup(STDOUT_FILENO)}
        {
            const auto file = base::open_file(path, O_WRONLY | O_CREAT | O_APPEND);
            ::dup2(file.get(), STDOUT_FILENO);
        }
        ~Redirection() { ::dup2(before_.get(), STDOUT_FILENO); }
        Redirection(const Redirection&) = delete;
        Redirection& operator=(const Redirection&) = delete;

    private:
        base::Fd before_;
    };
};

/// A program that puts each message into a folder. Run as nobody when the tests run as root.
class PipeStand final : public Stand {
public:
    PipeStand()
    {
        std::filesystem::permissions(folder.path(), std::filesystem::perms{0755});
        std::filesystem::create_directory(taken());
        std::filesystem::permissions(taken(), std::filesystem::perms::all);
        std::filesystem::create_directory(folder / "half");
        std::filesystem::permissions(folder / "half", std::filesystem::perms::all);
        // Whole or not at all: the program may outlive a run that was killed.
        program("half=$(mktemp \"$1/../half/XXXXXXXX\") && cat > \"$half\" && mv \"$half\" \"$1\"");
    }

    /// What the program does, as a script; $1 is the folder for messages.
    void program(const std::string& script) const
    {
        put_text(folder / "mda", "#!/bin/sh\n" + script + "\n");
        std::filesystem::permissions(folder / "mda", std::filesystem::perms{0755});
    }
    std::vector<delivery::Spec> specs() const override { return {spec}; }
    std::filesystem::path taken() const { return folder / "taken"; }
    std::vector<std::string> delivered() const override { return contents_of_folders({taken()}); }
    std::vector<std::string> traces() const override { return files_below(spool()); }

    delivery::Spec spec = [this] {
        delivery::Spec one;
        one.kind = delivery::Spec::Kind::pipe;
        one.argv = {(folder / "mda").string(), taken().string()};
        if (::geteuid() == 0) one.run_as = "nobody";
        return one;
    }();
};

class LmtpStand final : public Stand {
public:
    std::vector<delivery::Spec> specs() const override { return {spec}; }
    std::vector<std::string> delivered() const override
    {
        auto messages = server.messages();
        std::ranges::sort(messages);
        return messages;
    }
    std::vector<std::string> traces() const override { return files_below(spool()); }

    LmtpServer server{folder / "lmtp"};
    delivery::Spec spec = [this] {
        delivery::Spec one;
        one.kind = delivery::Spec::Kind::lmtp;
        one.path = folder / "lmtp";
        one.recipient = "alice@example.org";
        return one;
    }();
};

}
