#pragma once
// Standard output and standard error as this run may use them: what is a terminal, how wide, whether colours are
// wanted.

#include <functional>
#include <string>
#include <string_view>

#include <popfetch/base/byte_sink.hpp>
#include <popfetch/base/error.hpp>
#include <popfetch/output/format.hpp>

#include "options.hpp"

namespace popfetch::cli {

/// Standard output. Every failure to write is an Error with EX_IOERR (FAULTS O06): a full disk must not look like
/// success. Kind "output.closed": the reader went away.
class StandardOutput final : public base::ByteSink {
public:
    void write(std::string_view bytes) override;
};

bool is_terminal(int descriptor);
/// Columns of a terminal; 80 when it does not say.
unsigned terminal_width(int descriptor);
/// --color, NO_COLOR (no-color.org), TERM=dumb, and whether `descriptor` is a terminal.
bool wants_color(const Globals& globals, int descriptor);
bool wants_progress(const Globals& globals);
/// Somebody looks: a terminal, -v, or --progress=always. Else only what needs a person is said.
bool shows_everything(const Globals& globals);
/// How tables are to be set on standard output.
output::Terminal standard_terminal(const Globals& globals);

/// One whole line on standard error; threads do not mix theirs.
void say(std::string_view line);

/// The one line, or the one JSON object, of an error. `account` may be empty.
std::string error_line(const base::Error& error, std::string_view account);
output::Record error_record(const base::Error& error, std::string_view account);
/// Prints it where and as the options ask, but nothing of a reader who went away; returns its status.
base::ExitStatus report_error(const base::Error& error, std::string_view account, const Globals& globals);
/// The same, as a monitoring plugin says it: one line on standard output, status 3.
base::ExitStatus report_unknown(const base::Error& error, const Globals& globals);

/// Runs a command on one account, whose name goes in front of what goes wrong.
base::ExitStatus for_account(const std::string& account, const Globals& globals,
                             const std::function<base::ExitStatus()>& command);

}
