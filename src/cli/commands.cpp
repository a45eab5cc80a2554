#include "command.hpp"

#include <array>

#include "commands/all.hpp"

namespace popfetch::cli {

std::span<const Command> commands()
{
    static constexpr std::array table{
        Command{"fetch", add_fetch},     Command{"list", add_list},         Command{"show", add_show},
        Command{"save", add_save},       Command{"delete", add_delete},     Command{"stat", add_stat},
        Command{"history", add_history}, Command{"accounts", add_accounts},
    };
    return table;
}

}
