#include "support/catch.hpp"

#include <algorithm>
#include <csignal>
#include <vector>

#include <popfetch/base/exit_status.hpp>

using popfetch::base::ExitStatus;
using popfetch::base::gravest;

TEST_CASE("a run over no account is well") { CHECK(gravest({}) == ExitStatus::ok); }

TEST_CASE("the gravest status of several accounts follows the order of the man page")
{
    using enum ExitStatus;
    std::vector<ExitStatus> order{config,   data,        cannot_create, io,        no_permission,
                                  protocol, unavailable, no_host,       temporary, ok};
    std::ranges::reverse(order); // the gravest last: it must not win by standing first
    while (!order.empty()) {
        CHECK(gravest(order) == order.back());
        order.pop_back();
    }
}

TEST_CASE("an interruption outweighs everything")
{
    CHECK(gravest(std::vector{ExitStatus::config, ExitStatus::terminated}) == ExitStatus::terminated);
    CHECK(gravest(std::vector{ExitStatus::usage, ExitStatus::terminated, ExitStatus::interrupted}) ==
          ExitStatus::interrupted);
}

TEST_CASE("statuses are the numbers of sysexits")
{
    CHECK(static_cast<int>(ExitStatus::usage) == 64);
    CHECK(static_cast<int>(ExitStatus::temporary) == 75);
    CHECK(static_cast<int>(ExitStatus::config) == 78);
}

TEST_CASE("SIGINT is 130 and every other signal 143")
{
    CHECK(static_cast<int>(popfetch::base::status_of_signal(SIGINT)) == 130);
    CHECK(static_cast<int>(popfetch::base::status_of_signal(SIGTERM)) == 143);
    CHECK(static_cast<int>(popfetch::base::status_of_signal(SIGHUP)) == 143);
}
