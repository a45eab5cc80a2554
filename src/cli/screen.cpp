#include "screen.hpp"

#include <cerrno>
#include <cstdlib>
#include <mutex>

#include <sys/ioctl.h>
#include <unistd.h>

#include <popfetch/base/file.hpp>

namespace popfetch::cli {

namespace {

constexpr std::string_view reader_gone = "output.closed";

}

void StandardOutput::write(std::string_view bytes)
{
    try {
        base::write_all(STDOUT_FILENO, bytes, "standard output");
    } catch (const base::SystemError& error) {
        // A full disk is no passing trouble for whoever reads this: what is not written now never will be (FAULTS O06).
        throw base::Error{base::ExitStatus::io, error.error_number() == EPIPE ? reader_gone : error.kind(),
                          error.what()};
    }
}

bool is_terminal(int descriptor) { return ::isatty(descriptor) == 1; }

unsigned terminal_width(int descriptor)
{
    winsize size{};
    if (::ioctl(descriptor, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
    return 80;
}

bool wants_color(const Globals& globals, int descriptor)
{
    if (globals.color != When::automatic) return globals.color == When::always;
    const char* no_color = std::getenv("NO_COLOR");
    if (no_color && *no_color) return false;
    const char* term = std::getenv("TERM");
    return is_terminal(descriptor) && term && std::string_view{term} != "dumb";
}

bool wants_progress(const Globals& globals)
{
    if (globals.quiet) return false;
    if (globals.progress != When::automatic) return globals.progress == When::always;
    const char* term = std::getenv("TERM");
    return is_terminal(STDERR_FILENO) && term && std::string_view{term} != "dumb";
}

bool shows_everything(const Globals& globals)
{
    return globals.verbose > 0 || wants_progress(globals) || is_terminal(STDERR_FILENO);
}

output::Terminal standard_terminal(const Globals& globals)
{
    return {is_terminal(STDOUT_FILENO) ? terminal_width(STDOUT_FILENO) : 0, wants_color(globals, STDOUT_FILENO),
            base::wall_clock()};
}

void say(std::string_view line)
{
    static std::mutex one_at_a_time;
    const std::scoped_lock lock{one_at_a_time};
    std::string text{line};
    text += '\n';
    // There is nobody left to tell when standard error fails.
    try {
        base::write_all(STDERR_FILENO, text, "standard error");
    } catch (const base::Error&) {
    }
}

std::string error_line(const base::Error& error, std::string_view account)
{
    const std::string_view text = error.what();
    std::string line = "popfetch: ";
    // The account of a URL is named user@host or host, and what its server did begins with host:port.
    const auto at = account.find('@');
    const auto host = at == std::string_view::npos ? account : account.substr(at + 1);
    if (!host.empty() && text.starts_with(std::string{host} + ':'))
        return line.append(account.substr(0, account.size() - host.size())).append(text);
    if (!account.empty()) line.append(account).append(": ");
    return line.append(text);
}

output::Record error_record(const base::Error& error, std::string_view account)
{
    output::Record record{{"event", "error"}, {"class", error.kind()}};
    if (!account.empty()) record.set("account", account);
    record.set("text", error.what());
    record.set("exit", static_cast<unsigned>(error.status()));
    return record;
}

base::ExitStatus report_error(const base::Error& error, std::string_view account, const Globals& globals)
{
    if (error.kind() == reader_gone) return error.status(); // head(1) has seen enough, which is no news to anybody
    try {
        if (globals.machine())
            StandardOutput{}.write(output::to_json_line(error_record(error, account)));
        else
            say(error_line(error, account));
    } catch (const base::Error&) {
        say(error_line(error, account));
    }
    return error.status();
}

base::ExitStatus report_unknown(const base::Error& error, const Globals& globals)
{
    const auto line = globals.machine() ? output::to_json_line(error_record(error, {}))
                                        : "POPFETCH UNKNOWN: " + std::string{error.what()} + "\n";
    try {
        StandardOutput{}.write(line);
    } catch (const base::Error&) {
        say(error_line(error, {}));
    }
    return static_cast<base::ExitStatus>(3);
}

base::ExitStatus for_account(const std::string& account, const Globals& globals,
                             const std::function<base::ExitStatus()>& command)
{
    try {
        return command();
    } catch (const base::Error& error) {
        return report_error(error, account, globals);
    }
}

}
