#include "support/catch.hpp"

#include <popfetch/config/account.hpp>

using popfetch::config::Account;
using popfetch::config::ledger_path;

namespace {

std::string ledger_of(const std::string& name)
{
    Account account;
    account.name = name;
    return ledger_path("/state", account).string();
}

}

TEST_CASE("A ledger is named by its account")
{
    CHECK(ledger_of("work") == "/state/work.ledger");
    CHECK(ledger_of("alice@pop.example.org") == "/state/alice@pop.example.org.ledger");
    Account account;
    account.name = "renamed";
    account.state_id = "work";
    CHECK(ledger_path("/state", account) == "/state/work.ledger");
}

TEST_CASE("P23 the user of a URL cannot lead a ledger out of its folder")
{
    CHECK(ledger_of("../../etc/passwd@h") == "/state/%2E.%2F..%2Fetc%2Fpasswd@h.ledger");
    CHECK(ledger_of("a/b@h") == "/state/a%2Fb@h.ledger");
    CHECK(ledger_of(std::string{"a\0b\n\x1b\xff", 6}) == "/state/a%00b%0A%1B%FF.ledger");
    CHECK(ledger_of("alice@[::1]:1110") == "/state/alice@%5B%3A%3A1%5D%3A1110.ledger");
}

TEST_CASE("Different accounts have different ledgers")
{
    CHECK(ledger_of("a/b") != ledger_of("a%2Fb"));
    CHECK(ledger_of("A") != ledger_of("a"));
    const std::string common(300, 'a');
    CHECK(ledger_of(common + '1') != ledger_of(common + '2'));
    CHECK(ledger_of(common + '1').size() < 200);
    const std::string exact(200, 'a');
    CHECK(ledger_of(exact) == "/state/" + exact + ".ledger");
}
