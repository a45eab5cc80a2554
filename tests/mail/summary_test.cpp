#include <popfetch/mail/summary.hpp>

#include <fstream>
#include <iterator>
#include <thread>

#include <popfetch/base/printable.hpp>

#include "support/catch.hpp"

using popfetch::base::is_valid_utf8;
using popfetch::base::to_rfc3339;
using popfetch::mail::summarize;
using popfetch::mail::Summary;

namespace {

std::string data(const std::string& name)
{
    std::ifstream file{TEST_DATA "/" + name, std::ios::binary};
    REQUIRE(file);
    return {std::istreambuf_iterator<char>{file}, {}};
}

std::string subject(std::string_view value) { return summarize("Subject: " + std::string{value} + "\n\n").subject; }

std::string date(std::string_view value)
{
    const auto time = summarize("Date: " + std::string{value} + "\n\n").date;
    return time ? to_rfc3339(*time) : "none";
}

std::string message_id(std::string_view value)
{
    return summarize("Message-ID: " + std::string{value} + "\n\n").message_id;
}

std::string repeated(std::string_view text, std::size_t times)
{
    std::string result;
    for (; times > 0; --times) result += text;
    return result;
}

}

TEST_CASE("a plain header is read as it stands")
{
    const Summary summary =
        summarize("Received: from x\n\tby y\nFrom: Alice <alice@example.org>\nTo: bob@example.org\n"
                  "Subject: Lunch\nDate: Sat, 21 Nov 2026 09:15:00 +0100\nMessage-ID: <1@example.org>\n\nbody\n");
    REQUIRE(summary.from.size() == 1);
    CHECK(summary.from[0].name == "Alice");
    CHECK(summary.from[0].address == "alice@example.org");
    REQUIRE(summary.to.size() == 1);
    CHECK(summary.to[0].name.empty());
    CHECK(summary.to[0].address == "bob@example.org");
    CHECK(summary.subject == "Lunch");
    REQUIRE(summary.date);
    CHECK(to_rfc3339(*summary.date) == "2026-11-21T08:15:00Z");
    CHECK(summary.message_id == "1@example.org");
    CHECK_FALSE(summary.subject_raw);
}

TEST_CASE("a header without fields or without anything is empty")
{
    for (const char* const text : {"", "\n", "\n\nSubject: in the body\n", "no header at all", ": \n", "\r\n"}) {
        const Summary summary = summarize(text);
        CAPTURE(text);
        CHECK(summary.from.empty());
        CHECK(summary.to.empty());
        CHECK(summary.subject.empty());
        CHECK(summary.message_id.empty());
        CHECK_FALSE(summary.date);
    }
}

TEST_CASE("line ends may be LF or CRLF and a line of an mbox may stand in front")
{
    CHECK(summarize("Subject: a\r\n b\r\n\r\nSubject: no\r\n").subject == "a b");
    CHECK(summarize("From alice Sat Nov 21 08:15:00 2026\nSubject: a\n").subject == "a");
    CHECK(summarize(">From alice Sat Nov 21 08:15:00 2026\nSubject: a\n").subject == "a");
    CHECK(summarize("Subject: no end").subject == "no end");
}

TEST_CASE("folding is one blank and lines that are no fields are passed over")
{
    CHECK(subject("one\n\t two\n   three") == "one two three");
    CHECK(summarize(" belongs to nothing\nnonsense without a colon\nSubject: found\n").subject == "found");
    CHECK(summarize("SUBJECT : spaced\n").subject == "spaced");
}

TEST_CASE("the first of several fields counts")
{
    CHECK(summarize("Subject: first\nSubject: second\n\n").subject == "first");
}

TEST_CASE("encoded words are decoded whatever their charset")
{
    CHECK(subject("=?utf-8?Q?caf=C3=A9?=") == "café");
    CHECK(subject("=?ISO-8859-15?q?=A4_100?=") == "€ 100");
    CHECK(subject("=?windows-1251?B?z/Do4uXy?=") == "Привет");
    CHECK(subject("=?gb2312?B?1tC5+g==?=") == "中国");
    CHECK(subject("=?ks_c_5601-1987?B?x9Gx2w==?=") == "한글");
    CHECK(subject("=?utf-8*de?Q?sch=C3=B6n?=") == "schön");
    CHECK(subject("Re: =?utf-8?B?5aSn?= =?utf-8?B?6Ziq?= x") == "Re: 大阪 x");
}

TEST_CASE("a character cut by the boundary of encoded words is put together")
{
    CHECK(subject("=?UTF-8?Q?a=E5?=\n =?UTF-8?Q?=A4=A7?=") == "a大");
    CHECK(subject("=?UTF-8?B?5a?= =?UTF-8?B?Sn?=") == "大");
}

TEST_CASE("broken encoded words are read as far as they can be")
{
    CHECK(subject("=?utf-8?Q?with blanks inside?=") == "with blanks inside");
    CHECK(subject("=?utf-8?Q?no end") == "=?utf-8?Q?no end");
    CHECK(subject("=?x-unheard-of?Q?caf=E9?=") == "café");
    CHECK(subject("=??Q?a?=") == "=??Q?a?=");
    for (const char* const text :
         {"=?utf-8?B?!!!?=", "=?utf-8?Q?=FF=FE?=", "=?utf-8?X?a?=", "=?utf-8?B?5?=", "=?iso-2022-jp?B?GyRC?="}) {
        CAPTURE(text);
        CHECK(is_valid_utf8(subject(text)));
    }
}

TEST_CASE("O03 what decodes to control characters keeps them and NUL does not survive")
{
    CHECK(subject("=?utf-8?Q?=1B[2J=0D=0AX?=") == "\x1b[2J\r\nX");
    CHECK(subject("=?utf-8?Q?a=00b?=").find('\0') == std::string::npos);
    CHECK(summarize(std::string_view{"Subject: a\0b\n\n", 14}).subject == "ab");
}

TEST_CASE("old mail is read in its own charset")
{
    const Summary japanese = summarize(data("mail/iso-2022-jp.eml"));
    REQUIRE(japanese.from.size() == 1);
    CHECK(japanese.from[0].name == "大阪支店");
    CHECK(japanese.subject == "見積書の件");
    const Summary chinese = summarize(data("mail/big5.eml"));
    REQUIRE(chinese.from.size() == 1);
    CHECK(chinese.from[0].name == "王小明");
    CHECK(chinese.subject == "會議通知");
}

TEST_CASE("8-bit fields are UTF-8 or the charset of the body or else a guess")
{
    const Summary utf8 = summarize(data("mail/utf8-header.eml"));
    REQUIRE(utf8.from.size() == 1);
    CHECK(utf8.from[0].name == "大阪");
    CHECK(utf8.from[0].address == "用户@例え.jp");
    REQUIRE(utf8.to.size() == 1);
    CHECK(utf8.to[0].address == "zoë@example.org");
    CHECK(utf8.subject == "Grüße – 挨拶");
    CHECK_FALSE(utf8.subject_raw);

    const Summary russian = summarize(data("mail/koi8-r-raw.eml"));
    CHECK(russian.subject == "Привет из Москвы");
    REQUIRE(russian.from.size() == 1);
    CHECK(russian.from[0].name == "Иван");
    CHECK(russian.from[0].address == "ivan@example.com");

    const Summary western = summarize(data("mail/windows-1252-raw.eml"));
    CHECK(western.subject == "Café “Zum Bären” € 12");
    REQUIRE(western.from.size() == 1);
    CHECK(western.from[0].name == "José Nuñez");
    CHECK(western.subject_raw == "Caf\xe9 \x93Zum B\xe4ren\x94 \x80 12");

    CHECK(subject("\x1b$B8+@Q=q\x1b(B 3") == "見積書 3");
}

TEST_CASE("dates are read in their zones and broken or absurd ones are none")
{
    CHECK(date("Sat, 21 Nov 2026 09:15:00 +0100") == "2026-11-21T08:15:00Z");
    CHECK(date("21 Nov 97 09:55:06 GMT") == "1997-11-21T09:55:06Z");
    CHECK(date("Sat, 1 Jan 2000 00:00:00 -0000 (UTC)") == "2000-01-01T00:00:00Z");
    CHECK(date("Mon Nov  3 10:00:00 2019") == "2019-11-03T10:00:00Z");
    for (const char* const text :
         {"", "yesterday", "Mon, 99 Jan 2020 10:00:00 +0000", "31 Feb 2020 10:00:00 +0000", "1 Jan 2020 25:00:00 +0000",
          "Thu, 01 Jan 1970 00:00:00 +0000", "Tue, 1 Jan 1904 00:00:00 +0000", "Tue, 1 Jan 9999 00:00:00 +0000",
          "1 Jan 99999999999999999999 10:00:00 +0000"}) {
        CAPTURE(text);
        CHECK(date(text) == "none");
    }
}

TEST_CASE("a message id is what stands in angle brackets or all of it")
{
    CHECK(message_id("<1@example.org>") == "1@example.org");
    CHECK(message_id(" < 1@example.org > (comment)") == "1@example.org");
    CHECK(message_id("1@example.org") == "1@example.org");
    CHECK(message_id("<1@example.org") == "1@example.org");
    CHECK(message_id("").empty());
    CHECK(is_valid_utf8(message_id("<\xff@x>")));
    CHECK(message_id("<" + repeated("x", 5'000) + ">").size() < 1'100);
}

TEST_CASE("O08 a Subject of 1 MiB is cut with a mark")
{
    const auto cut = subject(repeated("x", 1U << 20U));
    CHECK(cut.size() == 4'096 + 3);
    CHECK(cut.ends_with("x…"));
    const auto folded = subject(repeated("大\n ", 1U << 18U));
    CHECK(folded.size() <= 4'096 + 3);
    CHECK(folded.ends_with("…"));
    CHECK(is_valid_utf8(folded));
    // Much encoding for little text: still marked.
    const auto words = subject(repeated("=?utf-8?Q?=41?= ", 1U << 16U));
    CHECK(words.starts_with("AAAA"));
    CHECK(words.ends_with("…"));
    const auto raw = summarize("Subject: " + repeated("\xe9", 1U << 20U) + "\n\n");
    CHECK(raw.subject.ends_with("é…"));
    REQUIRE(raw.subject_raw);
    CHECK(raw.subject_raw->size() == 4'096);
}

TEST_CASE("O08 what stands behind ten thousand Received fields is found within the limit and not beyond it")
{
    const auto behind = [](std::size_t count) {
        return summarize(repeated("Received: from a.example by b.example\n", count) + "Subject: here\n\n").subject;
    };
    CHECK(behind(5'000) == "here");
    CHECK(behind(10'000).empty());
    CHECK(summarize(data("awkward/many_received.eml")).subject.size() > 0);
}

TEST_CASE("hostile fields cost no more time and stack than others")
{
    for (const char* const pattern :
         {"a:", "a,", "(", "\"", "<", "a@b,", "\\", "=?", "=?utf-8?Q?a?= ", "=?iso-2022-jp?B?GyRC?= ", ";", "\x1b$B",
          "\xff", "\n ", "\r", "[", "a@b (", ",;"}) {
        const std::string value = repeated(pattern, 200'000);
        const Summary summary = summarize("From: " + value + "\n\n");
        summarize("Subject: " + value + "\n\n");
        summarize("To: " + value + "\n\n");
        summarize("Date: " + value + "\n\n");
        summarize("Message-ID: " + value + "\n\n");
        summarize("Content-Type: text/plain; charset=" + value + "\nSubject: \xe9\n\n");
        CHECK(summary.from.size() <= 1'000);
    }
}

TEST_CASE("every octet in every field leaves valid UTF-8")
{
    for (unsigned octet = 0; octet < 256; ++octet) {
        const std::string value = std::string{"a"} + static_cast<char>(octet) + "b";
        const Summary summary = summarize("From: " + value + "\nTo: " + value + " <x@y>\nSubject: " + value +
                                          "\nDate: " + value + "\nMessage-ID: <" + value + ">\n\n");
        CAPTURE(octet);
        CHECK(is_valid_utf8(summary.subject));
        CHECK(is_valid_utf8(summary.message_id));
        for (const auto& address : summary.from) CHECK((is_valid_utf8(address.name) && is_valid_utf8(address.address)));
        for (const auto& address : summary.to) CHECK((is_valid_utf8(address.name) && is_valid_utf8(address.address)));
    }
}

TEST_CASE("summaries can be made in several threads at once")
{
    std::vector<std::string> subjects(4);
    std::vector<std::thread> threads;
    for (auto& result : subjects) {
        threads.emplace_back([&result] {
            for (int i = 0; i < 100; ++i) result = subject("=?iso-2022-jp?B?GyRCOCtAUT1xJE43bxsoQg==?=");
        });
    }
    for (auto& thread : threads) thread.join();
    for (const auto& result : subjects) CHECK(result == "見積書の件");
}

TEST_CASE("real mail has senders and subjects and dates")
{
    std::size_t complete = 0;
    for (int number = 1; number <= 200; ++number) {
        const std::string digits = std::to_string(1000 + number).substr(1);
        const Summary summary = summarize(data("spamassassin/" + digits + ".eml"));
        if (!summary.from.empty() && !summary.subject.empty() && summary.date) ++complete;
        CHECK(is_valid_utf8(summary.subject));
    }
    CHECK(complete >= 190);
}
