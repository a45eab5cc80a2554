#pragma once
// What goes wrong at the place where mail comes to rest.

#include <popfetch/base/error.hpp>

namespace popfetch::delivery {

/// This letter cannot be delivered, others may: an MDA said no, LMTP refused it. EX_CANTCREAT ("delivery.refused") or
/// EX_TEMPFAIL ("delivery.temporary").
class Undeliverable : public base::Error {
public:
    Undeliverable(base::ExitStatus status, std::string_view kind, std::string_view text, std::string_view advice = {})
        : base::Error{status, kind, text, advice}
    {
    }
};

/// The target itself will not do: not a maildir, a link where a file should be, somebody else's folder. EX_CONFIG
/// ("delivery.target"), thrown before anything is fetched (FAULTS F10, F11). A lock that stays taken is EX_TEMPFAIL
/// ("lock.busy").
class BadTarget : public base::Error {
public:
    BadTarget(base::ExitStatus status, std::string_view kind, std::string_view text, std::string_view advice = {})
        : base::Error{status, kind, text, advice}
    {
    }
};

}
