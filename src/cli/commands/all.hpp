#pragma once
// Declarations for the table in commands.cpp; each is defined in the file of its name.

#include "../command.hpp"

namespace popfetch::cli {

void add_fetch(CLI::App& app, Invocation& invocation);
void add_list(CLI::App& app, Invocation& invocation);
void add_show(CLI::App& app, Invocation& invocation);
void add_save(CLI::App& app, Invocation& invocation);
void add_delete(CLI::App& app, Invocation& invocation);
void add_check(CLI::App& app, Invocation& invocation);
void add_info(CLI::App& app, Invocation& invocation);
void add_shell(CLI::App& app, Invocation& invocation);
void add_repair(CLI::App& app, Invocation& invocation);
void add_history(CLI::App& app, Invocation& invocation);
void add_stat(CLI::App& app, Invocation& invocation);
void add_accounts(CLI::App& app, Invocation& invocation);

}
