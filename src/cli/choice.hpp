#pragma once
// fetch --where: which of the mail that is not here yet shall be fetched now.

#include <string>
#include <vector>

#include <popfetch/fetch/run.hpp>

namespace popfetch::cli {

/// All of the conditions must hold; nothing for none. Throws as Where does, at once.
fetch::Choice choice_by(const std::vector<std::string>& where);

}
