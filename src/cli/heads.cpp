#include "heads.hpp"

namespace popfetch::cli {

namespace {

constexpr std::size_t longest_head = std::size_t{256} * 1024; // as much as mail::summarize() reads

/// Where the search for the empty line goes on: it may have begun in the piece before.
bool is_over(std::string_view head, std::size_t from)
{
    return head.size() >= longest_head || head.starts_with('\n') || head.find("\n\n", from) != std::string_view::npos;
}

}

void Heads::received(std::uint32_t number, std::uint64_t at, std::string_view octets)
{
    if (at == 0) {
        close();
        open_ = number;
    }
    if (open_ != number) return;
    const auto before = head_.size();
    head_.append(octets.substr(0, longest_head - before));
    if (is_over(head_, before == 0 ? 0 : before - 1)) close();
}

mail::Summary Heads::take(std::uint32_t number)
{
    if (open_ == number) close();
    const auto found = summaries_.extract(number);
    return found ? std::move(found.mapped()) : mail::Summary{};
}

void Heads::close()
{
    if (open_) summaries_[*open_] = mail::summarize(head_);
    open_.reset();
    head_.clear();
}

}
