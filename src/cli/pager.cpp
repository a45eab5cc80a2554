#include "pager.hpp"

#include <cerrno>
#include <cstdlib>
#include <vector>

#include <unistd.h>

#include <popfetch/base/ascii.hpp>
#include <popfetch/base/file.hpp>

#include "screen.hpp"

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
    const auto words = wanted ? pager_words() : std::vector<std::string>{};
    const auto file = words.empty() ? std::nullopt : base::find_program(words.front(), base::search_path());
    if (!file) return; // no such pager: plain output is better than none
    base::Pipe pipe;
    try {
        child_.emplace(base::Program{.file = *file,
                                     .argv = words,
                                     .environment = base::our_environment(),
                                     .input = pipe.read.get(),
                                     .output = STDOUT_FILENO,
                                     .errors = STDERR_FILENO,
                                     .own_group = false});
        to_pager_ = std::move(pipe.write);
    } catch (const base::SystemError&) {
        return; // nor where it cannot be started
    }
}

Pager::~Pager() { finish(); }

void Pager::write(std::string_view bytes)
{
    if (!child_) return StandardOutput{}.write(bytes);
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
    if (!child_) return;
    child_->wait_until(std::chrono::steady_clock::time_point::max());
    child_.reset();
}

}
