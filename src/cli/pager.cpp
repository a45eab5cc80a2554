#include "pager.hpp"

#include <array>
#include <cerrno>
#include <cstdlib>
#include <vector>

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <popfetch/base/ascii.hpp>
#include <popfetch/base/file.hpp>

#include "screen.hpp"

extern "C" {
extern char** environ;
}

namespace popfetch::cli {

namespace {

std::vector<std::string> pager_words()
{
    const char* set = std::getenv("PAGER");
    std::string_view text = set ? set : "less -FR";
    std::vector<std::string> words;
    while (!(text = base::trim(text)).empty()) words.emplace_back(base::take_word(text));
    if (!words.empty() && words.front() == "cat") words.clear();
    return words;
}

}

Pager::Pager(bool wanted)
{
    auto words = wanted ? pager_words() : std::vector<std::string>{};
    std::array<int, 2> ends{};
    if (words.empty() || ::pipe2(ends.data(), O_CLOEXEC) != 0) return;
    base::Fd from{ends[0]}, to{ends[1]};

    std::vector<char*> argv;
    for (auto& word : words) argv.push_back(word.data());
    argv.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_adddup2(&actions, from.get(), STDIN_FILENO);
    if (::posix_spawnp(&child_, argv[0], &actions, nullptr, argv.data(), environ) == 0)
        to_pager_ = std::move(to);
    else
        child_ = -1; // no such pager: plain output is better than none
    ::posix_spawn_file_actions_destroy(&actions);
}

Pager::~Pager() { finish(); }

void Pager::write(std::string_view bytes)
{
    if (child_ < 0) return StandardOutput{}.write(bytes);
    if (!to_pager_) return;
    try {
        base::write_all(to_pager_.get(), bytes, "pager");
    } catch (const base::SystemError& error) {
        if (error.error_number() != EPIPE) throw;
        to_pager_.reset(); // the person has seen enough
    }
}

void Pager::finish()
{
    to_pager_.reset();
    if (child_ < 0) return;
    while (::waitpid(child_, nullptr, 0) < 0 && errno == EINTR) {
    }
    child_ = -1;
}

}
