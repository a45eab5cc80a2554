#pragma once
// A TOML text as a plain tree in the file's order, each key and value with its line. The only place that knows toml++.

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace popfetch::config {

struct Member;

struct Value {
    struct Other {
        std::string_view what; // "a date": a kind that no key takes
    };
    using List = std::vector<Value>;
    using Table = std::vector<Member>;

    std::variant<Other, std::string, std::int64_t, bool, List, Table> is;
    unsigned line = 0;
};

struct Member {
    std::string key;
    unsigned line = 0;
    Value value;
};

const Member* find(const Value::Table& table, std::string_view key) noexcept;

/// Owns the tree and wipes its texts at the end: one of them may be a password.
class Document {
public:
    /// Throws Invalid "config.syntax"; `file` is what the message calls the file.
    Document(std::string_view text, std::string_view file);
    Document(const Document&) = delete;
    Document& operator=(const Document&) = delete;
    ~Document();

    const Value::Table& members() const noexcept { return members_; }

private:
    Value::Table members_;
};

}
