#pragma once
// Whether a folder is fit to deliver into, asked before anything is fetched (FAULTS F10).

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <popfetch/delivery/target.hpp>

namespace popfetch::delivery {

/// EX_CONFIG, "delivery.target": "PATH: what; advice".
BadTarget bad_target(const base::Path& path, std::string_view what, std::string_view advice = {});

/// Throws BadTarget unless `folder` is a folder of ours that we can write into. A link to one will do.
void check_folder(const base::Path& folder);

/// Absolute, and without the slash that may end the name of a folder.
base::Path plain_path(const base::Path& path);

/// Throws BadTarget for a link that leads nowhere: what it should mean is not for us to guess.
void refuse_dead_link(const base::Path& folder);

/// Throws SystemError where base::create_folders() would, as far as can be seen beforehand.
void check_can_be_made(const base::Path& folder);

/// True for a folder without entries, and for none at all.
bool is_empty_or_missing(const base::Path& folder);

/// Octets free on the file system of `folder`, or of the folder in which it would be made; nothing where nobody says.
std::optional<std::uint64_t> space_in(const base::Path& folder);

}
