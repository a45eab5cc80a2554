// mboxrd quoting, cut anywhere: equal to a slow reference, and taking one ">" away gives the message back. Input: a
// line of lengths for the pieces, then the message.

#include "delivery/mbox_format.hpp"
#include "target.hpp"

using namespace popfetch;

namespace {

bool needs_quote(std::string_view line)
{
    return line.substr(std::min(line.find_first_not_of('>'), line.size())).starts_with("From ");
}

// `change` gives each line its new beginning.
template<typename Change>
std::string line_by_line(std::string_view text, Change change)
{
    std::string result;
    while (!text.empty()) {
        const auto end = std::min(text.find('\n'), text.size() - 1) + 1;
        result += change(text.substr(0, end));
        text.remove_prefix(end);
    }
    return result;
}

std::string quoted(std::string_view message)
{
    auto text =
        line_by_line(message, [](std::string_view line) { return (needs_quote(line) ? ">" : "") + std::string{line}; });
    if (!text.empty() && !text.ends_with('\n')) text += '\n';
    return text + '\n';
}

std::string unquoted(std::string_view text)
{
    return line_by_line(text, [](std::string_view line) {
        return std::string{line.substr(line.starts_with('>') && needs_quote(line) ? 1 : 0)};
    });
}

}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    fuzz::Input input{data, size};
    const auto lengths = input.up_to('\n');
    base::StringSink sink;
    delivery::MboxQuoter quoter{sink};
    for (const auto& piece : fuzz::cut(input.rest(), lengths)) quoter.write(piece);
    quoter.finish();
    fuzz::require(sink.text == quoted(input.rest()), "quoted as the slow reference does");

    std::string message{input.rest()};
    if (!message.empty() && !message.ends_with('\n')) message += '\n';
    fuzz::require(unquoted(sink.text) == message + '\n', "one quote less is the message");
    fuzz::require(("\n" + sink.text).find("\nFrom ") == std::string::npos, "no line can be taken for the next message");

    const auto line = delivery::from_line(delivery::sender_in(input.rest()), {});
    fuzz::require(line.starts_with("From ") && line.find('\n') == line.size() - 1, "a From line is one line");
    return 0;
}
