#pragma once
// One message of the ledger, as it lies in the table, and its checksum.

#include <cstdint>
#include <string>
#include <string_view>

#include <popfetch/base/time.hpp>
#include <popfetch/state/ledger.hpp>

#include "checksum.hpp"

namespace popfetch::state {

/// In place of a count of attempts: what was marked as fetched (Ledger::mark_fetched) and never lay here.
constexpr unsigned attempts_of_marked = 1'000'000'000;

template<class Text>
struct BasicRecord {
    std::int64_t seq = 0;
    Text id{};
    Standing standing{};
    bool deletion_wanted = false;
    std::uint64_t size = 0;
    base::WallTime since{}, absent_since{}, next_try{};
    unsigned attempts = 0;
    Text target{}, place{}, token{}, kind{}, reason{};

    bool is_absent() const { return absent_since != base::WallTime{}; }
};

using Record = BasicRecord<std::string>;
using RecordView = BasicRecord<std::string_view>; // valid as long as the row it was read from

RecordView view(const Record& record);
Record own(const RecordView& record);

/// The checksum stored with the row. Part of the format. `sum` is there to be used again and again.
std::uint64_t checksum_of(const RecordView& record, Checksum& sum);
std::uint64_t checksum_of_fact(std::string_view name, std::string_view value, Checksum& sum);

Known known(const RecordView& record);
HistoryEntry history_entry(const RecordView& record);

}
