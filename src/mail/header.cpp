#include "header.hpp"

#include <algorithm>
#include <array>

#include <popfetch/base/ascii.hpp>

#include "charset.hpp"
#include "gmime.hpp"

namespace popfetch::mail {

namespace {

constexpr std::size_t longest_header = std::size_t{256} * 1024;

bool is_blank(char c) { return c == ' ' || c == '\t'; }

/// The next line without its end; `text` is moved past it.
std::string_view take_line(std::string_view& text)
{
    const std::size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (line.ends_with('\r')) line.remove_suffix(1);
    return line;
}

/// A name of printable characters and a colon (RFC 5322 §2.2).
bool is_field(std::string_view line)
{
    const auto name = base::trim(line.substr(0, line.find(':')));
    return !name.empty() && name.size() < line.size() &&
           std::ranges::all_of(name, [](char c) { return c > ' ' && c != '\x7f'; });
}

/// Whether the header goes on: a field follows that hardly any text begins a line with. `text` is moved there.
bool move_to_known_field(std::string_view& text)
{
    constexpr std::array known{
        "content-type:", "content-transfer-encoding:", "mime-version:", "message-id:", "received:", "subject:", "date:",
        "from:"};
    for (auto rest = text; !rest.empty();) {
        const auto here = rest;
        const auto line = take_line(rest);
        if (line.empty()) return false;
        const auto lower = base::to_lower(line.substr(0, 26));
        if (std::ranges::none_of(known, [&](std::string_view name) { return lower.starts_with(name); })) continue;
        text = here;
        return true;
    }
    return false;
}

/// Folding is one blank, however many were written (RFC 5322 §2.2.3 would keep the tab, and people would see it).
FieldText unfolded(std::string_view value, std::size_t limit)
{
    std::string text;
    while (!value.empty() && text.size() <= limit) {
        const std::string_view line = base::trim(take_line(value));
        if (!text.empty() && !line.empty()) text += ' ';
        text += line.substr(0, limit + 1);
    }
    const bool cut = text.size() > limit;
    if (cut) text.resize(whole_characters(std::string_view{text}.substr(0, limit)).size());
    std::erase(text, '\0');
    return {std::move(text), cut};
}

}

std::size_t size_of_mbox_line(std::string_view message)
{
    if (!message.starts_with("From ") && !message.starts_with(">From ")) return 0;
    const auto end = message.find('\n');
    return end == std::string_view::npos ? message.size() : end + 1;
}

std::size_t size_of_header(std::string_view message)
{
    auto rest = message.substr(size_of_mbox_line(message));
    while (!rest.empty()) {
        const auto here = message.size() - rest.size();
        const auto line = take_line(rest);
        if (line.empty()) return here;
        if (!is_blank(line.front()) && !is_field(line) && !move_to_known_field(rest)) return here;
    }
    return message.size();
}

Header::Header(std::string_view message)
{
    message = message.substr(0, longest_header);
    message.remove_prefix(size_of_mbox_line(message));
    while (!message.empty()) {
        const std::string_view line = take_line(message);
        if (line.empty()) break;
        if (is_blank(line.front())) {
            // A continuation belongs to the field above; before the first field it belongs to nothing.
            if (fields_.empty()) continue;
            std::string_view& value = fields_.back().second;
            value = {value.data(), static_cast<std::size_t>(line.data() + line.size() - value.data())};
            continue;
        }
        const std::size_t colon = line.find(':');
        if (colon == std::string_view::npos || colon == 0) continue;
        fields_.emplace_back(base::trim(line.substr(0, colon)), line.substr(colon + 1));
    }
}

std::optional<FieldText> Header::find(std::string_view name, std::size_t limit) const
{
    const auto field = std::ranges::find_if(
        fields_, [name](const auto& entry) { return base::equal_ignoring_case(entry.first, name); });
    if (field == fields_.end()) return std::nullopt;
    return unfolded(field->second, limit);
}

std::vector<std::pair<std::string_view, FieldText>> Header::all(std::size_t limit) const
{
    std::vector<std::pair<std::string_view, FieldText>> fields;
    for (const auto& [name, value] : fields_) fields.emplace_back(name, unfolded(value, limit));
    return fields;
}

std::string Header::charset() const
{
    const auto value = find("Content-Type", 1000);
    if (!value) return {};
    start_gmime();
    const Object<GMimeContentType> type{g_mime_content_type_parse(nullptr, value->octets.c_str())};
    const char* charset = type ? g_mime_content_type_get_parameter(type.get(), "charset") : nullptr;
    return charset == nullptr ? std::string{} : charset;
}

}
