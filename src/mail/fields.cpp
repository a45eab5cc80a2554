#include <popfetch/mail/fields.hpp>

#include <popfetch/base/printable.hpp>

#include "charset.hpp"
#include "header.hpp"
#include "header_fields.hpp"

namespace popfetch::mail {

namespace {

constexpr std::size_t longest_value = std::size_t{64} * 1024;

Field read_field(std::string_view name, const FieldText& text, const std::string& charset)
{
    Field field{.name = std::string{name}, .value = decoded(header_to_utf8(text.octets, charset)), .value_raw = {}};
    if (text.cut) field.value += "…";
    if (!base::is_valid_utf8(text.octets)) field.value_raw = text.octets;
    return field;
}

}

std::vector<Field> read_fields(std::string_view head)
{
    const Header header{head};
    const auto charset = header.charset();
    std::vector<Field> fields;
    for (const auto& [name, text] : header.all(longest_value)) fields.push_back(read_field(name, text, charset));
    return fields;
}

}
