#pragma once
// File names that are unique on every machine and after every clock jump, and that say whose they are:
//
//     1795248900.M123456P4711Q12R<account><ledger><random>.host        maildir (cr.yp.to/proto/maildir.html)
//     20261121T081500Z.P4711Q12R<account><ledger><random>              for people
//
// The two marks let a run find the mail that popfetch delivered for an account, and clear up after its own dead runs
// without touching what another account, another machine or another program is writing into the same folder.
// No server text ever enters a name.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <popfetch/base/file.hpp>
#include <popfetch/base/time.hpp>

namespace popfetch::delivery {

/// Eight hex digits that stand for an account, the same wherever its ledger lies.
std::string account_mark(std::string_view account);

/// Up to the end of the mark: what stays the same when a reader adds flags or sizes. Empty where there is no mark.
std::string_view unique_part(std::string_view name) noexcept;
bool bears_mark_of(std::string_view name, std::string_view account_mark) noexcept;
/// The time of delivery with which a name begins.
std::optional<base::WallTime> delivery_time(std::string_view name);

/// The host's name as it may stand in a file name (FAULTS F18).
std::string host_for_names(std::string_view host);
std::string this_host();

class Names {
public:
    enum class Style { maildir, dated };

    /// `ledger` is the folder that only this ledger's runs use; `role` tells the targets of one account apart.
    Names(Style style, std::string_view account, const base::Path& ledger, std::string_view role);

    /// From any thread.
    std::string next(base::WallTime received);

    /// Written by this account's target under this ledger, by a run that has ended, or by this very process.
    bool is_left_behind(std::string_view name) const noexcept;

private:
    Style style_;
    std::string host_;
    std::string mark_; // account, ledger
    std::string tail_; // R, mark, random, host
};

}
