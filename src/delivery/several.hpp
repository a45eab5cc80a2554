#pragma once
// Several targets as one: a letter is published when every one of them has published it.
//
// Each target keeps its own promise; the whole can promise no more than the weakest. Those that may refuse a letter are
// asked first, so that what one refuses the others never show.

#include <memory>
#include <vector>

#include <popfetch/delivery/target.hpp>

namespace popfetch::delivery {

std::unique_ptr<Target> combine(std::vector<std::unique_ptr<Target>> targets);

}
