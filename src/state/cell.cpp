#include "cell.hpp"

#include <algorithm>
#include <array>
#include <span>

namespace popfetch::state {
namespace {

constexpr std::size_t columns = 15; // of the table; the first is the rowid and stored as nothing
constexpr std::uint64_t longest_row = 1 << 20;

/// Takes values off the front. After the first that is not there everything is zero and `failed`.
struct Reader {
    std::string_view rest;
    bool failed = false;

    std::uint64_t big_endian(std::size_t octets)
    {
        if (rest.size() < octets) return fail();
        std::uint64_t value = 0;
        for (std::size_t i = 0; i < octets; ++i) value = value << 8 | static_cast<unsigned char>(rest[i]);
        rest.remove_prefix(octets);
        return value;
    }

    std::uint64_t varint()
    {
        std::uint64_t value = 0;
        for (int i = 0; i < 8; ++i) {
            const auto byte = big_endian(1);
            value = value << 7 | (byte & 0x7f);
            if (byte < 0x80) return value;
        }
        return value << 8 | big_endian(1);
    }

    std::string_view text(std::uint64_t octets)
    {
        if (rest.size() < octets) return fail(), std::string_view{};
        const auto taken = rest.substr(0, octets);
        rest.remove_prefix(octets);
        return taken;
    }

    std::uint64_t fail()
    {
        failed = true;
        rest = {};
        return 0;
    }
};

bool is_number(std::uint64_t type) { return (type >= 1 && type <= 6) || type == 8 || type == 9; }

std::int64_t number(Reader& body, std::uint64_t type)
{
    constexpr std::array<std::size_t, 7> octets{0, 1, 2, 3, 4, 6, 8};
    if (type >= 8) return static_cast<std::int64_t>(type) - 8;
    const auto size = octets[type];
    const auto unused = 64 - 8 * size;
    return static_cast<std::int64_t>(body.big_endian(size) << unused) >> unused; // keeps the sign
}

std::string_view text(Reader& body, std::uint64_t type) { return body.text((type - 12) / 2); }

/// The types of the columns, if they can be those of a message.
std::optional<std::array<std::uint64_t, columns>> types_in(Reader& payload)
{
    const auto all = payload.rest;
    const auto header_size = payload.varint();
    if (header_size < columns + 1 || header_size > all.size()) return std::nullopt;
    Reader header{all.substr(all.size() - payload.rest.size(), header_size - (all.size() - payload.rest.size()))};
    std::array<std::uint64_t, columns> types{};
    for (auto& type : types) type = header.varint();
    const bool numbers = std::ranges::all_of(std::span{types}.subspan(2, 7), is_number) && is_number(types[14]);
    const bool texts = std::ranges::all_of(std::span{types}.subspan(9, 5), [](auto type) { return type >= 12; });
    if (header.failed || !header.rest.empty() || types[0] != 0 || types[1] < 12 || !numbers || !texts)
        return std::nullopt;
    payload.rest = all.substr(header_size);
    return types;
}

base::WallTime time(std::int64_t seconds) { return base::WallTime{std::chrono::seconds{seconds}}; }

std::optional<RecordView> record_in(std::string_view bytes, std::int64_t rowid)
{
    Reader body{bytes};
    const auto types = types_in(body);
    if (!types) return std::nullopt;
    const auto& type = *types;
    RecordView record;
    record.seq = rowid;
    record.id = text(body, type[1]);
    record.standing = static_cast<Standing>(number(body, type[2]));
    record.deletion_wanted = number(body, type[3]) != 0;
    record.size = static_cast<std::uint64_t>(number(body, type[4]));
    record.since = time(number(body, type[5]));
    record.absent_since = time(number(body, type[6]));
    record.next_try = time(number(body, type[7]));
    record.attempts = static_cast<unsigned>(number(body, type[8]));
    record.target = text(body, type[9]);
    record.place = text(body, type[10]);
    record.token = text(body, type[11]);
    record.kind = text(body, type[12]);
    record.reason = text(body, type[13]);
    const auto seal = static_cast<std::uint64_t>(number(body, type[14]));
    if (body.failed || !body.rest.empty() || seal != seal_of(record)) return std::nullopt;
    return record;
}

/// How much of a payload lies in the first page.
std::size_t local_part(std::size_t payload, std::size_t page_size)
{
    const auto most = page_size - 35;
    if (payload <= most) return payload;
    const auto least = (page_size - 12) * 32 / 255 - 23;
    const auto part = least + (payload - least) % (page_size - 4);
    return part <= most ? part : least;
}

/// Appends what lies in other pages; false when the chain breaks.
bool join(std::string& payload, std::size_t size, std::uint64_t next, const PageReader& page)
{
    while (payload.size() < size) {
        Reader more{page(static_cast<std::uint32_t>(next))};
        next = more.big_endian(4);
        if (more.failed || more.rest.empty()) return false;
        payload += more.rest.substr(0, size - payload.size());
    }
    return true;
}

}

std::optional<RecordView> row_at(std::string_view bytes, std::size_t page_size, const PageReader& page,
                                 std::string& joined)
{
    Reader cell{bytes};
    const auto size = cell.varint();
    if (size < columns + 1 || size > longest_row) return std::nullopt;
    const auto rowid = static_cast<std::int64_t>(cell.varint());
    if (rowid <= 0) return std::nullopt;
    const auto local = local_part(size, page_size);
    const auto first = cell.text(local);
    if (cell.failed) return std::nullopt;
    if (local == size) return record_in(first, rowid);
    // The types lie in the first page, and most of what looks like a long row is none.
    Reader header{first};
    if (!types_in(header)) return std::nullopt;
    joined = first;
    if (!join(joined, size, cell.big_endian(4), page)) return std::nullopt;
    return record_in(joined, rowid);
}

}
