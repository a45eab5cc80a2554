#include "support/catch.hpp"

#include <chrono>
#include <cstdlib>
#include <ctime>
#include <optional>
#include <string>

#include <popfetch/base/time.hpp>

using namespace popfetch::base;

namespace {

// The zone of this scope. The machine's own comes back at the end.
class Zone {
public:
    explicit Zone(const char* name)
    {
        if (const char* old = std::getenv("TZ")) old_ = old;
        ::setenv("TZ", name, 1);
    }
    Zone(const Zone&) = delete;
    Zone& operator=(const Zone&) = delete;
    ~Zone()
    {
        if (old_) {
            ::setenv("TZ", old_->c_str(), 1);
        } else {
            ::unsetenv("TZ");
        }
        ::tzset();
    }

private:
    std::optional<std::string> old_;
};

WallTime at(const char* text) { return from_rfc3339(text).value(); }

}

TEST_CASE("a time is written in UTC and read back")
{
    CHECK(to_rfc3339(WallTime{}) == "1970-01-01T00:00:00Z");
    CHECK(to_rfc3339(WallTime{std::chrono::seconds{1'795'248'900}}) == "2026-11-21T08:15:00Z");
    for (const char* text :
         {"2000-02-29T23:59:59Z", "1969-12-31T23:59:59Z", "9999-12-31T00:00:00Z", "0001-01-01T00:00:00Z"}) {
        CHECK(to_rfc3339(at(text)) == text);
    }
}

TEST_CASE("what was not written by us is no time")
{
    for (const char* text :
         {"", "2026-11-21", "2026-11-21 08:15:00Z", "2026-11-21T08:15:00z", "2026-11-21T08:15:00+00:00",
          "2026-11-21T08:15:00.0Z", "2026-02-29T00:00:00Z", "2026-13-01T00:00:00Z", "2026-00-01T00:00:00Z",
          "2026-11-21T24:00:00Z", "2026-11-21T08:60:00Z", "2026-11-21T08:15:60Z", "2026-11-21T08:15:-1Z",
          "+026-11-21T08:15:00Z", "2026-11-21T08:15:00Z "}) {
        INFO(text);
        CHECK_FALSE(from_rfc3339(text));
    }
}

TEST_CASE("people read the hour of what is near and the year of what is far")
{
    const Zone zone{"UTC0"};
    const WallTime now = at("2026-11-21T12:00:00Z");
    CHECK(to_local(at("2026-11-21T08:15:00Z"), now) == "today 08:15");
    CHECK(to_local(at("2026-11-20T23:59:59Z"), now) == "20 Nov 23:59");
    CHECK(to_local(at("2026-11-14T09:12:00Z"), now) == "14 Nov 09:12");
    CHECK(to_local(at("2026-06-01T00:00:00Z"), now) == "1 Jun 00:00");
    CHECK(to_local(at("2026-05-01T00:00:00Z"), now) == "1 May 2026");
    CHECK(to_local(at("2019-11-03T10:00:00Z"), now) == "3 Nov 2019");
    CHECK(to_local(at("2026-11-22T06:00:00Z"), now) == "22 Nov 06:00");
    CHECK(to_local(at("2027-11-21T12:00:00Z"), now) == "21 Nov 2027");
}

TEST_CASE("the day is the day of the place")
{
    const WallTime now = at("2026-11-21T23:30:00Z");
    {
        const Zone zone{"CET-1"};
        CHECK(to_local(at("2026-11-21T22:59:00Z"), now) == "21 Nov 23:59");
        CHECK(to_local(at("2026-11-21T23:00:00Z"), now) == "today 00:00");
    }
    const Zone zone{"EST5"};
    CHECK(to_local(at("2026-11-21T22:59:00Z"), now) == "today 17:59");
}

TEST_CASE("the wall clock has whole seconds")
{
    const auto before = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    const WallTime now = wall_clock();
    CHECK(now >= before);
    CHECK(now <= std::chrono::system_clock::now());
}
