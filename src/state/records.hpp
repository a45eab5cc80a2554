#pragma once
// The rows of the ledger. Reading checks each row's checksum; a Change keeps the sum over all of them.

#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>

#include "database.hpp"
#include "record.hpp"

namespace popfetch::state {

/// The row of the table `seal`.
struct Totals {
    std::int64_t messages = 0, promised = 0;
    std::int64_t last = 0; // the highest seq ever given
    std::uint64_t sum = 0;

    bool operator==(const Totals&) const = default;
};

class Records {
public:
    explicit Records(const Database& database);

    Totals totals();
    std::optional<Record> find(std::string_view id);
    std::optional<Record> at(std::int64_t seq);
    std::optional<std::string> fact(std::string_view name);

    /// Every record in the order of seq; throws Corrupt at the first that is damaged, and at the end when one, or a
    /// fact, is missing or too many. Call it in a transaction.
    template<class Visit>
    void each(Visit visit);
    /// The same without target, place, token, kind and reason. Checked once for each opening: the check is half of it.
    template<class Visit>
    void each_head(Visit visit);
    /// The last so many, newest first, as long as `visit` returns true.
    template<class Visit>
    void newest(std::int64_t most, Visit visit);

    /// For a damaged ledger: whatever SQLite can still read and has its checksum, in no order; damage ends the reading
    /// and is not told. An id may be given twice.
    void each_readable(const std::function<void(const RecordView&)>& visit);
    void each_readable_fact(const std::function<void(std::string_view name, std::string_view value)>& visit);

    /// For a ledger of format 1, whose checksums were others: each row gets the one of today.
    void renew_checksums();

    /// Throws Corrupt.
    [[noreturn]] void refuse(std::string_view what) const;

private:
    friend class Change;

    static RecordView head_in(const Query& row);
    static RecordView whole_in(const Query& row);
    static std::uint64_t checksum_in(const Query& row);
    bool is_whole(const RecordView& record, const Query& row);
    RecordView checked(const Query& row);
    std::uint64_t sum_of_facts();
    void compare(const Totals& counted, const Totals& stored) const;

    const Database& database_;
    Checksum checksum_;
    bool checked_all_ = false;
    Statement totals_, by_id_, by_seq_, all_, heads_, newest_, insert_, update_, erase_, write_totals_;
    Statement fact_, facts_, write_fact_, erase_fact_;
};

/// One durable transaction over the table. Undone unless committed; commit() of nothing writes nothing.
class Change {
public:
    explicit Change(Records& records);

    std::optional<Record> find(std::string_view id) { return records_.find(id); }
    std::optional<Record> at(std::int64_t seq) { return records_.at(seq); }
    /// Gives it the next seq.
    void add(Record record);
    /// Keeps its seq unless another record has it.
    void restore(Record record);
    /// `changed` has the id and seq of `old`.
    void replace(const Record& old, const Record& changed);
    /// Replaces, at the end of the order.
    void renew(const Record& old, Record changed);
    void remove(const Record& old);
    void remember(std::string_view name, std::string_view value);
    void forget(std::string_view name);
    void commit();

    /// How many messages there will be.
    std::size_t size() const { return static_cast<std::size_t>(totals_.messages); }
    [[noreturn]] void refuse(std::string_view what) const { records_.refuse(what); }

private:
    void insert(const Record& record);
    void count(const Record& record, std::int64_t one, std::uint64_t checksum);
    std::uint64_t checksum_of(const Record& record);

    Records& records_;
    Transaction transaction_;
    Totals before_, totals_;
};

template<class Visit>
void Records::each(Visit visit)
{
    const auto stored = totals();
    Totals counted;
    counted.last = stored.last;
    Query rows{all_};
    while (rows.next()) {
        const auto record = checked(rows);
        ++counted.messages;
        counted.promised += record.standing == Standing::promised;
        counted.sum += checksum_in(rows);
        visit(record);
    }
    counted.sum += sum_of_facts();
    compare(counted, stored);
    checked_all_ = true;
}

template<class Visit>
void Records::each_head(Visit visit)
{
    if (!checked_all_) return each(visit);
    Query rows{heads_};
    while (rows.next()) visit(head_in(rows));
}

template<class Visit>
void Records::newest(std::int64_t most, Visit visit)
{
    Query rows{newest_, most};
    while (rows.next())
        if (!visit(checked(rows))) return;
}

}
