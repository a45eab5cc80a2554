#include <popfetch/mail/summary.hpp>

#include <popfetch/base/ascii.hpp>
#include <popfetch/base/printable.hpp>

#include "address.hpp"
#include "charset.hpp"
#include "gmime.hpp"
#include "header.hpp"
#include "header_fields.hpp"

namespace popfetch::mail {

namespace {

// Octets. Longer fields are written by nobody but attackers and broken programs (FAULTS O08).
constexpr std::size_t longest_text_field = std::size_t{16} * 1024, longest_address_field = std::size_t{64} * 1024;
constexpr std::size_t longest_subject = 4096, longest_message_id = 998; // RFC 5322 §2.1.1: a line

// Mail is younger than 1971, and year 1970 is a clock that was never set; nobody means a date beyond 2199.
constexpr base::WallTime earliest = std::chrono::sys_days{std::chrono::year{1971} / 1 / 1};
constexpr base::WallTime latest = std::chrono::sys_days{std::chrono::year{2200} / 1 / 1};

struct FreeDate {
    void operator()(GDateTime* date) const noexcept { g_date_time_unref(date); }
};

void read_subject(const Header& header, const std::string& charset, Summary& summary)
{
    const auto raw = header.find("Subject", longest_text_field);
    if (!raw) return;
    if (!base::is_valid_utf8(raw->octets)) summary.subject_raw = raw->octets.substr(0, longest_subject);
    summary.subject = shortened(decoded(header_to_utf8(raw->octets, charset)), longest_subject);
    if (raw->cut && !summary.subject.ends_with("…")) summary.subject += "…";
}

std::optional<base::WallTime> read_date(const Header& header)
{
    const auto text = header.find("Date", 200);
    if (!text) return std::nullopt;
    const std::unique_ptr<GDateTime, FreeDate> date{g_mime_utils_header_decode_date(text->octets.c_str())};
    if (!date) return std::nullopt;
    const base::WallTime time{std::chrono::seconds{g_date_time_to_unix(date.get())}};
    if (time < earliest || time >= latest) return std::nullopt;
    return time;
}

std::string read_message_id(const Header& header)
{
    const auto field = header.find("Message-ID", longest_text_field);
    if (!field) return {};
    std::string_view id = base::trim(field->octets);
    const std::size_t open = id.find('<');
    if (open != std::string_view::npos) id = id.substr(open + 1);
    id = base::trim(id.substr(0, id.find('>')));
    return shortened(base::valid_utf8(id), longest_message_id);
}

}

std::string decoded(const std::string& utf8)
{
    const Options options = lenient_options();
    const Text text{g_mime_utils_header_decode_text(options.get(), utf8.c_str())};
    return text ? base::valid_utf8(text.get()) : std::string{};
}

std::vector<Address> read_addresses(const Header& header, std::string_view name, const std::string& charset)
{
    const auto raw = header.find(name, longest_address_field);
    if (!raw) return {};
    return parse_addresses(header_to_utf8(raw->octets, charset));
}

Summary summarize(const Header& header)
{
    const std::string charset = header.charset();
    Summary summary;
    summary.from = read_addresses(header, "From", charset);
    summary.to = read_addresses(header, "To", charset);
    read_subject(header, charset, summary);
    summary.date = read_date(header);
    summary.message_id = read_message_id(header);
    return summary;
}

Summary summarize(std::string_view head) { return summarize(Header{head}); }

}
