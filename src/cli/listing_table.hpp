#pragma once
// Messages as `list`, `delete` and the shell show them.

#include <cstdint>
#include <vector>

#include "mailbox.hpp"
#include "options.hpp"

namespace popfetch::cli {

/// To standard output, in the format that was asked for.
void print_listing(const Mailbox& mailbox, const std::vector<const Row*>& rows, const Globals& globals);

/// What stands below a listing, and which columns it needs.
struct ListingSums {
    std::uint64_t count = 0, octets = 0, fresh = 0, failed = 0;
    bool any_fetched = false, any_header = false;

    void add(const Row& row);
};

/// The mailboxes of several accounts as one listing; each row says whose it is.
class ListingOfSeveral {
public:
    explicit ListingOfSeveral(const Globals& globals) : globals_{globals} {}
    /// The mailbox may go afterwards.
    void add(const Mailbox& mailbox, const std::vector<const Row*>& rows);
    void print() const;

private:
    const Globals& globals_;
    std::vector<output::Record> items_;
    ListingSums sums_;
};

}
