// What every target promises, whatever it is: include/popfetch/delivery/target.hpp as demands.

#include "support/catch.hpp"

#include <thread>

#include <popfetch/base/digest.hpp>

#include "stand.hpp"

using namespace popfetch;
using namespace popfetch::test;
using delivery::Outcome;
using delivery::Receipt;

#define EVERY_TARGET EVERY_DURABLE_TARGET, StdoutStand
#define EVERY_DURABLE_TARGET MaildirStand, MboxStand, FilesStand, SeveralStand, PipeStand, LmtpStand

namespace {

const std::string plain = "Return-Path: <a@example.org>\nSubject: one\n\nHello\n";

std::string large_message(std::size_t octets)
{
    std::string text = "Subject: large\n\n";
    while (text.size() < octets) text += "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\n";
    return text;
}

// FAULTS P13 to P16, and what an mbox would trip over.
std::vector<std::string> odd_messages()
{
    return {
        "Subject: nul\n\na\0b\0\n"s,
        "Subject: carriage returns\n\nbare\rtwo\r\r\nlast\n",
        "Subject: eight bits\n\n\xff\xfe\x80\n",
        "\n",
        "\nno header at all\n",
        "Only: headers\n",
        "From somebody\nFrom: x\n\nFrom me\n>From you\n>>From all\n> From none\nfrom lower\n",
        "Subject: long line\n\n" + std::string(70000, 'x') + "\n",
        large_message(200000),
    };
}

std::vector<std::string> sorted(std::vector<std::string> texts)
{
    std::ranges::sort(texts);
    return texts;
}

}

TEMPLATE_TEST_CASE("what is written is what arrives", "", EVERY_TARGET)
{
    TestType stand;
    const auto messages = odd_messages();
    auto target = stand.start();
    const auto outcomes = stand.publish(*target, stage(*target, messages));
    CHECK(outcomes.size() == messages.size());
    CHECK(all_are(outcomes, Outcome::Kind::published));
    CHECK(stand.delivered() == sorted(messages));
}

TEMPLATE_TEST_CASE("it makes no difference how a message is cut into writes", "", EVERY_TARGET)
{
    TestType stand;
    auto target = stand.start();
    const auto message =
        "Return-Path: <b@example.org>\nSubject: cut\n\nFrom here\n>From there\n" + large_message(66000);
    Letters letters;
    for (const std::size_t piece : {1U, 7U, 4096U, 65536U}) {
        letters.push_back(target->begin(envelope()));
        for (std::size_t at = 0; at < message.size(); at += piece)
            letters.back()->write(std::string_view{message}.substr(at, piece));
        CHECK(letters.back()->size() == message.size());
    }
    stand.publish(*target, target->stage(letters));
    CHECK(stand.delivered() == std::vector<std::string>(4, message));
}

TEMPLATE_TEST_CASE("a digest is that of the message and may be asked for at any time before staging", "", EVERY_TARGET)
{
    TestType stand;
    auto target = stand.start();
    for (const auto& message : odd_messages()) {
        const auto letter = target->begin(envelope());
        letter->write(message);
        CHECK(letter->digest() == base::sha256_hex(message));
        letter->write("more\n");
        CHECK(letter->digest() == base::sha256_hex(message + "more\n"));
    }
}

TEMPLATE_TEST_CASE("nothing is visible before publish", "", EVERY_TARGET)
{
    TestType stand;
    auto target = stand.start();
    const auto receipts = stage(*target, {plain, large_message(100000)});
    CHECK(receipts.size() == 2);
    CHECK(stand.delivered().empty());
    stand.publish(*target, receipts);
    CHECK(stand.delivered().size() == 2);
}

TEMPLATE_TEST_CASE("a letter that is dropped leaves nothing", "", EVERY_TARGET)
{
    TestType stand;
    auto target = stand.start();
    const auto before = stand.traces();
    write(*target, {plain, large_message(100000)});
    CHECK(stand.traces() == before);
}

TEMPLATE_TEST_CASE("an empty batch is staged and published without a trace", "", EVERY_TARGET)
{
    TestType stand;
    auto target = stand.start();
    const auto before = stand.traces();
    CHECK(stand.publish(*target, target->stage({})).empty());
    CHECK(stand.traces() == before);
}

TEMPLATE_TEST_CASE("published twice is delivered once", "", EVERY_DURABLE_TARGET)
{
    TestType stand;
    auto target = stand.start();
    const auto receipts = stage(*target, {plain, "second\n"});
    const auto first = stand.publish(*target, receipts);
    const auto second = stand.publish(*target, receipts);
    CHECK(all_are(second, Outcome::Kind::published));
    CHECK(second[0].place == first[0].place);
    CHECK(stand.delivered() == sorted({plain, "second\n"}));
}

TEMPLATE_TEST_CASE("what was staged and promised is delivered by the next run", "", EVERY_DURABLE_TARGET)
{
    TestType stand;
    const auto receipts = stage(*stand.start(), {plain, large_message(100000)});
    CHECK(stand.delivered().empty());
    auto target = stand.start(receipts);
    CHECK(all_are(stand.publish(*target, receipts), Outcome::Kind::published));
    CHECK(stand.delivered().size() == 2);
}

TEMPLATE_TEST_CASE("what was published and not settled is not delivered again", "", EVERY_DURABLE_TARGET)
{
    TestType stand;
    auto target = stand.start();
    const auto receipts = stage(*target, {plain, "second\n"});
    stand.publish(*target, receipts);
    target.reset();
    for (int run = 0; run < 3; ++run)
        CHECK(all_are(stand.publish(*stand.start(receipts), receipts), Outcome::Kind::published));
    CHECK(stand.delivered() == sorted({plain, "second\n"}));
}

TEMPLATE_TEST_CASE("what was staged and never promised is gone after the next start", "", EVERY_DURABLE_TARGET)
{
    TestType stand;
    stand.start();
    const auto before = stand.traces();
    stage(*stand.start(), {plain, large_message(100000)});
    CHECK(stand.traces() != before);
    stand.start();
    CHECK(stand.traces() == before);
}

TEMPLATE_TEST_CASE("a start takes nothing of what is promised or of what another account has staged", "",
                   EVERY_DURABLE_TARGET)
{
    TestType stand;
    const auto receipts = stage(*stand.start(), {plain});
    auto other = stand.start({}, "home");
    const auto others = stage(*other, {"other\n"});
    stand.start(receipts);
    auto target = stand.start(receipts);
    CHECK(all_are(stand.publish(*other, others), Outcome::Kind::published));
    CHECK(all_are(stand.publish(*target, receipts), Outcome::Kind::published));
    CHECK(stand.delivered() == sorted({plain, "other\n"}));
}

TEMPLATE_TEST_CASE("letters are written by one thread while another stages and publishes", "", EVERY_TARGET)
{
    TestType stand;
    auto target = stand.start();
    std::vector<std::string> all;
    Letters letters;
    std::jthread committing;
    for (int batch = 0; batch < 8; ++batch) {
        std::vector<std::string> messages;
        for (int i = 0; i < 20; ++i) messages.push_back("batch " + std::to_string(batch * 100 + i + 1000) + "\n");
        all.insert(all.end(), messages.begin(), messages.end());
        letters = write(*target, messages);
        if (committing.joinable()) committing.join(); // one commit at a time
        committing = std::jthread{
            [&stand, &target, letters = std::move(letters)] { stand.publish(*target, target->stage(letters)); }};
    }
    committing.join();
    CHECK(stand.delivered() == sorted(all));
}
