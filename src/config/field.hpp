#pragma once
// One key of the file while it is read: its value as the type that the key wants, or an Invalid that says where it
// stands, what is there and what was expected. Values of keys that may hold a secret are never shown.

#include <chrono>
#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <popfetch/config/account.hpp>

#include "document.hpp"

namespace popfetch::config {

/// The part of the file that is being read, as messages name it.
struct Section {
    std::string file;    // "popfetch.toml"
    base::Path folder;   // what relative paths are relative to
    std::string title;   // `account "work"`, "[defaults]"
    std::string account; // what %{account} is here

    std::string at(unsigned line) const; // "popfetch.toml:7: "
};

class Field {
public:
    enum class Shown { yes, never };

    /// `name` is the key as messages name it: "port", "deliver.command". The section and the value are not copied.
    Field(const Section& section, std::string name, const Value& value, Shown shown = Shown::yes)
        : section_{section}, name_{std::move(name)}, value_{value}, shown_{shown}
    {
    }

    bool is_text() const noexcept { return std::holds_alternative<std::string>(value_.is); }
    bool is_flag() const noexcept { return std::holds_alternative<bool>(value_.is); }
    bool is_list() const noexcept { return std::holds_alternative<Value::List>(value_.is); }
    bool is_table() const noexcept { return std::holds_alternative<Value::Table>(value_.is); }

    /// Not empty, on one line, without NUL: what goes into a POP3 command or a name must be (FAULTS A14). %{account} is
    /// replaced.
    std::string text(std::string_view expected) const;
    bool flag() const;
    std::uint64_t number(std::uint64_t least, std::uint64_t most) const;
    /// "30s", "14d", from a second to ten years.
    std::chrono::seconds duration(std::string_view example) const;
    /// Octets, as a number or as "10M"; at least 1.
    std::uint64_t size(std::string_view example) const;
    base::Path path() const;
    base::Secret secret() const;
    /// A program and its arguments, run without a shell. A program given by a path is resolved as paths are. %{account}
    /// is replaced, unless the program is run for messages and replaces more.
    enum class Run { once, for_messages };
    std::vector<std::string> argv(Run run = Run::once) const;
    /// One text or a list of them.
    std::vector<std::string> texts(std::string_view expected) const;
    /// The words a key knows.
    template<class T>
    T one_of(std::initializer_list<std::pair<std::string_view, T>> words) const;

    /// The elements of a list, each as a field of its own with the same name; a value that is no list is the only
    /// element.
    std::vector<Field> elements() const;
    /// The members of a table, and one of them as a field: "deliver.command".
    const Value::Table& members() const { return std::get<Value::Table>(value_.is); }
    Field member(const Member& member) const;

    const Section& section() const noexcept { return section_; }
    unsigned line() const noexcept { return value_.line; }
    /// `popfetch.toml:7: "port" in account "work"`
    std::string place() const;

    /// "… is 70000; expected a number from 1 to 65535"
    [[noreturn]] void wrong(std::string_view expected) const;
    /// "…: TEXT; ADVICE"
    [[noreturn]] void invalid(std::string_view text, std::string_view advice = {}) const;
    /// A member of this table that has no meaning.
    [[noreturn]] void unknown(const Member& member, std::string_view advice) const;
    /// Something that this table lacks: `"deliver" in account "work" needs "command"`.
    [[noreturn]] void lacks(std::string_view text) const;

    /// What `read` makes of the value; an Invalid that it throws says where the value stands.
    template<class Read>
    auto understood(Read read) const;

private:
    std::string described() const;
    [[noreturn]] void wrong_word(const std::vector<std::string_view>& words) const;

    const Section& section_;
    std::string name_;
    const Value& value_;
    Shown shown_;
};

template<class Read>
auto Field::understood(Read read) const
{
    try {
        return read();
    } catch (const base::Error& error) {
        invalid(error.what());
    }
}

template<class T>
T Field::one_of(std::initializer_list<std::pair<std::string_view, T>> words) const
{
    const auto* const text = std::get_if<std::string>(&value_.is);
    std::vector<std::string_view> known;
    for (const auto& [word, meaning] : words) {
        if (text != nullptr && *text == word) return meaning;
        known.push_back(word);
    }
    wrong_word(known);
}

}
