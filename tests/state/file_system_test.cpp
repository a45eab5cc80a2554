#include "state/file_system.hpp"

#include "support/catch.hpp"
#include "support/temp_folder.hpp"

namespace popfetch::state {

TEST_CASE("Network file systems are known by their number")
{
    CHECK(is_remote_type(0x6969));
    CHECK(is_remote_type(static_cast<long>(0xff534d42)));
    CHECK(is_remote_type(static_cast<std::int32_t>(0xff534d42)));
    CHECK_FALSE(is_remote_type(0xef53));     // ext4
    CHECK_FALSE(is_remote_type(0x58465342)); // XFS
    CHECK_FALSE(is_remote_type(0x01021994)); // tmpfs
}

TEST_CASE("What cannot be asked is taken for local")
{
    const test::TempFolder folder;
    CHECK_FALSE(is_remote(folder / "missing"));
}

}
