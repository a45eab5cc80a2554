#pragma once
// What can be found out about an account by trying it, stage by stage; for `info` and `check`. A stage that fails ends
// it, and everything before it is kept.

#include <memory>
#include <optional>
#include <string>

#include <popfetch/base/error.hpp>
#include <popfetch/output/record.hpp>
#include <popfetch/pop3/maildrop.hpp>

#include "options.hpp"
#include "session.hpp"

namespace popfetch::cli {

struct Diagnosis {
    config::Account account;
    SessionReport session;
    std::optional<pop3::Capabilities> after_login;
    std::optional<pop3::Stat> stat;
    std::optional<base::WallTime> oldest;     // Date of the first message
    std::shared_ptr<const base::Error> error; // what ended it early
};

Diagnosis diagnose(const config::Account& account, const Globals& globals);

std::string to_text(const Diagnosis& diagnosis);
output::Record to_record(const Diagnosis& diagnosis);

/// Whole days until the leaf certificate expires; nothing without TLS.
std::optional<std::int64_t> certificate_days(const SessionReport& session, base::WallTime now);

}
