#pragma once
// --where: terms such as  size>1M   from~example.org   older>30d   state=new   joined by "and" and "or" ("and" binds
// tighter), each may have "not" before it.
//
// Fields: number, size, uid, state (new, fetched, failed), from, to, subject (~ contains, = is; case is not minded),
// older, newer (age of the Date header). A value with blanks stands in double quotes.

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <popfetch/base/time.hpp>

#include "mailbox.hpp"

namespace popfetch::cli {

class Where {
public:
    /// Throws base::Error (EX_USAGE, "usage.where") that points at what it does not understand.
    explicit Where(std::string_view text);

    /// True when it holds for certain, whatever a header says that could not be read.
    bool holds(const Row& row, base::WallTime now) const { return judge(row, now) == Verdict::yes; }
    /// True when a term looks at From, To, Subject or Date, so that headers must be read first.
    bool needs_headers() const;

    enum class Field { number, size, uid, state, from, to, subject, older, newer };
    enum class Operator { less, at_most, equal, unequal, at_least, more, contains };
    struct Term {
        bool negated = false;
        Field field{};
        Operator op{};
        std::string text;         // as given
        std::uint64_t number = 0; // octets, numbers, seconds
    };

    /// open: a header decides that could not be read. In the order in which "and" is the least and "or" the most.
    enum class Verdict { no, open, yes };

    Verdict judge(const Row& row, base::WallTime now) const;

private:
    std::vector<std::vector<Term>> any_of_all_; // "or" of "and"s
};

/// Of all conditions together.
Where::Verdict judge(const std::vector<Where>& conditions, const Row& row, base::WallTime now);

}
