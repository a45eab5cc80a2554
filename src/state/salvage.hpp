#pragma once
// Reads whatever can be read of a damaged ledger. Every record stands for itself: its checksum says whether it is one.

#include <functional>
#include <string_view>

#include <popfetch/base/file.hpp>

#include "record.hpp"

namespace popfetch::state {

struct Finder {
    std::function<void(const RecordView&)> record;
    std::function<void(std::string_view name, std::string_view value)> fact;
};

/// Through SQLite, in the order of seq, up to the first page that cannot be read. True when everything was there. The
/// file may be brought up to date from its log: give it a copy. Throws Corrupt for a newer format, which is not damage.
bool salvage_by_query(const base::Path& copy, const Finder& finder);

/// Octet by octet through a file of any kind (database, log, journal), whatever its pages say. Finds older images of
/// records too, and records that were removed. A row longer than a page is found only in a database.
void salvage_by_scan(const base::Path& copy, const Finder& finder);

}
