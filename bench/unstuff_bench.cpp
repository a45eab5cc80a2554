// How fast the bytes of a message pass from the line reader's buffer to a sink: GB/s of input, the best of many rounds,
// with memcpy of the same bytes beside it.
//
//     cmake --build --preset release --target unstuff_bench && build/release/bench/unstuff_bench

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <functional>
#include <random>
#include <string>
#include <string_view>

#include <popfetch/pop3/unstuff.hpp>

namespace base = popfetch::base;
namespace net = popfetch::net;
namespace pop3 = popfetch::pop3;

namespace {

constexpr std::size_t total = std::size_t{16} << 20;
constexpr std::size_t arrival = std::size_t{256} << 10; // what the line reader hands over at a time

class Counter final : public base::ByteSink {
public:
    void write(std::string_view bytes) override { size += bytes.size(); }
    std::size_t size = 0;
};

// Repeats what `line` makes until there are `total` bytes, and ends the message.
std::string message(const std::function<void(std::string&)>& line)
{
    std::string text;
    text.reserve(total + 4096);
    while (text.size() < total) line(text);
    return text += ".\r\n";
}

double gigabytes_per_second(std::size_t bytes, const std::function<void()>& work)
{
    double best = 0;
    for (int round = 0; round < 60; ++round) {
        const auto start = std::chrono::steady_clock::now();
        work();
        const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - start;
        best = std::max(best, static_cast<double>(bytes) / taken.count() / 1e9);
    }
    return best;
}

void unstuff(std::string_view text)
{
    pop3::Unstuffer unstuffer{net::LineEnding::crlf};
    Counter counter;
    std::size_t at = 0;
    while (!unstuffer.done()) at += unstuffer.feed(text.substr(at, arrival), counter);
    if (at != text.size()) std::puts("the terminator was missed");
}

// The same movement without looking at the bytes.
void copy(std::string_view text, char* into)
{
    for (std::size_t at = 0; at < text.size(); at += 65536) {
        const auto piece = text.substr(at, 65536);
        std::memcpy(into, piece.data(), piece.size());
        asm volatile("" : : "r"(into) : "memory");
    }
}

void measure(const char* name, const std::string& text)
{
    static char buffer[65536];
    const auto unstuffed = gigabytes_per_second(text.size(), [&] { unstuff(text); });
    const auto copied = gigabytes_per_second(text.size(), [&] { copy(text, buffer); });
    std::printf("%-28s %6.2f GB/s   memcpy %6.2f GB/s\n", name, unstuffed, copied);
}

}

int main()
{
    std::mt19937 random{1939};
    std::uniform_int_distribution<std::size_t> prose{0, 78};
    measure("prose, lines of 0 to 78", message([&](std::string& text) {
                text.append(prose(random), 'e');
                text += "\r\n";
            }));
    measure("base64, lines of 76", message([](std::string& text) { text.append(76, 'A').append("\r\n"); }));
    measure("one line", message([](std::string& text) { text.append(total, 'A').append("\r\n"); }));
    measure("every line begins with a dot",
            message([](std::string& text) { text.append("..").append(70, 'd').append("\r\n"); }));
    measure("only dots", message([](std::string& text) { text += "..\r\n"; }));
    measure("only line ends", message([](std::string& text) { text += "\r\n"; }));
    measure("only lone line feeds", message([](std::string& text) { text.append(76, '\n').append("\r\n"); }));
}
