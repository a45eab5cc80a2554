#include "records.hpp"

#include <algorithm>
#include <utility>

#include "schema.hpp"
#include "sqlite_error.hpp"

namespace popfetch::state {
namespace {

constexpr std::string_view head =
    "SELECT seq, id, standing, deletion_wanted, size, since, absent_since, next_try, attempts";
constexpr std::string_view whole = ", target, place, token, kind, reason, seal";

std::string select(std::string_view more_columns, std::string_view rest)
{
    return std::string{head}.append(more_columns).append(" FROM message ").append(rest);
}

base::WallTime time(std::int64_t seconds) { return base::WallTime{std::chrono::seconds{seconds}}; }
/// False when damage ended it.
template<class Read>
bool to_the_end(Read read)
{
    try {
        read();
        return true;
    } catch (const Corrupt&) {
    } catch (const base::SystemError&) { // a sector that cannot be read
    }
    return false;
}

std::int64_t number(base::WallTime time) { return time.time_since_epoch().count(); }

}

Records::Records(const Database& database)
    : database_{database}, totals_{database, "SELECT messages, promised, last, sum FROM seal"},
      by_id_{database, select(whole, "WHERE id = ?")}, by_seq_{database, select(whole, "WHERE seq = ?")},
      all_{database, select(whole, "ORDER BY seq")}, heads_{database, select("", "ORDER BY seq")},
      newest_{database, select(whole, "ORDER BY seq DESC LIMIT ?")},
      insert_{database, "INSERT INTO message VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)"},
      update_{database, "UPDATE message SET standing = ?2, deletion_wanted = ?3, size = ?4, since = ?5, "
                        "absent_since = ?6, next_try = ?7, attempts = ?8, target = ?9, place = ?10, token = ?11, "
                        "kind = ?12, reason = ?13, seal = ?14 WHERE seq = ?1"},
      erase_{database, "DELETE FROM message WHERE seq = ?"},
      write_totals_{database, "UPDATE seal SET messages = ?, promised = ?, last = ?, sum = ?"},
      fact_{database, "SELECT name, value, seal FROM fact WHERE name = ?"},
      // A flipped bit can make octets of a text, which compares as another name and has the same checksum.
      facts_{database, "SELECT name, value, seal FROM fact WHERE typeof(name) = 'text'"},
      write_fact_{database, "INSERT INTO fact VALUES(?, ?, ?)"}, erase_fact_{database,
                                                                             "DELETE FROM fact WHERE name = ?"}
{
}

RecordView Records::head_in(const Query& row)
{
    RecordView record;
    record.seq = row.integer(0);
    record.id = row.bytes(1);
    record.standing = static_cast<Standing>(row.integer(2));
    record.deletion_wanted = row.integer(3) != 0;
    record.size = static_cast<std::uint64_t>(row.integer(4));
    record.since = time(row.integer(5));
    record.absent_since = time(row.integer(6));
    record.next_try = time(row.integer(7));
    record.attempts = static_cast<unsigned>(row.integer(8));
    return record;
}

std::uint64_t Records::checksum_in(const Query& row) { return static_cast<std::uint64_t>(row.integer(14)); }

RecordView Records::whole_in(const Query& row)
{
    auto record = head_in(row);
    record.target = row.bytes(9);
    record.place = row.bytes(10);
    record.token = row.bytes(11);
    record.kind = row.bytes(12);
    record.reason = row.bytes(13);
    return record;
}

bool Records::is_whole(const RecordView& record, const Query& row)
{
    return checksum_of(record, checksum_) == checksum_in(row);
}

RecordView Records::checked(const Query& row)
{
    auto record = whole_in(row);
    if (!is_whole(record, row)) refuse("record " + std::to_string(record.seq) + " does not have its checksum");
    return record;
}

Totals Records::totals()
{
    Query row{totals_};
    if (!row.next()) refuse("its seal is missing");
    return {row.integer(0), row.integer(1), row.integer(2), static_cast<std::uint64_t>(row.integer(3))};
}

std::optional<Record> Records::find(std::string_view id)
{
    Query row{by_id_, Blob{id}};
    if (!row.next()) return std::nullopt;
    return own(checked(row));
}

std::optional<Record> Records::at(std::int64_t seq)
{
    Query row{by_seq_, seq};
    if (!row.next()) return std::nullopt;
    return own(checked(row));
}

std::optional<std::string> Records::fact(std::string_view name)
{
    Query row{fact_, name};
    if (!row.next()) return std::nullopt;
    if (checksum_of_fact(row.bytes(0), row.bytes(1), checksum_) != static_cast<std::uint64_t>(row.integer(2)))
        refuse("the fact " + std::string{name} + " does not have its checksum");
    return std::string{row.bytes(1)};
}

std::uint64_t Records::sum_of_facts()
{
    std::uint64_t sum = 0;
    Query row{facts_};
    while (row.next()) sum += checksum_of_fact(row.bytes(0), row.bytes(1), checksum_);
    return sum;
}

void Records::each_readable(const std::function<void(const RecordView&)>& visit)
{
    const bool unchecked = is_older(database_);
    const auto visit_all = [&](Query rows) {
        while (rows.next())
            if (const auto record = whole_in(rows); unchecked || is_whole(record, rows)) visit(record);
    };
    // From both ends: a page that cannot be read stops one of them only.
    if (!to_the_end([&] { visit_all(Query{all_}); })) to_the_end([&] { visit_all(Query{newest_, std::int64_t{-1}}); });
}

void Records::each_readable_fact(const std::function<void(std::string_view, std::string_view)>& visit)
{
    const bool unchecked = is_older(database_);
    to_the_end([&] {
        Query row{facts_};
        while (row.next())
            if (unchecked ||
                checksum_of_fact(row.bytes(0), row.bytes(1), checksum_) == static_cast<std::uint64_t>(row.integer(2)))
                visit(row.bytes(0), row.bytes(1));
    });
}

void Records::renew_checksums()
{
    Transaction transaction{database_, Transaction::Kind::write};
    auto stored = totals();
    stored.sum = 0;
    Statement seal_message{database_, "UPDATE message SET seal = ?1 WHERE seq = ?2"};
    Statement seal_fact{database_, "UPDATE fact SET seal = ?1 WHERE name = ?2"};
    for (Query rows{all_}; rows.next();) {
        const auto record = whole_in(rows);
        const auto checksum = checksum_of(record, checksum_);
        seal_message.run(static_cast<std::int64_t>(checksum), record.seq);
        stored.sum += checksum;
    }
    for (Query row{facts_}; row.next();) {
        const auto checksum = checksum_of_fact(row.bytes(0), row.bytes(1), checksum_);
        seal_fact.run(static_cast<std::int64_t>(checksum), row.bytes(0));
        stored.sum += checksum;
    }
    write_totals_.run(stored.messages, stored.promised, stored.last, static_cast<std::int64_t>(stored.sum));
    set_version(database_);
    transaction.commit();
}

void Records::refuse(std::string_view what) const { throw_damaged(database_.handle(), database_.path(), what); }

void Records::compare(const Totals& counted, const Totals& stored) const
{
    if (counted == stored) return;
    refuse("it holds " + std::to_string(counted.messages) + " of " + std::to_string(stored.messages) +
           " records, or others than it should");
}

Change::Change(Records& records)
    : records_{records},
      transaction_{records.database_, Transaction::Kind::write}, before_{records.totals()}, totals_{before_}
{
}

void Change::count(const Record& record, std::int64_t one, std::uint64_t checksum)
{
    totals_.messages += one;
    if (record.standing == Standing::promised) totals_.promised += one;
    totals_.sum += one > 0 ? checksum : 0 - checksum;
}

std::uint64_t Change::checksum_of(const Record& record) { return state::checksum_of(view(record), records_.checksum_); }

void Change::add(Record record)
{
    record.seq = ++totals_.last;
    insert(record);
}

void Change::restore(Record record)
{
    if (at(record.seq)) return add(std::move(record));
    totals_.last = std::max(totals_.last, record.seq);
    insert(record);
}

void Change::insert(const Record& record)
{
    const auto checksum = checksum_of(record);
    records_.insert_.run(record.seq, Blob{record.id}, static_cast<std::int64_t>(record.standing),
                         std::int64_t{record.deletion_wanted}, static_cast<std::int64_t>(record.size),
                         number(record.since), number(record.absent_since), number(record.next_try),
                         std::int64_t{record.attempts}, std::string_view{record.target}, std::string_view{record.place},
                         std::string_view{record.token}, std::string_view{record.kind}, std::string_view{record.reason},
                         static_cast<std::int64_t>(checksum));
    count(record, 1, checksum);
}

void Change::replace(const Record& old, const Record& changed)
{
    const auto checksum = checksum_of(changed);
    records_.update_.run(
        changed.seq, static_cast<std::int64_t>(changed.standing), std::int64_t{changed.deletion_wanted},
        static_cast<std::int64_t>(changed.size), number(changed.since), number(changed.absent_since),
        number(changed.next_try), std::int64_t{changed.attempts}, std::string_view{changed.target},
        std::string_view{changed.place}, std::string_view{changed.token}, std::string_view{changed.kind},
        std::string_view{changed.reason}, static_cast<std::int64_t>(checksum));
    count(old, -1, checksum_of(old));
    count(changed, 1, checksum);
}

void Change::renew(const Record& old, Record changed)
{
    remove(old);
    add(std::move(changed));
}

void Change::remove(const Record& old)
{
    records_.erase_.run(old.seq);
    count(old, -1, checksum_of(old));
}

void Change::remember(std::string_view name, std::string_view value)
{
    forget(name);
    const auto checksum = checksum_of_fact(name, value, records_.checksum_);
    records_.write_fact_.run(name, Blob{value}, static_cast<std::int64_t>(checksum));
    totals_.sum += checksum;
}

void Change::forget(std::string_view name)
{
    const auto before = records_.fact(name);
    if (!before) return;
    records_.erase_fact_.run(name);
    totals_.sum -= checksum_of_fact(name, *before, records_.checksum_);
}

void Change::commit()
{
    if (totals_ == before_) return;
    records_.write_totals_.run(totals_.messages, totals_.promised, totals_.last,
                               static_cast<std::int64_t>(totals_.sum));
    transaction_.commit();
}

}
