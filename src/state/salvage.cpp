#include "salvage.hpp"

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

}
