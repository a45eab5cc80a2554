#pragma once
// The tables of keys: a row says what a key is called, what it means, and how it is read. Reading, suggestions and the
// manual's test use the same rows.

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include <popfetch/base/suggestion.hpp>
#include <popfetch/config/configuration.hpp>

#include "field.hpp"

namespace popfetch::config {

template<class Target>
struct Row {
    Key key;
    void (*read)(const Field& field, Target& target);
};

/// Reads every member of a table that is the value of a key ("deliver", "delete", "proxy").
template<class Target, std::size_t count>
void read_members(const Field& table, const Row<Target> (&rows)[count], Target& target)
{
    for (const auto& member : table.members()) {
        const auto row = std::find_if(std::begin(rows), std::end(rows),
                                      [&](const auto& each) { return each.key.name == member.key; });
        if (row == std::end(rows)) {
            std::vector<std::string_view> names;
            for (const auto& each : rows) names.push_back(each.key.name);
            const auto near = base::nearest(member.key, names);
            table.unknown(member, near.empty() ? near : "did you mean \"" + near + "\"?");
        }
        row->read(table.member(member), target);
    }
}

/// The rows of each kind of table, for keys().
void add_deliver_keys(std::vector<Key>& keys);
void add_delete_keys(std::vector<Key>& keys);
void add_proxy_keys(std::vector<Key>& keys);

/// What the larger values mean.
std::vector<delivery::Spec> read_deliver(const Field& field);
fetch::DeleteRule read_delete(const Field& field);
net::Proxy read_proxy(const Field& field);

}
