#pragma once
// Which letters of a batch are in an mbox, octet for octet, when other programs have changed it since we began to
// write.

#include <cstdint>
#include <span>

#include "mbox_batch.hpp"
#include "mbox_file.hpp"

namespace popfetch::delivery {

/// Where in the batch's text the first letter begins that is not there; the size of the text when all are.
std::uint64_t first_missing(const LockedMbox& mbox, const BatchFile& batch, std::span<const Extent> letters);

}
