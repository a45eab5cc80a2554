#include "mail/bounds.hpp"

#include <string>

#include <popfetch/mail/summary.hpp>

#include "support/catch.hpp"

namespace popfetch::mail {

namespace {

const Bounds small{1000, 3, 5, 60};

std::string repeated(std::string_view text, std::size_t times)
{
    std::string result;
    while (times-- > 0) result += text;
    return result;
}

std::size_t reach(const std::string& message) { return within(small, message).size(); }

}

TEST_CASE("a message within its bounds is looked at whole")
{
    for (const std::string message : {"", "\n", "a: b", "a: b\n\nbody\n", "--", "a\n--\n--\n--", "\n--b\n\n--b--\n"}) {
        INFO(message);
        CHECK(reach(message) == message.size());
    }
    CHECK(reach("\n" + repeated("a\n", 499)) == 999);
    CHECK(reach("\n" + repeated("a\n", 600)) == 1000);
}

TEST_CASE("the lines of all headers are counted and those of bodies are not")
{
    CHECK(reach(repeated("a:\n", 5) + "\nbody\n") == 21);
    CHECK(reach(repeated("a:\n", 6) + "\nbody\n") == 15);
    const std::string part = "--b\nc:\n\n";
    CHECK(reach("a:\n\n" + repeated("body\n", 50) + part + repeated("body\n", 50) + part) == 4 + 250 + 8 + 250 + 8);
    CHECK(reach("a:\nd:\n\n" + part + part) == 7 + 8 + 4);
    CHECK(reach("a:\r\nd:\r\n\r\n" + part + part) == 10 + 8 + 4);
}

TEST_CASE("the octets of all headers are counted and a line that is too long is cut")
{
    CHECK(reach(std::string(59, 'a') + "\n\nbody\n") == 66);
    CHECK(reach(std::string(60, 'a') + "\n\nbody\n") == 60);
    CHECK(reach(std::string(900, 'a')) == 60);
    CHECK(reach("a:\n\nbody\n--b\n" + std::string(100, 'c') + "\n\n") == 4 + 5 + 60 - 3);
}

TEST_CASE("lines that may be boundaries are counted wherever they stand")
{
    CHECK(reach("\n--a\n\nbody\n--a\n\n--a\n\n--a\n\n") == 1 + 5 + 5 + 5 + 5);
    CHECK(reach("--a\n--a\n--a\n--a\n") == 12);
}

TEST_CASE("O08 a header of a million fields is no more work than one of a hundred thousand")
{
    const auto fields = repeated("a:\n", 1'000'000);
    for (const auto& message :
         {"Subject: s\n" + fields + "\nbody\n",
          "Subject: s\nContent-Type: multipart/mixed; boundary=b\n\n--b\n" + fields + "\nbody\n--b--\n"}) {
        const auto readable = read(message);
        CHECK(readable.summary.subject == "s");
        CHECK(readable.text.find("body") == std::string::npos);
        CHECK(readable.text.ends_with("the rest was not looked at]\n"));
        CHECK(within({}, message).size() < 310'000);
    }
    CHECK(read(repeated("a:\n", 99'000) + "\nbody\n").text == "body\n");
}

TEST_CASE("O08 a field of many megabytes is looked at as far as two")
{
    const auto readable = read("Subject: s\nContent-Type: text/plain;" + repeated(" a=1;", 2'000'000) + "\n\nbody\n");
    CHECK(readable.summary.subject == "s");
    CHECK(readable.text.ends_with("the rest was not looked at]\n"));
}

}
