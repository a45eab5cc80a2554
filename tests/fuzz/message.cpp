// A message, as people and scripts are shown it (module mail, `show`, `list`): valid UTF-8 throughout, JSON that can be
// read, and never a control character on a terminal.

#include <nlohmann/json.hpp>
#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#include <sanitizer/lsan_interface.h>
#endif
#endif

#include "cli/readable.hpp"
#include "target.hpp"

#include <popfetch/mail/summary.hpp>
#include <popfetch/output/format.hpp>

using namespace popfetch;

namespace {

void check(std::string_view text)
{
    fuzz::require(base::is_valid_utf8(text), "text is UTF-8");
    fuzz::require(text.find('\0') == std::string_view::npos, "text has no NUL");
}

void check(const std::vector<mail::Address>& addresses)
{
    fuzz::require(addresses.size() <= 1000, "addresses have an end");
    for (const auto& address : addresses) {
        check(address.name);
        check(address.address);
    }
}

void check(const mail::Summary& summary)
{
    check(summary.from);
    check(summary.to);
    check(summary.subject);
    check(summary.message_id);
    fuzz::require(summary.subject.size() <= 4100, "a subject has an end");
}

}

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
// What GMime loses once when it is started (support/sanitizer_options.cpp) is lost here, for stacks are cut short while fuzzing.
extern "C" int LLVMFuzzerInitialize(int*, char***)
{
    const __lsan::ScopedDisabler disabler;
    mail::summarize("From: a@example.org\n");
    return 0;
}
#endif
#endif

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const fuzz::Input input{data, size};
    check(mail::summarize(input.rest()));
    const auto readable = mail::read(input.rest());
    check(readable.summary);
    check(readable.cc);
    check(readable.text);
    fuzz::require(readable.attachments.size() <= 501, "attachments have an end");
    for (const auto& attachment : readable.attachments) check(attachment.name + attachment.media_type);

    fuzz::require(fuzz::is_for_terminals(cli::readable_text(input.rest())), "what is shown is printable");
    const auto json = output::to_json_line(cli::readable_record({1, size, "uid"}, input.rest(), true));
    fuzz::require(fuzz::is_for_terminals(json), "JSON is printable");
    fuzz::require(nlohmann::json::parse(json)["text"].is_string(), "JSON can be read");
    return 0;
}
