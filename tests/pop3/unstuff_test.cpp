#include <popfetch/pop3/unstuff.hpp>

#include <cstdint>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "support/catch.hpp"
#include "support/memory_stream.hpp"

namespace base = popfetch::base;
namespace net = popfetch::net;
namespace pop3 = popfetch::pop3;
namespace test = popfetch::test;
using net::LineEnding;
using pop3::Unstuffer;

namespace {

struct Result {
    std::string text;
    std::uint64_t octets = 0;
    std::size_t used = 0;
    bool done = false;
    bool operator==(const Result&) const = default;
};

std::ostream& operator<<(std::ostream& out, const Result& result)
{
    return out << result.text.size() << " bytes, " << result.octets << " octets, " << result.used << " used, done "
               << result.done << ": " << result.text.substr(0, 80);
}

// The slow reference: lines as RFC 1939 §3 describes them, one after another. Takes a whole reply.
Result reference(std::string_view input, LineEnding ending)
{
    const std::string_view eol = ending == LineEnding::crlf ? "\r\n" : "\n";
    Result result;
    while (true) {
        const auto end = input.find(eol, result.used);
        if (end == input.npos) return result; // not a whole reply
        auto line = input.substr(result.used, end - result.used);
        result.used = end + eol.size();
        if (line == ".") {
            result.done = true;
            return result;
        }
        if (line.starts_with('.')) line.remove_prefix(1);
        result.text.append(line).append("\n");
        result.octets += line.size() + 2;
    }
}

// Feeds pieces as a line reader would: what stays unconsumed is given again with the next piece behind it.
Result unstuff(const std::vector<std::string>& pieces, LineEnding ending)
{
    Unstuffer unstuffer{ending};
    base::StringSink sink;
    Result result;
    std::string waiting;
    for (const auto& piece : pieces) {
        waiting += piece;
        const auto used = unstuffer.feed(waiting, sink);
        result.used += used;
        waiting.erase(0, used);
        if (unstuffer.done()) break;
        CHECK(waiting.size() <= 2);
    }
    result.text = sink.text;
    result.octets = unstuffer.octets();
    result.done = unstuffer.done();
    return result;
}

Result unstuff(std::string_view input, LineEnding ending) { return unstuff(std::vector{std::string{input}}, ending); }

std::string stuffed(std::string_view message, std::string_view eol)
{
    std::string wire;
    while (!message.empty()) {
        const auto end = message.find('\n');
        const auto line = message.substr(0, end);
        if (line.starts_with('.')) wire += '.';
        wire.append(line).append(eol);
        message.remove_prefix(end + 1);
    }
    return wire.append(".").append(eol);
}

const std::string_view crlf_replies[] = {
    ".\r\n",
    "\r\n.\r\n",
    "Subject: hi\r\n\r\nText.\r\n.\r\n",
    "..\r\n...\r\n..x\r\n.. \r\n.\r\n",
    "+OK 3\r\n-ERR no\r\n+ \r\n.\r\n",
    "one\n.\ntwo\n.\r\nthree\r\n.\r\n",
    "a\rb\nc\r\rd\r\r\n\n\r\n.\r\n",
    ".\rx\r\n.\n.\r\n..\r\r\n.\r\n",
    "no line end in sight but a dot .\r\n.\r\n+OK next reply\r\n",
    "\r\n\r\n\r\n\r\n.\r\n",
};

}

TEST_CASE("Dots are taken away and CRLF becomes LF")
{
    const auto result = unstuff("Subject: hi\r\n\r\n..\r\ntext\r\n.\r\n", LineEnding::crlf);
    CHECK(result.text == "Subject: hi\n\n.\ntext\n");
    CHECK(result.octets == 13 + 2 + 3 + 6);
    CHECK(result.done);
}

TEST_CASE("P09 exactly one leading dot is removed")
{
    CHECK(unstuff("..\r\n...\r\n..x\r\n.. \r\n.y\r\n.\r\n", LineEnding::crlf).text == ".\n..\n.x\n. \ny\n");
}

TEST_CASE("P09 dots that cannot have been stuffed are counted, and kept where that is wanted")
{
    const std::string_view wire = "..a\r\n.b\r\n.\r\n";
    const auto dubious_in = [](std::string_view text, pop3::Dots dots) {
        Unstuffer unstuffer{LineEnding::crlf, dots};
        base::StringSink sink;
        unstuffer.feed(text, sink);
        return std::pair{sink.text, unstuffer.dubious_dots()};
    };
    CHECK(dubious_in(wire, pop3::Dots::stuffed) == std::pair{std::string{".a\nb\n"}, std::uint64_t{2}});
    CHECK(dubious_in(wire, pop3::Dots::kept) == std::pair{std::string{"..a\n.b\n"}, std::uint64_t{0}});
    CHECK(dubious_in("..a\r\n...\r\n.\r\n", pop3::Dots::stuffed).second == 0);
}

TEST_CASE("P10 lines that look like replies are data")
{
    CHECK(unstuff("+OK\r\n-ERR\r\n+ \r\n.\r\n", LineEnding::crlf).text == "+OK\n-ERR\n+ \n");
}

TEST_CASE("P05 a dot between bare line feeds does not end a message of a CRLF session")
{
    const auto result = unstuff("a\n.\nb\n.\r\nc\r\n.\r\n", LineEnding::crlf);
    CHECK(result.text == "a\n.\nb\n.\nc\n");
    CHECK(result.octets == 9 + 3); // "a LF . LF b LF . CRLF", "c CRLF"
    CHECK(result.done);
}

TEST_CASE("P06 a session with bare line feeds ends its messages with LF dot LF")
{
    const auto result = unstuff("a\n..b\n\rc\r\n.\n+OK", LineEnding::lf);
    CHECK(result.text == "a\n.b\n\rc\r\n");
    CHECK(result.used == 15 - 3);
    CHECK(result.octets == 3 + 4 + 5);
    CHECK(result.done);
}

TEST_CASE("P11 text glued to the dot is no terminator")
{
    const auto result = unstuff("text.\r\n", LineEnding::crlf);
    CHECK_FALSE(result.done);
    CHECK(result.used == 7);
}

TEST_CASE("P12 an empty message is a terminator at once")
{
    const auto result = unstuff(".\r\nX", LineEnding::crlf);
    CHECK(result.done);
    CHECK(result.text.empty());
    CHECK(result.octets == 0);
    CHECK(result.used == 3);
}

TEST_CASE("P13 P14 NUL and lone CR and lone LF and CR CR LF stay as they are")
{
    const std::string wire{"a\0b\r\nc\rd\ne\r\r\n\0\r\n.\r\n", 19};
    const auto result = unstuff(wire, LineEnding::crlf);
    CHECK(result.text == std::string{"a\0b\nc\rd\ne\r\n\0\n", 13});
    CHECK(result.octets == wire.size() - 3);
    CHECK(result.done);
}

TEST_CASE("P15 a line of many megabytes passes in pieces of at most 64 KiB")
{
    class Pieces final : public base::ByteSink {
    public:
        void write(std::string_view bytes) override
        {
            largest = std::max(largest, bytes.size());
            total += bytes.size();
            ++count;
        }
        std::size_t largest = 0, total = 0, count = 0;
    } pieces;
    Unstuffer unstuffer{LineEnding::crlf};
    const std::string run(100'000, 'x');
    for (int i = 0; i < 100; ++i) CHECK(unstuffer.feed(run, pieces) == run.size());
    CHECK(unstuffer.feed("\r\n.\r\n", pieces) == 5);
    CHECK(unstuffer.done());
    CHECK(pieces.total == 10'000'001);
    CHECK(pieces.largest == 65536);
    CHECK(pieces.count < 170); // large pieces, though a few are cut a little short
}

TEST_CASE("P37 more than 4 GiB are counted")
{
    class Nowhere final : public base::ByteSink {
    public:
        void write(std::string_view) override {}
    } nowhere;
    Unstuffer unstuffer{LineEnding::crlf};
    const std::string block(std::size_t{16} << 20, 'x');
    for (int i = 0; i < 257; ++i) unstuffer.feed(block, nowhere);
    unstuffer.feed("\r\n.\r\n", nowhere);
    CHECK(unstuffer.done());
    CHECK(unstuffer.octets() == (std::uint64_t{257} << 24) + 2);
}

TEST_CASE("P44 wherever the network cuts the result is the same")
{
    for (const auto reply : crlf_replies) {
        const auto whole = reference(reply, LineEnding::crlf);
        REQUIRE(whole.done);
        CHECK(unstuff(reply, LineEnding::crlf) == whole);
        for (std::size_t at = 0; at <= reply.size(); ++at)
            CHECK(unstuff(test::cut_at(reply, at), LineEnding::crlf) == whole);
        for (std::size_t size = 1; size <= 7; ++size)
            CHECK(unstuff(test::in_pieces(reply, size), LineEnding::crlf) == whole);
    }
}

TEST_CASE("P44 likewise in a session with bare line feeds")
{
    for (const std::string_view reply : {".\n", "a\n..\n.b\n\r\n.\r\n.\n", "\n\n..\n.\nrest"}) {
        const auto whole = reference(reply, LineEnding::lf);
        REQUIRE(whole.done);
        CHECK(unstuff(reply, LineEnding::lf) == whole);
        for (std::size_t at = 0; at <= reply.size(); ++at)
            CHECK(unstuff(test::cut_at(reply, at), LineEnding::lf) == whole);
        CHECK(unstuff(test::in_pieces(reply, 1), LineEnding::lf) == whole);
    }
}

TEST_CASE("Every short reply over a nasty alphabet agrees with the reference")
{
    constexpr std::string_view alphabet = "\r\n.x";
    for (const auto ending : {LineEnding::crlf, LineEnding::lf}) {
        const std::string tail = ending == LineEnding::crlf ? "\r\n.\r\n" : "\n.\n";
        for (unsigned code = 0; code < 4096; ++code) { // all texts of six letters
            std::string reply;
            for (unsigned rest = code, i = 0; i < 6; ++i, rest /= 4) reply += alphabet[rest % 4];
            reply += tail;
            const auto whole = reference(reply, ending);
            REQUIRE(unstuff(reply, ending) == whole);
            REQUIRE(unstuff(test::in_pieces(reply, 1), ending) == whole);
            REQUIRE(unstuff(test::in_pieces(reply, 2), ending) == whole);
        }
    }
}

TEST_CASE("Random replies in random pieces agree with the reference")
{
    const auto seed = std::random_device{}();
    INFO("seed " << seed);
    std::mt19937 random{seed};
    const auto below = [&](std::size_t n) { return std::uniform_int_distribution<std::size_t>{0, n - 1}(random); };
    constexpr std::string_view words[] = {"\r\n",  "\r\n.", "\n", "\r", ".", "\n.", "\r\n..", "x", "some words of text",
                                          "\r\r\n"};

    for (int round = 0; round < 300; ++round) {
        std::string reply;
        const auto size = below(round % 10 == 0 ? 200'000 : 2000);
        while (reply.size() < size) {
            reply += words[below(std::size(words))];
            if (below(20) == 0) reply.append(below(5000), 'a');
        }
        reply += "\r\n.\r\n";
        std::vector<std::string> pieces;
        for (std::size_t at = 0; at < reply.size();) {
            const auto count = 1 + below(round % 2 ? 20 : 90'000);
            pieces.push_back(reply.substr(at, count));
            at += count;
        }
        REQUIRE(unstuff(pieces, LineEnding::crlf) == reference(reply, LineEnding::crlf));
    }
}

TEST_CASE("What was stuffed comes back as it was")
{
    const auto seed = std::random_device{}();
    INFO("seed " << seed);
    std::mt19937 random{seed};
    std::uniform_int_distribution<int> letter{0, 7};
    std::uniform_int_distribution<std::size_t> length{0, 3000};
    constexpr char letters[] = {'\n', '.', 'a', '\0', '\xff', '+', ' ', 'z'};
    for (int round = 0; round < 200; ++round) {
        std::string message;
        for (auto left = length(random); left > 0; --left) message += letters[letter(random)];
        if (!message.empty()) message += '\n';
        CHECK(unstuff(stuffed(message, "\r\n"), LineEnding::crlf).text == message);
        CHECK(unstuff(stuffed(message, "\n"), LineEnding::lf).text == message);
    }
}
