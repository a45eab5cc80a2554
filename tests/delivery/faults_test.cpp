// Whatever fails, and wherever the process is killed: each message is delivered once in the end, and nothing is left
// lying about. Every call that changes a file is tried, one after the other (FAULTS F01 to F06, F08, F12).

#include "support/catch.hpp"

#include "support/child.hpp"
#include "support/faults.hpp"

#include "stand.hpp"

using namespace popfetch;
using namespace popfetch::test;
using delivery::Outcome;
using delivery::Receipt;

#define EVERY_EXACT_TARGET MaildirStand, MboxStand, FilesStand, SeveralStand

namespace {

// One small letter, one that is in its file from the start, one without a final newline's worth of anything.
std::vector<std::string> messages()
{
    return {"Return-Path: <a@example.org>\n\nFrom one\n", "Subject: two\n\n" + std::string(70000, 'x') + "\n", "\n"};
}

// Pairs of faults are many. A quick run takes every fifth second fault, beginning with another for each first one; with
// POPFETCH_TEST_ALL set it takes all.
std::uint64_t stride() { return std::getenv("POPFETCH_TEST_ALL") != nullptr ? 1 : 5; }
std::uint64_t first_after(std::uint64_t first) { return 1 + first % stride(); }

// What a run leaves for the next one: the ledger's part.
struct Owed {
    std::vector<Receipt> promised;
    bool settled = false;
};

// Delivery in four verbs; `owed` is what a ledger would hold whenever this ends.
void deliver(Stand& stand, Owed& owed)
{
    auto target = stand.open();
    target->prepare(owed.promised);
    if (owed.promised.empty()) owed.promised = stage(*target, messages());
    const auto outcomes = target->publish(owed.promised);
    if (all_are(outcomes, Outcome::Kind::published))
        owed.settled = true;
    else
        owed.promised.clear();
}

// As deliver(), giving errors back.
bool try_to_deliver(Stand& stand, Owed& owed)
{
    try {
        deliver(stand, owed);
        return true;
    } catch (const base::Error&) {
        return false;
    }
}

std::vector<std::string> expected()
{
    auto texts = messages();
    std::ranges::sort(texts);
    return texts;
}

// A clean run after trouble: everything is there once, and only that.
void check_after_a_clean_run(Stand& stand, Owed owed)
{
    if (!owed.settled) deliver(stand, owed);
    if (!owed.settled) deliver(stand, owed); // lost, withdrawn, fetched again
    REQUIRE(owed.settled);
    CHECK(stand.delivered() == expected());
    stand.start();
    std::vector<std::string> strays;
    for (const auto& name : stand.traces())
        if (name.find("tmp/") != std::string::npos || name.find("spool/") != std::string::npos ||
            name.find(".popfetch/") != std::string::npos || name.find(".lock") != std::string::npos)
            strays.push_back(name);
    CHECK(strays == std::vector<std::string>{});
}

// The same in a child that is killed at a call; the ledger is a file, written as SQLite would: all or nothing.
int deliver_in_child(Stand& stand, const std::filesystem::path& ledger, const Strike& strike,
                     std::vector<Receipt> promised)
{
    return exit_status_of([&] {
        const Faults faults{strike};
        auto target = stand.open();
        target->prepare(promised);
        if (promised.empty()) {
            promised = stage(*target, messages());
            std::string text;
            for (const auto& receipt : promised) text += receipt.place + "\n" + receipt.token + "\n";
            put_text(ledger, text);
        }
        return all_are(target->publish(promised), Outcome::Kind::published) ? 0 : 1;
    });
}

std::vector<Receipt> receipts_in(const std::filesystem::path& ledger)
{
    if (!std::filesystem::exists(ledger)) return {};
    std::istringstream text{text_of(ledger)};
    std::vector<Receipt> receipts;
    for (Receipt receipt; std::getline(text, receipt.place) && std::getline(text, receipt.token);)
        receipts.push_back(receipt);
    return receipts;
}

}

TEMPLATE_TEST_CASE(
    "F01 F02 F03 a failing call leaves the messages undelivered or promised and the next run has them once", "",
    EVERY_EXACT_TARGET)
{
    for (const int error : {ENOSPC, EIO}) {
        for (const bool sticky : {false, true}) {
            for (std::uint64_t at = 1;; ++at) {
                CAPTURE(error, sticky, at);
                TestType stand;
                Owed owed;
                bool struck = false;
                {
                    const Faults faults{{.at = at, .error = error, .sticky = sticky}};
                    try_to_deliver(stand, owed);
                    struck = faults.struck();
                }
                if (!struck) {
                    CHECK(owed.settled);
                    break;
                }
                REQUIRE(at < 1000);
                check_after_a_clean_run(stand, owed);
            }
        }
    }
}

TEMPLATE_TEST_CASE("F08 a failing call while a run recovers changes nothing", "", EVERY_EXACT_TARGET)
{
    for (std::uint64_t first = 1;; ++first) {
        bool struck = false;
        for (auto second = first_after(first);; second += stride()) {
            CAPTURE(first, second);
            TestType stand;
            Owed owed;
            {
                const Faults faults{{.at = first, .error = EIO}};
                try_to_deliver(stand, owed);
                struck = faults.struck();
            }
            if (owed.settled) break;
            bool struck_again = false;
            {
                const Faults faults{{.at = second, .error = EIO}};
                try_to_deliver(stand, owed);
                struck_again = faults.struck();
            }
            check_after_a_clean_run(stand, owed);
            if (!struck_again) break;
        }
        if (!struck) break;
    }
}

TEMPLATE_TEST_CASE("F06 killed before any call the next run delivers each message once", "", EVERY_EXACT_TARGET)
{
    for (std::uint64_t at = 1;; ++at) {
        CAPTURE(at);
        TestType stand;
        const auto ledger = stand.folder / "ledger";
        const int status = deliver_in_child(stand, ledger, {.at = at, .kill = true}, {});
        if (status != killed_status) {
            CHECK(status == 0);
            break;
        }
        Owed owed{receipts_in(ledger), false};
        check_after_a_clean_run(stand, owed);
    }
}

TEMPLATE_TEST_CASE("F06 F08 killed and killed again while recovering the next run delivers each message once", "",
                   EVERY_EXACT_TARGET)
{
    for (std::uint64_t first = 1;; ++first) {
        int status = killed_status;
        for (auto second = first_after(first); status == killed_status; second += stride()) {
            CAPTURE(first, second);
            TestType stand;
            const auto ledger = stand.folder / "ledger";
            if (deliver_in_child(stand, ledger, {.at = first, .kill = true}, {}) != killed_status) return;
            status = deliver_in_child(stand, ledger, {.at = second, .kill = true}, receipts_in(ledger));
            Owed owed{receipts_in(ledger), false};
            check_after_a_clean_run(stand, owed);
        }
    }
}

TEMPLATE_TEST_CASE("F05 short writes and interrupted calls are gone on with", "", EVERY_EXACT_TARGET)
{
    TestType stand;
    Owed owed;
    {
        const Faults faults{{.at = 0, .short_writes = true}};
        deliver(stand, owed);
    }
    CHECK(owed.settled);
    CHECK(stand.delivered() == expected());
}

TEMPLATE_TEST_CASE("F06 killed before any call at most the message in flight comes twice and none is missing", "",
                   PipeStand, LmtpStand)
{
    for (std::uint64_t at = 1;; ++at) {
        CAPTURE(at);
        TestType stand;
        const auto ledger = stand.folder / "ledger";
        const int status = deliver_in_child(stand, ledger, {.at = at, .kill = true}, {});
        Owed owed{receipts_in(ledger), status == 0};
        if (!owed.settled) deliver(stand, owed);
        REQUIRE(owed.settled);
        auto delivered = stand.delivered();
        CHECK(delivered.size() <= messages().size() + 1);
        delivered.erase(std::unique(delivered.begin(), delivered.end()), delivered.end());
        CHECK(delivered == expected());
        stand.start();
        CHECK(stand.traces().empty());
        if (status != killed_status) break;
    }
}
