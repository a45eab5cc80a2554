#include <popfetch/state/note.hpp>

#include <fcntl.h>
#include <unistd.h>

#include "store.hpp"

namespace popfetch::state {

namespace {

constexpr std::size_t longest_note = 200;

base::Fd open_beside(const base::Path& ledger, int flags)
{
    return base::Fd{::open(beside(ledger, lock_suffix).c_str(), flags | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK)};
}

}

std::string note_beside(const base::Path& ledger)
{
    const auto file = open_beside(ledger, O_RDONLY);
    std::string text(longest_note, '\0');
    const auto count = file ? ::pread(file.get(), text.data(), text.size(), 0) : -1;
    text.resize(count > 0 ? static_cast<std::size_t>(count) : 0);
    return text.substr(0, text.find('\n'));
}

void leave_note(const base::Path& ledger, std::string_view note)
{
    if (note_beside(ledger) == note) return;
    const auto file = open_beside(ledger, O_WRONLY);
    const auto line = note.empty() ? std::string{} : std::string{note} + '\n';
    if (file && ::ftruncate(file.get(), 0) == 0) (void)!::pwrite(file.get(), line.data(), line.size(), 0);
}

}
