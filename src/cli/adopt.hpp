#pragma once
// fetch --adopt: mail on the server that the ledger does not know, but that lies at the destination already, is taken
// as fetched. For a ledger that was lost and for a server that has given all messages new UIDs; nothing is downloaded
// but headers.

#include <cstddef>
#include <string>

#include <popfetch/base/time.hpp>
#include <popfetch/delivery/target.hpp>
#include <popfetch/pop3/maildrop.hpp>
#include <popfetch/state/ledger.hpp>

namespace popfetch::cli {

/// Matches by Message-ID, Date and octets, each message at the destination once. Returns how many were recognised.
std::size_t adopt(pop3::Maildrop& maildrop, const delivery::Target& target, state::Ledger& ledger, base::WallTime now);

}
