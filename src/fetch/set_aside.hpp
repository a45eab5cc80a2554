#pragma once
// Messages at whose DELE a session broke off. They are left out of the next runs' deletions, for longer each time,
// since without QUIT nothing else would ever be deleted. Private to this module.

#include <string_view>
#include <vector>

#include <popfetch/fetch/run.hpp>

namespace popfetch::fetch {

class SetAside {
public:
    explicit SetAside(const Run& run);

    /// Takes out of `due` what is not to be tried yet, and says so.
    void take_from(std::vector<Decision>& due, const Identities& identities) const;
    /// DELE of this one broke the session off.
    void add(std::string_view id);
    /// QUIT was granted with these marked.
    void forget(const std::vector<Decision>& deleted, const Identities& identities);

private:
    struct Entry {
        std::string id;
        unsigned times;
        base::WallTime next_try;
    };

    const Entry* find(std::string_view id) const;
    void save() const;

    const Run& run_;
    std::vector<Entry> entries_;
};

}
