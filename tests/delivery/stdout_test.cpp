#include "support/catch.hpp"

#include "support/errors.hpp"

#include "stand.hpp"

using namespace popfetch;
using namespace popfetch::test;
using delivery::Outcome;

TEST_CASE("Standard output gets one mbox in the order of the messages")
{
    StdoutStand stand;
    auto target = stand.start();
    CHECK(target->guarantee() == delivery::Guarantee::none);
    stand.publish(*target, stage(*target, {"Return-Path: <a@b>\n\none\n", "two\n"}));
    stand.publish(*target, stage(*target, {"three\n"}));
    CHECK(text_of(stand.printed()) == "From a@b Sat Nov 21 08:15:00 2026\nReturn-Path: <a@b>\n\none\n\n"
                                      "From MAILER-DAEMON Sat Nov 21 08:15:00 2026\ntwo\n\n"
                                      "From MAILER-DAEMON Sat Nov 21 08:15:00 2026\nthree\n\n");
}

TEST_CASE("What was printed is not printed twice and what an earlier run had is lost")
{
    StdoutStand stand;
    auto target = stand.start();
    const auto receipts = stage(*target, {"one\n", std::string(100000, 'x') + "\n"});
    CHECK(all_are(stand.publish(*target, receipts), Outcome::Kind::published));
    CHECK(all_are(stand.publish(*target, receipts), Outcome::Kind::published));
    CHECK(stand.delivered().size() == 2);
    CHECK(stand.traces().empty());
    CHECK(all_are(stand.publish(*stand.start(receipts), receipts), Outcome::Kind::lost));
    CHECK(!target->newest_earlier_mail("work"));
}

TEST_CASE("A full disk behind standard output is an error")
{
    StdoutStand stand;
    auto target = stand.start();
    const auto receipts = stage(*target, {"one\n"});
    std::filesystem::create_symlink("/dev/full", stand.printed());
    CHECK(failure_of([&] { stand.publish(*target, receipts); }).kind == "file.no_space");
}
