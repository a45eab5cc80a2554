#include "command.hpp"

#include <array>

#include "commands/all.hpp"

namespace popfetch::cli {

std::span<const Command> commands()
{
    // clang-format off
    static constexpr std::array table{
        Command{"fetch", add_fetch},
        Command{"list", add_list},
        Command{"show", add_show},
        Command{"save", add_save},
        Command{"delete", add_delete},
        Command{"stat", add_stat},
        Command{"check", add_check},
        Command{"info", add_info},
        Command{"shell", add_shell},
        Command{"history", add_history},
        Command{"repair", add_repair},
        Command{"accounts", add_accounts},
    };
    // clang-format on
    return table;
}

}
