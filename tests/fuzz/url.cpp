// POP URLs (RFC 2384), and the other short texts that people write: sizes, durations, delete rules, delivery targets.

#include <popfetch/base/units.hpp>
#include <popfetch/config/configuration.hpp>
#include <popfetch/config/url.hpp>

#include "target.hpp"

using namespace popfetch;

namespace {

void check_url(std::string_view text)
{
    fuzz::passes([&] {
        const auto account = config::parse_url(text);
        fuzz::require(config::looks_like_url(text), "a URL looks like one");
        fuzz::require(!account.dial.host.empty() && account.dial.port > 0, "there is somebody to connect to");
        fuzz::require(account.user.find_first_of(std::string_view{"\r\n\0", 3}) == std::string::npos,
                      "a user is one line");
        fuzz::require(account.tls_mode != config::TlsMode::none, "a URL never means a clear line");
        fuzz::require(config::ledger_path("/state", account).parent_path() == "/state",
                      "its ledger lies in the state folder");
    });
}

}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string_view text{reinterpret_cast<const char*>(data), size};
    check_url(text);
    if (const auto plain = config::percent_decoded(text))
        fuzz::require(plain->size() <= size, "decoding makes shorter");
    fuzz::passes([&] { config::to_text(config::parse_delete_rule(text)); });
    fuzz::passes([&] { fuzz::require(!delivery::to_text(delivery::parse_spec(text)).empty(), "a target has a text"); });
    if (const auto duration = base::parse_duration(text))
        fuzz::require(base::parse_duration(base::format_duration(*duration)) == duration, "a duration comes back");
    if (const auto octets = base::parse_size(text))
        fuzz::require(base::format_size(*octets).size() <= 5, "a size is short");
    return 0;
}
