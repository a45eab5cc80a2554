#include <popfetch/mail/summary.hpp>

#include <stdexcept>
#include <vector>

#include "support/catch.hpp"

using popfetch::base::StringSink;
using popfetch::mail::Attachment;
using popfetch::mail::Pour;
using popfetch::mail::read;
using popfetch::mail::take_attachments;

namespace {

const std::string letter = "Content-Type: multipart/mixed; boundary=b\n\n"
                           "--b\nContent-Type: text/plain\n\nSee below.\n"
                           "--b\nContent-Type: application/octet-stream\n"
                           "Content-Disposition: attachment; filename=\"a.bin\"\n"
                           "Content-Transfer-Encoding: base64\n\nAAEC/w0KLg==\n"
                           "--b\nContent-Type: text/csv\nContent-Disposition: attachment; filename=\"../b.csv\"\n"
                           "Content-Transfer-Encoding: quoted-printable\n\n=41;=42\n"
                           "--b--\n";

struct Taken {
    std::string name, octets;
};

std::vector<Taken> taken_from(std::string_view message)
{
    std::vector<Taken> taken;
    CHECK(take_attachments(message, [&](const Attachment& attachment, const Pour& pour) {
        StringSink sink;
        pour(sink);
        CHECK(sink.text.size() == attachment.size);
        taken.push_back({attachment.name, sink.text});
    }));
    return taken;
}

}

TEST_CASE("attachments are taken octet by octet, and the text is none of them")
{
    const auto taken = taken_from(letter);
    REQUIRE(taken.size() == 2);
    CHECK(taken[0].name == "a.bin");
    CHECK(taken[0].octets == std::string("\0\1\2\xff\r\n.", 7));
    CHECK(taken[1].name == "../b.csv");
    CHECK(taken[1].octets == "A;B");
    CHECK(read(letter).attachments.size() == taken.size());
}

TEST_CASE("a message without attachments, or without anything, has none to take")
{
    CHECK(taken_from("Subject: a\n\nb\n").empty());
    CHECK(taken_from("").empty());
}

TEST_CASE("more parts than are looked at are told of")
{
    std::string many = "Content-Type: multipart/mixed; boundary=b\n\n";
    for (int part = 0; part < 600; ++part) many += "--b\nContent-Type: image/png\n\nx\n";
    CHECK_FALSE(take_attachments(many + "--b--\n", [](const Attachment&, const Pour&) {}));
}

TEST_CASE("what the taker throws comes out")
{
    CHECK_THROWS_AS(take_attachments(letter, [](const Attachment&, const Pour&) { throw std::runtime_error{"full"}; }),
                    std::runtime_error);
}
