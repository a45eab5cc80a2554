#include "side_by_side.hpp"

#include <algorithm>
#include <condition_variable>
#include <map>
#include <mutex>
#include <optional>
#include <thread>

namespace popfetch::cli {

namespace {

class Queue {
public:
    explicit Queue(std::vector<Job> jobs) : jobs_{std::move(jobs)} {}

    /// The next job that may run now; waits while only blocked ones are left; nothing when there are none.
    std::optional<Job> take()
    {
        std::unique_lock lock{mutex_};
        for (;;) {
            if (jobs_.empty()) return std::nullopt;
            const auto next = std::ranges::find_if(jobs_, [this](const Job& job) { return may_run(job); });
            if (next != jobs_.end()) {
                Job job = std::move(*next);
                jobs_.erase(next);
                ++running_[job.place];
                return job;
            }
            place_freed_.wait(lock);
        }
    }

    void done(const Job& job)
    {
        const std::scoped_lock lock{mutex_};
        --running_[job.place];
        place_freed_.notify_all();
    }

private:
    bool may_run(const Job& job) { return job.at_place == 0 || running_[job.place] < job.at_place; }

    std::mutex mutex_;
    std::condition_variable place_freed_;
    std::vector<Job> jobs_;
    std::map<std::string, unsigned> running_;
};

void work_through(Queue& queue)
{
    while (auto job = queue.take()) {
        job->work();
        queue.done(*job);
    }
}

}

void run_side_by_side(std::vector<Job> jobs, unsigned at_once)
{
    const auto threads = std::min<std::size_t>(std::max(at_once, 1U), jobs.size());
    Queue queue{std::move(jobs)};
    if (threads <= 1) return work_through(queue);
    std::vector<std::jthread> workers;
    for (std::size_t i = 0; i < threads; ++i) workers.emplace_back([&queue] { work_through(queue); });
}

}
