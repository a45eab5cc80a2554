#include "file_system.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

#if defined(__linux__)
#include <sys/vfs.h>
#elif defined(__APPLE__) || defined(__FreeBSD__) || defined(__OpenBSD__)
#include <sys/mount.h>
#include <sys/param.h>
#endif

namespace popfetch::state {

bool is_remote_type(long type) noexcept
{
    // statfs(2) and linux/magic.h; written out because older headers lack some.
    constexpr std::array<std::uint32_t, 16> remote{
        0x00006969, // NFS
        0x0000517b, // SMB
        0xfe534d42, // SMB2
        0xff534d42, // CIFS
        0x0000564c, // NCP
        0x01021997, // 9P
        0x5346414f, // AFS
        0x6b414653, // kAFS
        0x73757245, // Coda
        0x00c36400, // Ceph
        0x0bd00bd0, // Lustre
        0x01161970, // GFS2
        0x7461636f, // OCFS2
        0x47504653, // GPFS
        0x786f4256, // VirtualBox
        0x65735546, // FUSE: sshfs, GlusterFS, virtiofs; a local one only loses speed
    };
    // f_type is a signed word on some machines: 0xff534d42 may come negative.
    return std::ranges::find(remote, static_cast<std::uint32_t>(type)) != remote.end();
}

bool is_remote([[maybe_unused]] const base::Path& folder) noexcept
{
#if defined(__linux__)
    struct statfs about = {};
    return ::statfs(folder.c_str(), &about) == 0 && is_remote_type(static_cast<long>(about.f_type));
#elif defined(MNT_LOCAL)
    struct statfs about = {};
    return ::statfs(folder.c_str(), &about) == 0 && (about.f_flags & MNT_LOCAL) == 0;
#else
    return false;
#endif
}

}
