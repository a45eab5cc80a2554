#include "support/catch.hpp"

#include "support/errors.hpp"

#include "stand.hpp"

using namespace popfetch;
using namespace popfetch::test;
using delivery::Guarantee;
using delivery::Outcome;

namespace {

const std::string message = "Subject: one\n\nHello\n";

// A maildir and a program, in either order.
class MaildirAndPipe final : public Stand {
public:
    std::vector<delivery::Spec> specs() const override
    {
        auto specs = maildir.specs();
        const auto other = pipe.specs();
        specs.insert(pipe_first ? specs.begin() : specs.end(), other.begin(), other.end());
        return specs;
    }
    std::vector<std::string> delivered() const override { return maildir.delivered(); }

    MaildirStand maildir;
    PipeStand pipe;
    bool pipe_first = false;
};

}

TEST_CASE("Several targets promise no more than the weakest and take as little at a time")
{
    MaildirAndPipe stand;
    const auto target = stand.start();
    CHECK(target->guarantee() == Guarantee::at_least_once);
    CHECK(target->batch_limits().letters == 1);
    CHECK(target->kind() == "maildir+pipe");
    CHECK(target->description() == stand.maildir.open()->description() + " and " + stand.pipe.open()->description());
    CHECK(target->free_space());
    CHECK(!target->newest_earlier_mail("work"));
    CHECK(SeveralStand{}.start()->guarantee() == Guarantee::exactly_once);
}

TEST_CASE("What one target refuses no other shows in whatever order they are named")
{
    for (const bool pipe_first : {false, true}) {
        MaildirAndPipe stand;
        stand.pipe_first = pipe_first;
        stand.pipe.program("exit 1");
        auto target = stand.start();
        const auto outcome = target->publish(stage(*target, {message})).at(0);
        CHECK(outcome.kind == Outcome::Kind::refused);
        CHECK(outcome.error->kind() == "delivery.refused");
        CHECK(stand.maildir.delivered().empty());
        stand.start();
        CHECK(files_below(stand.maildir.maildir()).empty());
    }
}

TEST_CASE("A message that all have taken names every place")
{
    MaildirAndPipe stand;
    auto target = stand.start();
    const auto outcome = target->publish(stage(*target, {message})).at(0);
    CHECK(outcome.kind == Outcome::Kind::published);
    CHECK(outcome.place.find("pipe:") != std::string::npos);
    CHECK(outcome.place.find((stand.maildir.maildir() / "new").string()) != std::string::npos);
    CHECK(stand.maildir.delivered() == std::vector{message});
    CHECK(stand.pipe.delivered() == std::vector{message});
    CHECK(target->newest_earlier_mail("work"));
}

TEST_CASE("What is missing in one target is lost for all")
{
    SeveralStand stand;
    const auto receipts = stage(*stand.start(), {message});
    std::filesystem::remove(stand.folder / "Mail/tmp" / files_below(stand.folder / "Mail/tmp").at(0));
    CHECK(all_are(stand.start(receipts)->publish(receipts), Outcome::Kind::lost));
}

TEST_CASE("Receipts of another configuration are lost and not an error")
{
    SeveralStand several;
    MaildirStand one;
    const auto of_several = stage(*several.start(), {message});
    const auto of_one = stage(*one.start(), {message});
    CHECK(all_are(several.start(of_one)->publish(of_one), Outcome::Kind::lost));
    CHECK(all_are(one.start(of_several)->publish(of_several), Outcome::Kind::lost));
    const std::vector<delivery::Receipt> broken{{"", "several 2 5:ab"}, {"", "several 2 x"}, {"", "several 2 1:a"}};
    CHECK(all_are(several.start(broken)->publish(broken), Outcome::Kind::lost));
}

TEST_CASE("No target at all is an error of the configuration")
{
    MaildirStand stand;
    const auto failure = failure_of([&] { delivery::open({}, stand.context()); });
    CHECK(failure.status == base::ExitStatus::config);
    CHECK(failure.kind == "config.deliver");
}
