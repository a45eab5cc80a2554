#pragma once
// Options that every command has.

#include <chrono>
#include <optional>
#include <string>

#include <popfetch/output/format.hpp>

namespace popfetch::cli {

enum class When { automatic, always, never };

struct Globals {
    std::string config;    // empty: the usual file
    std::string state_dir; // empty: the usual folder
    bool json = false, ndjson = false, quiet = false;
    int verbose = 0;
    std::string trace; // empty: none; "-": stderr
    When color = When::automatic, progress = When::automatic;
    bool no_sandbox = false;
    std::string tls;                       // --tls: for URLs
    bool allow_plaintext_password = false; // for URLs
    int password_descriptor = -1;          // --password-fd: for URLs

    output::Kind kind() const
    {
        if (ndjson) return output::Kind::ndjson;
        return json ? output::Kind::json : output::Kind::table;
    }
    bool machine() const { return json || ndjson; }
};

}
