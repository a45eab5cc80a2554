#include "address.hpp"

#include <algorithm>
#include <utility>

#include <popfetch/base/ascii.hpp>
#include <popfetch/base/printable.hpp>

#include "gmime.hpp"

namespace popfetch::mail {

namespace {

constexpr std::size_t most_addresses = 1000;
constexpr std::size_t longest_address = 2000; // octets, comments and display name included

/// Finds where one address ends: at a comma or semicolon that is not quoted, nor in a comment or angle brackets. GMime
/// takes whole lists too, but spends the square of their length on some and the stack on others ("a:a:a:…").
class Splitter {
public:
    explicit Splitter(std::string_view list) : rest_{list} {}

    bool at_end() const { return rest_.empty(); }
    bool ended_group() const { return ended_group_; }

    /// The next address, without the name of a group in front of it; what that was is in `group`.
    std::string_view next(std::string_view& group)
    {
        std::size_t start = 0, at = 0;
        for (; at < rest_.size() && !is_end(rest_[at]); ++at) {
            if (rest_[at] == ':' && depth_ == 0 && !quoted_ && !bracketed_) {
                group = base::trim(rest_.substr(start, at - start));
                start = at + 1;
            }
            track(at);
        }
        const std::string_view address = rest_.substr(start, at - start);
        ended_group_ = at < rest_.size() && rest_[at] == ';';
        rest_.remove_prefix(std::min(at + 1, rest_.size()));
        quoted_ = bracketed_ = false;
        depth_ = 0;
        return base::trim(address);
    }

private:
    bool is_end(char c) const { return (c == ',' || c == ';') && depth_ == 0 && !quoted_ && !bracketed_; }

    void track(std::size_t& at)
    {
        const char c = rest_[at];
        if (c == '\\') {
            ++at;
        } else if (c == '"' && depth_ == 0) {
            quoted_ = !quoted_;
        } else if (!quoted_ && c == '(') {
            ++depth_;
        } else if (!quoted_ && c == ')' && depth_ > 0) {
            --depth_;
        } else if (!quoted_ && depth_ == 0 && (c == '<' || c == '>')) {
            bracketed_ = c == '<';
        }
    }

    std::string_view rest_;
    std::size_t depth_ = 0;
    bool quoted_ = false, bracketed_ = false, ended_group_ = false;
};

std::string text_of(const char* text) { return text == nullptr ? std::string{} : base::valid_utf8(text); }

Address name_only(std::string_view text, GMimeParserOptions* options)
{
    const Text decoded{g_mime_utils_header_decode_text(options, std::string{text}.c_str())};
    return {text_of(decoded.get()), {}};
}

Address parse_address(std::string_view text, GMimeParserOptions* options)
{
    const std::string copy{text.substr(0, longest_address)};
    const Object<InternetAddressList> list{internet_address_list_parse(options, copy.c_str())};
    InternetAddress* first = list && internet_address_list_length(list.get()) > 0
                                 ? internet_address_list_get_address(list.get(), 0)
                                 : nullptr;
    if (first == nullptr || !INTERNET_ADDRESS_IS_MAILBOX(first)) return name_only(copy, options);
    std::string address = text_of(internet_address_mailbox_get_addr(INTERNET_ADDRESS_MAILBOX(first)));
    // An encoded word alone is a name: an address cannot be encoded (RFC 2047 §5).
    if (address.starts_with("=?") && address.find('@') == std::string::npos) return name_only(copy, options);
    return {text_of(internet_address_get_name(first)), std::move(address)};
}

}

std::vector<Address> parse_addresses(std::string_view field)
{
    const Options options = lenient_options();
    std::vector<Address> addresses;
    Splitter splitter{field};
    std::string_view group;
    bool group_has_members = false;
    while (!splitter.at_end() && addresses.size() < most_addresses) {
        std::string_view name_in_front;
        const std::string_view text = splitter.next(name_in_front);
        if (!name_in_front.empty()) {
            group = name_in_front;
            group_has_members = false;
        }
        if (!text.empty()) {
            addresses.push_back(parse_address(text, options.get()));
            group_has_members = true;
        }
        const bool group_is_over = splitter.ended_group() || splitter.at_end();
        if (group_is_over && !group.empty() && !group_has_members) addresses.push_back(name_only(group, options.get()));
        if (group_is_over) group = {};
    }
    return addresses;
}

}
