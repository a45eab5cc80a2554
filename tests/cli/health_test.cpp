#include "cli/health.hpp"

#include <algorithm>

#include "support/catch.hpp"

namespace popfetch::cli {
namespace {

AccountHealth account(const std::string& name, Health health, const std::string& problem = {})
{
    AccountHealth result{name, health, {}, problem, {}};
    if (health == Health::ok || health == Health::warning)
        result.readings = {{"messages", 10, "", {1000.0, 5000.0}, false},
                           {"octets", 4096, "B", {}, false},
                           {"time", 0.25, "s", {1.0, 5.0}, false},
                           {"certificate_days", 61, "", {21.0, 7.0}, true}};
    return result;
}

std::vector<AccountHealth> many(std::size_t count, Health health, const std::string& problem = {})
{
    std::vector<AccountHealth> accounts;
    for (std::size_t i = 0; i < count; ++i) accounts.push_back(account("box" + std::to_string(i), health, problem));
    return accounts;
}

std::vector<std::string> lines_of(const std::string& text)
{
    std::vector<std::string> lines;
    for (std::size_t at = 0; at < text.size();) {
        const auto end = text.find('\n', at);
        lines.push_back(text.substr(at, end - at));
        at = end + 1;
    }
    return lines;
}

}

TEST_CASE("check says all readings of a few accounts in one line")
{
    const auto text = plugin_text({account("a", Health::ok), account("b", Health::critical, "login | refused")});
    CHECK(text ==
          "POPFETCH CRITICAL: 2 accounts, 10 messages, certificate 61 days; b: login / refused | "
          "'a.messages'=10;1000;5000;0 'a.octets'=4096B;;;0 'a.time'=0.250s;1;5;0 'a.certificate_days'=61;21:;7:;0\n");
}

TEST_CASE("check over many accounts says a summary first and then only what is not OK")
{
    auto accounts = many(500, Health::ok);
    accounts[7] = account("box7", Health::warning, "messages WARNING");
    accounts[300] = account("box300", Health::unknown, "no | password");
    accounts[499] = account("box499", Health::critical, "login refused");
    CHECK(
        lines_of(plugin_text(accounts)) ==
        std::vector<std::string>{
            "POPFETCH CRITICAL: 500 accounts, 4,980 messages, certificate 61 days; 1 CRITICAL; 1 UNKNOWN; 1 WARNING | "
            "'accounts'=500 'ok'=497 'warning'=1 'critical'=1 'unknown'=1 'messages'=4980 'octets'=2039808B "
            "'time'=0.250s "
            "'certificate_days'=61",
            "CRITICAL box499: login refused", "UNKNOWN box300: no / password", "WARNING box7: messages WARNING"});
}

TEST_CASE("check says no more than a monitoring system reads however much is wrong")
{
    const auto text = plugin_text(many(500, Health::critical, std::string(400, 'x')));
    CHECK(text.size() <= 8192);
    CHECK(text.size() > 7000);
    const auto lines = lines_of(text);
    CHECK(lines.back() == "and " + std::to_string(500 - (lines.size() - 2)) + " more that are not OK");
}

}
