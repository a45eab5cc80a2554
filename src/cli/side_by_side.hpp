#pragma once
// Several jobs at once: at most so many in all, and at most so many at the same place.

#include <functional>
#include <string>
#include <vector>

namespace popfetch::cli {

struct Job {
    std::string place;          // jobs at one place count against its limit
    unsigned at_place = 0;      // how many may run there at once; 0: no limit
    std::function<void()> work; // must not throw
};

/// Returns when all are done. A job that has to wait for its place lets later ones pass.
void run_side_by_side(std::vector<Job> jobs, unsigned at_once);

}
