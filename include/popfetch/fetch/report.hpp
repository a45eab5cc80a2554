#pragma once
// What a run tells while it goes on. The command line turns it into a progress line, JSON events and a summary; tests
// record it. Called from the thread that runs the account.

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include <popfetch/base/error.hpp>
#include <popfetch/fetch/policy.hpp>

namespace popfetch::fetch {

/// Sums of one account's run. Each message listed is in one of fetched, kept, skipped and failed, but for those that an
/// earlier run fetched and this one deleted: they are in `deleted` alone. What was fetched and deleted in this run is
/// in both.
struct Totals {
    std::uint64_t fetched = 0, fetched_octets = 0;
    std::uint64_t deleted = 0, kept = 0, skipped = 0, failed = 0;
    bool interrupted = false;
};

class Report {
public:
    Report() = default;
    Report(const Report&) = delete;
    Report& operator=(const Report&) = delete;
    virtual ~Report() = default;

    virtual void planned(std::span<const Decision> /*decisions*/) {}
    /// Some of a message, often; `at`: so many came before. Twice retrieved, it begins at 0 again.
    virtual void received(const pop3::Message&, std::uint64_t /*at*/, std::string_view /*octets*/) {}
    virtual void delivered(const pop3::Message&, std::string_view /*target*/, std::string_view /*place*/) {}
    virtual void deleted(const pop3::Message&, std::string_view /*why*/) {}
    virtual void failed(const pop3::Message&, const base::Error&) {}
    virtual void recovered(std::string_view /*id*/, std::string_view /*place*/) {}
    virtual void noted(std::string_view /*text*/) {}  // what nobody need act on; printable, one line
    virtual void warned(std::string_view /*text*/) {} // what somebody should know
};

}
