#pragma once
// Whether a file system is shared by machines. WAL needs shared memory, which ends at the machine's border.

#include <popfetch/base/file.hpp>

namespace popfetch::state {

/// True for NFS, SMB and their like; also where the kernel cannot tell (FUSE). False where nothing is known.
bool is_remote(const base::Path& folder) noexcept;

/// Linux: statfs(2) f_type.
bool is_remote_type(long type) noexcept;

}
