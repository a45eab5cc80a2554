#pragma once
// `popfetch shell`: one session, by hand. Nothing is deleted before `quit` has said what will be, and has been answered
// yes.

#include <chrono>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "../mailbox.hpp"
#include "editor.hpp"

namespace popfetch::cli {

class Shell {
public:
    /// RFC 1939 §3 lets a server hang up after ten idle minutes, and some do after one (PEERS: quirks).
    static constexpr std::chrono::seconds usual_keep_alive{50};

    /// NOOP goes to the server whenever nobody has typed for `keep_alive`.
    Shell(Mailbox& mailbox, const Globals& globals, std::chrono::milliseconds keep_alive = usual_keep_alive);

    /// Until quit, abort or the end of the input. Input that ends without `quit` deletes nothing.
    base::ExitStatus run();

private:
    enum class Next { go_on, quit, abort };
    struct Command {
        std::string_view name, arguments, help;
        Next (Shell::*run)(std::string_view arguments);
    };
    static std::span<const Command> commands();
    static base::Error no_command(std::string_view word);

    Next obey(std::string_view line);
    Next ls(std::string_view arguments);
    Next head(std::string_view arguments);
    Next cat(std::string_view arguments);
    Next save(std::string_view arguments);
    Next rm(std::string_view arguments);
    Next undo(std::string_view arguments);
    Next stat(std::string_view arguments);
    Next capa(std::string_view arguments);
    Next raw(std::string_view arguments);
    Next help(std::string_view arguments);
    Next quit(std::string_view arguments);
    Next abort(std::string_view arguments);

    void mark(std::uint32_t number);
    std::vector<std::uint32_t> marked() const;
    void complain(const base::Error& error) const;
    std::vector<const Row*> chosen(std::string_view arguments);
    pop3::Message one(std::string_view arguments);
    std::vector<std::string> completions(std::string_view typed) const;
    base::ExitStatus update();
    void print(std::string_view text) const;

    Mailbox& mailbox_;
    const Globals& globals_;
    LineEditor editor_;
    bool retrieved_ = false;
    base::ExitStatus status_ = base::ExitStatus::ok; // of the last command that failed, for scripts
};

}
