#pragma once
// A row of the table `message` as it lies in a page of the file (sqlite.org/fileformat2.html, 1.6 and 2.1). Read
// without SQLite, for when the way to it is lost: the row's own checksum says whether it is one.

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "record.hpp"

namespace popfetch::state {

/// The page with this number, or nothing: where a row that is longer than a page goes on.
using PageReader = std::function<std::string_view(std::uint32_t number)>;

/// The row that begins with the first octet, if one does. Its views are into `bytes`, or into `joined` for one that
/// goes on in other pages. `page_size` is that of the file.
std::optional<RecordView> row_at(std::string_view bytes, std::size_t page_size, const PageReader& page,
                                 std::string& joined);

}
