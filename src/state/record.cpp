#include "record.hpp"

namespace popfetch::state {
namespace {

template<class To, class From>
BasicRecord<To> convert(const BasicRecord<From>& from)
{
    return {from.seq,       To{from.id},       from.standing, from.deletion_wanted, from.size,
            from.since,     from.absent_since, from.next_try, from.attempts,        To{from.target},
            To{from.place}, To{from.token},    To{from.kind}, To{from.reason}};
}

std::uint64_t number(base::WallTime time) { return static_cast<std::uint64_t>(time.time_since_epoch().count()); }

}

RecordView view(const Record& record) { return convert<std::string_view>(record); }
Record own(const RecordView& record) { return convert<std::string>(record); }

std::uint64_t checksum_of(const RecordView& record, Checksum& sum)
{
    sum.number(static_cast<std::uint64_t>(record.seq));
    sum.text(record.id);
    sum.number(static_cast<std::uint64_t>(record.standing));
    sum.number(record.deletion_wanted);
    sum.number(record.size);
    for (const auto time : {record.since, record.absent_since, record.next_try}) sum.number(number(time));
    sum.number(record.attempts);
    for (const auto text : {record.target, record.place, record.token, record.kind, record.reason}) sum.text(text);
    return sum.value();
}

std::uint64_t checksum_of_fact(std::string_view name, std::string_view value, Checksum& sum)
{
    sum.text(name);
    sum.text(value);
    return sum.value();
}

Known known(const RecordView& record)
{
    const bool was_never_here = record.attempts == attempts_of_marked;
    return {record.standing, record.deletion_wanted, record.size,
            record.since,    record.next_try,        was_never_here ? 0 : record.attempts,
            was_never_here};
}

HistoryEntry history_entry(const RecordView& record)
{
    HistoryEntry entry;
    entry.id = record.id;
    entry.standing = record.standing;
    entry.size = record.size;
    entry.since = record.since;
    entry.target = record.target;
    entry.place = record.place;
    entry.kind = record.kind;
    entry.reason = record.reason;
    entry.attempts = record.attempts;
    entry.next_try = record.next_try;
    entry.deletion_wanted = record.deletion_wanted;
    return entry;
}

}
