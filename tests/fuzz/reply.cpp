// Status lines, and what CAPA announces (RFC 1939 §3, RFC 2449).

#include <popfetch/base/ascii.hpp>
#include <popfetch/pop3/capabilities.hpp>
#include <popfetch/pop3/error.hpp>

#include "target.hpp"

using namespace popfetch;

namespace {

void parse(std::string_view line)
{
    const auto reply = pop3::parse_reply(line);
    if (!reply) return;
    const auto mark = reply->ok ? std::string_view{"+OK"} : std::string_view{"-ERR"};
    fuzz::require(base::starts_with_ignoring_case(line, mark), "a reply begins with what it is");
    fuzz::require(line.find(reply->text) != std::string_view::npos, "the text is the line's own");
    fuzz::require(reply->code.empty() || reply->has_code(reply->code), "a code is its own beginning");
    fuzz::passes([&] { throw pop3::Refused{"RETR 1", *reply}; });
}

}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    fuzz::Input input{data, size};
    pop3::Capabilities capabilities;
    while (!input.empty()) {
        const auto line = input.up_to('\n');
        parse(line);
        capabilities.add_line(line);
    }
    fuzz::require(pop3::Capabilities::from_text(capabilities.to_text()) == capabilities,
                  "what a server announced comes back from the ledger");
    fuzz::require(together(capabilities, {}).sasl == capabilities.sasl, "nothing is announced by saying nothing");
    return 0;
}
