#pragma once
// Bringing a batch into an mbox so that every letter is there once, whatever a crash has left:
//
//     no note                                      nothing was begun: append
//     note, mbox ends where we began               the same
//     note, all of the text is there               nothing to do
//     note, a beginning of the text ends the mbox  go on where it stops
//     note, others have written behind it, or a reader rewrote the mbox
//                                                  look for each letter; append from the first that is missing
//
// Nothing that is not ours is ever removed or written over.

#include <functional>
#include <span>
#include <string_view>

#include "mbox_batch.hpp"
#include "mbox_file.hpp"

namespace popfetch::delivery {

/// Durable when it returns; says where. Letters before `text_from` of the note were found in the mbox, their place was
/// not kept. Throws SystemError when the disk is full or fails: the mbox is then as it was (FAULTS F12).
RollbackNote bring_in(LockedMbox& mbox, BatchFile& batch, std::span<const Extent> letters,
                      const std::function<void(std::string_view)>& warn);

}
