#pragma once
// Arguments that several commands share, declared in one place, and checks of values that say what is wanted.

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "selection.hpp"

namespace CLI {
class App;
class Option;
}

namespace popfetch::cli {

/// ACCOUNT|URL, which must be there.
void add_account(CLI::App& command, std::string& account);
/// ACCOUNT|URL…, none meaning every enabled account.
void add_accounts(CLI::App& command, std::vector<std::string>& accounts);

enum class Presence { required, optional };
/// MSG… and --where.
void add_selection(CLI::App& command, Selection& selection, Presence messages);
/// --where alone.
void add_where(CLI::App& command, std::vector<std::string>& where);

/// What the parser asks of a value: empty when it is right, otherwise what is wanted instead.
using ValueCheck = std::function<std::string(const std::string&)>;
ValueCheck one_of(std::vector<std::string_view> words);
ValueCheck a_number(std::uint64_t least = 0, std::uint64_t most = UINT64_MAX);
ValueCheck a_size();
ValueCheck a_duration();
/// ~ and ~user at the beginning become the folder they mean, since a shell leaves them alone behind `--option=`; "-"
/// and nothing stay as they are.
void take_path(CLI::Option& option);
/// Wrong is what `read` throws a base::Error for.
ValueCheck readable_by(std::function<void(const std::string&)> read);

}
