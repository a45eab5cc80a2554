#include "command.hpp"

#include <array>

#include "commands/all.hpp"

namespace popfetch::cli {

std::span<const Command> commands()
{
    static constexpr std::array table{
        Command{"fetch", add_fetch},
        Command{"stat", add_stat},
        Command{"accounts", add_accounts},
    };
    return table;
}

}
