// Files that are not, or are no longer, ledgers: an error with a name, or what was there before; never a crash, never a
// ledger that begins anew as if nothing had been fetched. "r" and bytes: the file. "e" and groups of four octets: a
// good ledger in which the octet at a place (three octets) is another; a place from 0x800000 on cuts the file there
// instead.

#include <algorithm>
#include <fstream>

#include "state/sample.hpp"
#include "support/fast_folder.hpp"
#include "support/temp_folder.hpp"
#include "target.hpp"

using namespace popfetch;
using state::Ledger;

namespace {

constexpr std::uintmax_t one_page = 4096; // of which nothing can be told yet: a ledger whose making was cut short

const base::Path& folder()
{
    static const test::TempFolder made{test::fast_folder()};
    return made.path();
}

// A bit of everything, closed.
std::string good_ledger()
{
    const auto path = folder() / "good.ledger";
    {
        auto ledger = state::open_ledger(path);
        state::fetch(ledger, state::ids("uid-", 30));
        ledger.want_deletion(std::vector<std::string>{"uid-1"});
        const auto failure = state::failure_of("bad");
        ledger.fail({&failure, 1}, state::monday);
        auto promises = state::promises_of({"owed-1", "owed-2"});
        ledger.promise(promises);
        ledger.remember("server.capabilities", "UIDL TOP");
    }
    return test::text_of(path);
}

std::vector<std::string> everything(const Ledger& ledger)
{
    auto all = state::contents(ledger);
    all.push_back(std::to_string(ledger.snapshot().size()));
    for (const auto& promise : ledger.promised()) all.push_back("owed " + promise.id + " " + promise.token);
    return all;
}

const std::string& image()
{
    static const std::string made = good_ledger();
    return made;
}

const std::vector<std::string>& expected()
{
    static const auto made = (image(), everything(state::read_ledger(folder() / "good.ledger")));
    return made;
}

std::string edited(fuzz::Input input)
{
    auto file = image();
    while (!input.empty() && !file.empty()) {
        const std::size_t high = input.octet();
        const auto place = (high & 0x7FU) << 16U | std::size_t{input.octet()} << 8U | input.octet();
        const auto value = static_cast<char>(input.octet());
        if (high >= 0x80)
            file.resize(place % (file.size() + 1));
        else
            file[place % file.size()] = value;
    }
    return file;
}

void judge(const base::Path& path, const std::string& file, bool was_good)
{
    const bool readable = fuzz::passes([&] { everything(state::read_ledger(path)); });
    fuzz::passes([&] {
        const auto ledger = state::open_ledger(path);
        const auto found = everything(ledger);
        const bool made_anew = file.size() <= one_page && !readable;
        fuzz::require(!ledger.is_new() || readable || made_anew, "a damaged ledger is not taken for a new one");
        fuzz::require(!was_good || made_anew || found == expected(), "what a ledger says is what was written into it");
    });
}

void judge_repair(const base::Path& path, bool was_good)
{
    fuzz::passes([&] {
        Ledger::repair(path);
        const auto saved = state::contents(state::open_ledger(path));
        const auto& before = expected();
        const auto known = [&](const std::string& line) { return std::ranges::find(before, line) != before.end(); };
        fuzz::require(!was_good || std::ranges::all_of(saved, known), "a repair invents nothing");
    });
}

}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    fuzz::Input input{data, size};
    const bool was_good = input.octet() == 'e';
    expected();
    const auto file = was_good ? edited(input) : std::string{input.rest()};
    const auto ours = folder() / "fuzzed";
    for (const bool repair : {false, true}) {
        std::filesystem::remove_all(ours);
        std::filesystem::create_directory(ours);
        test::put_text(ours / "work.ledger", file);
        repair ? judge_repair(ours / "work.ledger", was_good) : judge(ours / "work.ledger", file, was_good);
    }
    return 0;
}
