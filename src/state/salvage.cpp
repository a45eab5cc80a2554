#include "salvage.hpp"

#include <algorithm>
#include <cerrno>

#include <fcntl.h>
#include <unistd.h>

#include "cell.hpp"
#include "database.hpp"
#include "records.hpp"
#include "schema.hpp"

namespace popfetch::state {
namespace {

/// Runs one part of the reading; damage ends the part, and nothing else.
template<class Read>
bool as_far_as_possible(Read read)
{
    try {
        return read();
    } catch (const Corrupt& error) {
        if (error.status() == base::ExitStatus::config) throw;
    } catch (const base::SystemError&) {
        // A sector that cannot be read is damage like any other.
    }
    return false;
}

bool read_records(const Database& database, const Finder& finder)
{
    Records records{database};
    records.each(finder.record);
    return true;
}

bool read_facts(const Database& database, const Finder& finder)
{
    Statement statement{database, "SELECT name, value, seal FROM fact"};
    Query row{statement};
    while (row.next())
        if (seal_of_fact(row.bytes(0), row.bytes(1)) == static_cast<std::uint64_t>(row.integer(2)))
            finder.fact(row.bytes(0), row.bytes(1));
    return true;
}

std::string bytes_at(int fd, std::uint64_t offset, std::size_t most, const base::Path& path)
{
    std::string bytes(most, '\0');
    const auto got = ::pread(fd, bytes.data(), most, static_cast<off_t>(offset));
    if (got < 0) throw base::SystemError{"read", path.string(), errno};
    bytes.resize(static_cast<std::size_t>(got));
    return bytes;
}

/// From the header of a database; 4096, as we create them, where that is nonsense.
std::size_t page_size_in(std::string_view header)
{
    constexpr std::size_t usual = 4096, at = 16;
    if (header.size() < at + 2) return usual;
    const auto stored = static_cast<std::size_t>(static_cast<unsigned char>(header[at]) << 8 |
                                                 static_cast<unsigned char>(header[at + 1]));
    const auto size = stored == 1 ? 65536 : stored;
    return size >= 512 && (size & (size - 1)) == 0 ? size : usual;
}

}

bool salvage_by_query(const base::Path& copy, const Finder& finder)
{
    return as_far_as_possible([&] {
        const Database database{copy, Database::Purpose::read};
        check_version(database);
        const bool whole = as_far_as_possible([&] { return read_records(database, finder); });
        as_far_as_possible([&] { return read_facts(database, finder); });
        return whole;
    });
}

void salvage_by_scan(const base::Path& copy, const Finder& finder)
{
    constexpr std::size_t step = 1 << 20, longest_in_page = 65536;
    const auto fd = base::open_file(copy, O_RDONLY);
    const auto page_size = page_size_in(bytes_at(fd.get(), 0, 100, copy));
    std::string page, joined;
    const auto read_page = [&](std::uint32_t number) -> std::string_view {
        if (number == 0) return {};
        page = bytes_at(fd.get(), (number - std::uint64_t{1}) * page_size, page_size, copy);
        return page;
    };
    for (std::uint64_t offset = 0;; offset += step) {
        // A row that begins in this step may end in the next.
        const auto window = bytes_at(fd.get(), offset, step + longest_in_page, copy);
        const std::string_view bytes{window};
        for (std::size_t i = 0; i < std::min(step, bytes.size()); ++i)
            if (const auto record = row_at(bytes.substr(i), page_size, read_page, joined)) finder.record(*record);
        if (bytes.size() <= step) return;
    }
}

}
