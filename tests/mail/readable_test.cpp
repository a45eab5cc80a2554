#include <popfetch/mail/summary.hpp>

#include <fstream>
#include <iterator>

#include <popfetch/base/printable.hpp>

#include "support/catch.hpp"

using popfetch::base::is_valid_utf8;
using popfetch::mail::read;
using popfetch::mail::Readable;

namespace {

std::string data(const std::string& name)
{
    std::ifstream file{TEST_DATA "/" + name, std::ios::binary};
    REQUIRE(file);
    return {std::istreambuf_iterator<char>{file}, {}};
}

std::string with_crlf(const std::string& text)
{
    std::string result;
    for (const char c : text) result += c == '\n' ? std::string{"\r\n"} : std::string{c};
    return result;
}

/// A part inside a part inside a part.
std::string nested(int levels)
{
    std::string text;
    for (int level = 0; level < levels; ++level) {
        const std::string mark = "b" + std::to_string(level);
        text += "Content-Type: multipart/mixed; boundary=" + mark + "\n\n--" + mark + "\n";
    }
    return text + "Content-Type: text/plain\n\ninnermost\n";
}

}

TEST_CASE("a plain message is its text and its header")
{
    const Readable message = read("From: a@b\nCc: c@d\nSubject: S\n\nline one\nline two\n");
    CHECK(message.text == "line one\nline two\n");
    CHECK(message.summary.subject == "S");
    REQUIRE(message.cc.size() == 1);
    CHECK(message.cc[0].address == "c@d");
    CHECK(message.attachments.empty());
    CHECK_FALSE(message.from_html);
}

TEST_CASE("text is decoded from its charset and its transfer encoding")
{
    CHECK(read(data("mail/iso-2022-jp.eml")).text == "お世話になっております。\n");
    CHECK(read(data("mail/big5.eml")).text == "明天下午三點開會。\n");
    CHECK(read(data("mail/koi8-r-raw.eml")).text == "Добрый день!\n");
    CHECK(read(data("mail/windows-1252-raw.eml")).text == "Grüße – bis bald\n");
    CHECK(read(data("mail/utf8-header.eml")).text == "Grüße\n");
}

TEST_CASE("of alternatives the plain one is shown and an invitation is listed")
{
    const Readable message = read(data("mail/alternative.eml"));
    CHECK(message.text == "As plain tëxt, with a long line that goes on behind a soft line break\n");
    CHECK_FALSE(message.from_html);
    REQUIRE(message.attachments.size() == 1);
    CHECK(message.attachments[0].media_type == "text/calendar");
    CHECK(message.attachments[0].name == "invite.ics");
}

TEST_CASE("HTML is shown where the plain alternative is blank")
{
    const Readable message = read(data("mail/empty-plain.eml"));
    CHECK(message.text == "Hello World\n");
    CHECK(message.from_html);
    REQUIRE(message.attachments.size() == 1);
    CHECK(message.attachments[0].name == "logo.png");
    CHECK(message.attachments[0].media_type == "image/png");
    CHECK(message.attachments[0].size == 8);
}

TEST_CASE("attachments are listed with their decoded names and sizes")
{
    const Readable message = read(data("mail/attachments.eml"));
    CHECK(message.text == "See attached.\n\nFooter of the list\n");
    REQUIRE(message.attachments.size() == 3);
    CHECK(message.attachments[0].name == "見積書.pdf");
    CHECK(message.attachments[0].media_type == "application/pdf");
    CHECK(message.attachments[0].size == 1'009);
    CHECK(message.attachments[1].name == "Grüße.txt");
    CHECK(message.attachments[2].media_type == "message/rfc822");
    REQUIRE(message.cc.size() == 1);
    CHECK(message.cc[0].name == "Böb");
}

TEST_CASE("line ends of the wire and an mbox line in front make no difference")
{
    const std::string plain = data("mail/attachments.eml");
    CHECK(read(with_crlf(plain)).text == read(plain).text);
    CHECK(read("From x Sat Nov 21 08:15:00 2026\n" + plain).text == read(plain).text);
    CHECK(read(">From x Sat Nov 21 08:15:00 2026\n" + plain).text == read(plain).text);
    CHECK(read(with_crlf(plain)).attachments.size() == 3);
}

TEST_CASE("a message whose sender left out the empty line behind the header has its body shown")
{
    for (const std::string end : {"\n", "\r\n"}) {
        CHECK(read("Subject: a" + end + "hello there" + end + end + "and more" + end).text ==
              "hello there\n\nand more\n");
        CHECK(read("only text" + end).text == "only text\n");
        CHECK(read(">From x" + end + "Subject: a" + end + "12:30 is the time" + end).summary.subject == "a");
    }
    const std::string with_rubbish = "Subject: a\nrubbish\nContent-Type: text/html\n\n<p>hello</p>\n";
    CHECK(read(with_rubbish).text == "hello\n");
}

TEST_CASE("a message that was cut off shows what is there")
{
    CHECK(read(data("mail/no-final-boundary.eml")).text == "The line broke he\n");
    CHECK(read("").text.empty());
    CHECK(read("Subject: no body").text.empty());
    CHECK(read("\n\n").text.empty());
    CHECK(read("From ").text.empty());
}

TEST_CASE("text beyond a mebibyte is cut and said so")
{
    const Readable message = read("Subject: x\n\n" + std::string(3U << 20U, 'x') + "\n");
    CHECK(message.text.size() < (1U << 20U) + 200);
    CHECK(message.text.ends_with("x\n\n[the text is longer than 1M: the rest is not shown]\n"));
}

TEST_CASE("five hundred parts are read and the others are mentioned")
{
    std::string text = "Content-Type: multipart/mixed; boundary=b\n\n";
    for (int i = 0; i < 2'000; ++i) text += "--b\nContent-Type: application/x\n\nx\n";
    const Readable message = read(text + "--b--\n");
    CHECK(message.attachments.size() == 499);
    CHECK(message.text == "[more than 500 parts: the others are not shown]\n");
}

TEST_CASE("parts within parts are read to a bounded depth")
{
    CHECK(read(nested(10)).text == "innermost\n");
    CHECK(read(nested(500)).text == "[parts within parts within parts: the innermost are not shown]\n");
    CHECK(read(nested(5'000)).text == "[parts within parts within parts: the innermost are not shown]\n");
}

TEST_CASE("a message with more boundaries than anybody writes is not read to its end")
{
    std::string text = nested(1'000);
    while (text.size() < (2U << 20U)) text += "--\n";
    CHECK(read(text).text.ends_with(
        "[the message is very long, or has very many boundaries or header lines: the rest was not looked at]\n"));
    std::string honest;
    for (int i = 0; i < 40'000; ++i) honest += "-- a comment\n";
    CHECK(read("Content-Type: text/plain\n\n" + honest).text == honest);
}

TEST_CASE("a message within a message stays closed whatever it holds")
{
    std::string inner = "To: ";
    for (int i = 0; i < 300'000; ++i) inner += "a:";
    for (const char* const type :
         {"message/rfc822", "message/global", "message/news", "message/partial", "message/external-body"}) {
        const std::string headers = "Content-Type: " + std::string{type} + "\n\n" + inner + "\n\nbody\n";
        CAPTURE(type);
        CHECK(read(headers).attachments.size() == 1);
        CHECK(read("Content-Type: multipart/mixed; boundary=b\n\n--b\n" + headers + "--b--\n").attachments.size() == 1);
        CHECK(read("Content-Type: multipart/digest; boundary=b\n\n--b\n\n" + inner + "\n\nx\n--b--\n")
                  .attachments.size() == 1);
    }
    CHECK(read(inner + "\n\nbody\n").text == "body\n");
}

TEST_CASE("names of attachments are valid UTF-8 and bounded")
{
    const auto name_of = [](const std::string& name) {
        return read("Content-Type: application/x; name=\"" + name + "\"\n\nx\n").attachments.at(0).name;
    };
    CHECK(is_valid_utf8(name_of("\xff\xfe")));
    CHECK(name_of(std::string(10'000, 'x')).size() <= 258);
    CHECK(name_of("../../etc/passwd") == "../../etc/passwd"); // a name to show, not a path to open
}

TEST_CASE("awkward and real mail is read without an error")
{
    for (const char* const name :
         {"all_dots", "bare_cr", "dots", "eight_bit", "escape", "from_lines", "large", "lines_998", "long_line",
          "many_newlines", "many_received", "no_final_newline", "no_header", "nul", "one_newline", "only_headers",
          "replies", "space_lines", "utf8_header"}) {
        CAPTURE(name);
        CHECK(is_valid_utf8(read(data("awkward/" + std::string{name} + ".eml")).text));
    }
    std::size_t with_text = 0;
    for (int number = 1; number <= 200; ++number) {
        const Readable message = read(data("spamassassin/" + std::to_string(1000 + number).substr(1) + ".eml"));
        CHECK(is_valid_utf8(message.text));
        if (!message.text.empty()) ++with_text;
    }
    CHECK(with_text >= 195);
}
