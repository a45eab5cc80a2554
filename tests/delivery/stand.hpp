#pragma once
// Where a target is tried out: a scratch folder, a Context, and a way to read what was delivered. One Stand for each
// kind of target; contract_test.cpp runs the same demands on all of them.

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include <popfetch/delivery/target.hpp>

#include "support/scratch_folder.hpp"

namespace popfetch::tests {

using namespace std::string_literals;

class Stand {
public:
    Stand() { std::filesystem::create_directory(spool()); }
    virtual ~Stand() = default;
    Stand(const Stand&) = delete;
    Stand& operator=(const Stand&) = delete;

    virtual delivery::Spec spec() const = 0;
    /// The messages that a reader sees, sorted.
    virtual std::vector<std::string> delivered() const = 0;
    /// Everything in the scratch folder but what prepare() makes.
    virtual std::vector<std::string> traces() const { return files_below(folder.path()); }

    std::filesystem::path spool() const { return folder / "spool"; }

    delivery::Context context(const std::string& account = "work")
    {
        return {account, spool(), [] { return base::WallTime{std::chrono::seconds{1795248900}}; },
                [this](std::string_view text) { warnings.emplace_back(text); }};
    }

    std::unique_ptr<delivery::Target> open(const std::string& account = "work")
    {
        const auto one = spec();
        return delivery::open({&one, 1}, context(account));
    }

    /// A new run: opened, and told what the ledger still holds as promised.
    std::unique_ptr<delivery::Target> start(const std::vector<delivery::Receipt>& promised = {},
                                            const std::string& account = "work")
    {
        auto target = open(account);
        target->prepare(promised);
        return target;
    }

    ScratchFolder folder;
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
            if (entry.is_regular_file()) messages.push_back(content_of(entry.path()));
    std::ranges::sort(messages);
    return messages;
}

class MaildirStand final : public Stand {
public:
    delivery::Spec spec() const override
    {
        delivery::Spec spec;
        spec.path = folder / "Mail";
        return spec;
    }
    std::filesystem::path maildir() const { return folder / "Mail"; }
    std::vector<std::string> delivered() const override
    {
        return contents_of_folders({maildir() / "new", maildir() / "cur"});
    }
};

}
