#include "support/catch.hpp"

#include <random>

#include "delivery/mbox_format.hpp"
#include "stand.hpp"

using namespace popfetch;
using namespace popfetch::delivery;

namespace {

const base::WallTime received{std::chrono::seconds{1795248900}}; // 2026-11-21T08:15:00Z

std::string in_mbox(std::string_view message, const std::vector<std::size_t>& pieces = {})
{
    base::StringSink sink;
    MboxQuoter quoter{sink};
    for (const auto piece : pieces) {
        quoter.write(message.substr(0, piece));
        message.remove_prefix(std::min(piece, message.size()));
    }
    quoter.write(message);
    quoter.finish();
    return sink.text;
}

std::string random_message(std::minstd_rand& random)
{
    const std::vector<std::string> words{"From ", "From", ">",         ">>",     "F",  "\n",   "\n\n",
                                         "x",     " ",    "From me\n", ">From ", "\r", "from "};
    std::string text;
    for (std::size_t i = random() % 40; i > 0; --i) text += words[random() % words.size()];
    return text;
}

}

TEST_CASE("F13 lines that look like the beginning of a message are quoted once more")
{
    CHECK(in_mbox("From x\n") == ">From x\n\n");
    CHECK(in_mbox("a\nFrom x\n>From y\n>>From z\n") == "a\n>From x\n>>From y\n>>>From z\n\n");
    CHECK(in_mbox("Fromage\nFrom\nfrom x\n From x\n> From x\n") == "Fromage\nFrom\nfrom x\n From x\n> From x\n\n");
}

TEST_CASE("A missing line end is added and every message ends with an empty line")
{
    CHECK(in_mbox("a") == "a\n\n");
    CHECK(in_mbox("a\n") == "a\n\n");
    CHECK(in_mbox("a\nFro") == "a\nFro\n\n");
    CHECK(in_mbox("a\n>") == "a\n>\n\n");
    CHECK(in_mbox("a\nFrom ") == "a\n>From \n\n");
    CHECK(in_mbox("") == "\n");
    CHECK(in_mbox("\n") == "\n\n");
}

TEST_CASE("F13 quoting is the same at every split and can be undone")
{
    std::minstd_rand random{20261121};
    for (int round = 0; round < 3000; ++round) {
        const auto message = random_message(random);
        CAPTURE(message);
        const auto whole = in_mbox(message);
        std::vector<std::size_t> pieces;
        for (std::size_t i = random() % 6; i > 0; --i) pieces.push_back(random() % 8);
        CHECK(in_mbox(message, pieces) == whole);
        for (std::size_t at = 0; at <= message.size(); ++at) REQUIRE(in_mbox(message, {at}) == whole);

        const auto back = test::messages_in_mbox("From x y\n" + whole);
        const bool ended = message.empty() || message.ends_with('\n');
        CHECK(back == std::vector{ended ? message : message + "\n"});
    }
}

TEST_CASE("The first line names the sender and the time in UTC and nobody's language")
{
    CHECK(from_line("a@example.org", received) == "From a@example.org Sat Nov 21 08:15:00 2026\n");
    CHECK(from_line("x", base::WallTime{}) == "From x Thu Jan  1 00:00:00 1970\n");
}

TEST_CASE("The sender is the address of Return-Path")
{
    CHECK(sender_in("Return-Path: <a@example.org>\nSubject: x\n\n") == "a@example.org");
    CHECK(sender_in("Received: x\n\ty\nreturn-path: b@example.org\n\n") == "b@example.org");
    CHECK(sender_in("Return-Path:\n <folded@example.org>\n\n") == "folded@example.org");
    CHECK(sender_in("Return-Path: <a@example.org>\r\nSubject: x\r\n") == "a@example.org");
}

TEST_CASE("Without a sender it is the mailer daemon")
{
    for (const std::string_view message : {"", "\n", "Subject: x\n\nReturn-Path: <body@example.org>\n",
                                           "Return-Path: <>\n\n", "Return-Path:\n\n", "Return-Path"})
        CHECK(sender_in(message) == "MAILER-DAEMON");
    CHECK(sender_in("Return-Path: <" + std::string(1000, 'a') + ">\n\n") == "MAILER-DAEMON");
}

TEST_CASE("No octet of a sender can end the line or move the date")
{
    CHECK(sender_in("Return-Path: <a b\tc@d>\n\n") == "a-b-c@d");
    CHECK(sender_in("Return-Path: <\"x\x1b[2J\"@d\xff>\n\n") == "\"x-[2J\"@d-");
}
