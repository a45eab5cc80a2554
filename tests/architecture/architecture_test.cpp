// The layers hold: what each file includes is read and compared with the tables below. They are the text of
// src/README.md as data; whoever changes one changes the other, and says why in the commit.

#include "support/catch.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

namespace fs = std::filesystem;

namespace {

struct Module {
    std::string name;
    std::set<std::string> uses;
};

const std::vector<Module> modules{
    {"base", {}},
    {"net", {"base"}},
    {"sasl", {"base"}},
    {"pop3", {"net", "sasl", "base"}},
    {"smtp", {"net", "base"}},
    {"delivery", {"smtp", "net", "base"}},
    {"state", {"base"}},
    {"mail", {"base"}},
    {"fetch", {"pop3", "delivery", "state", "base"}},
    {"output", {"base"}},
    {"config", {"fetch", "pop3", "delivery", "sasl", "net", "base"}},
    {"cli", {"config", "output", "mail", "fetch", "state", "delivery", "pop3", "sasl", "net", "base"}},
};

// Who may include a header of somebody else's: the first row whose beginning fits holds.
struct Vendor {
    std::string beginning;
    std::set<std::string> users;
};

const std::vector<Vendor> vendors{
    {"openssl/ssl.h", {"net"}}, {"openssl/", {"base", "net", "sasl"}},
    {"gsasl", {"sasl"}},        {"sqlite3", {"state"}},
    {"gmime/", {"mail"}},       {"glib", {"mail"}},
    {"toml++/", {"config"}},    {"nlohmann/", {"output"}},
    {"utf8proc.h", {"output"}},
    {"CLI/", {"cli"}},          {"histedit.h", {"cli"}},
    {"editline/", {"cli"}},     {"sanitizer/", {"mail"}}, // only in builds with the leak checker: what GMime loses once
    {"readline", {}},           {"catch2/", {}},
};

// The operating system: POSIX, and what Linux, macOS and the BSDs add.
const std::set<std::string> system_folders{"sys", "net", "netinet", "arpa", "linux"};
const std::set<std::string> system_headers{
    "dirent.h",   "dlfcn.h",  "endian.h",  "fcntl.h",  "fnmatch.h", "glob.h",   "grp.h",     "ifaddrs.h",
    "langinfo.h", "netdb.h",  "paths.h",   "poll.h",   "pthread.h", "pwd.h",    "resolv.h",  "spawn.h",
    "strings.h",  "syslog.h", "termios.h", "unistd.h", "wchar.h",   "wctype.h", "wordexp.h",
};
// And the processor: what its compiler offers for sixteen octets at once.
const std::set<std::string> processor_headers{"emmintrin.h", "arm_neon.h"};

const std::set<std::string> empty_names{"util", "utils", "helper", "helpers", "common", "misc", "manager"};

struct SourceFile {
    fs::path path; // from the top: src/net/tls.cpp, include/popfetch/net/tls.hpp
    std::string text;
};

const Module* find_module(const std::string& name)
{
    const auto found = std::ranges::find(modules, name, &Module::name);
    return found == modules.end() ? nullptr : &*found;
}

// The folder under src/ or include/popfetch/; main.cpp is the command line's.
std::string module_of(const fs::path& path)
{
    auto part = path.begin();
    if (*part == "include") ++part;
    ++part;
    return *part == "main.cpp" ? "cli" : part->string();
}

struct Include {
    std::string name;
    bool quoted = false;
};

std::vector<Include> includes_of(const std::string& text)
{
    static const std::regex directive{R"(^\s*#\s*include\s*([<"])([^>"]+)[>"].*)"};
    std::vector<Include> includes;
    std::istringstream lines{text};
    std::smatch match;
    for (std::string line; std::getline(lines, line);) {
        if (std::regex_match(line, match, directive)) includes.push_back({match[2], match[1] == "\""});
    }
    return includes;
}

bool is_standard(const std::string& name) { return name.find_first_of("/.") == std::string::npos; }

bool is_of_the_system(const std::string& name)
{
    const std::size_t slash = name.find('/');
    if (slash != std::string::npos) return system_folders.contains(name.substr(0, slash));
    return system_headers.contains(name) || processor_headers.contains(name);
}

std::optional<std::string> objection_to_module(const Module& module, const std::string& header)
{
    const fs::path path{header};
    const std::string used = std::next(path.begin())->string();
    if (used == module.name || module.uses.contains(used)) return std::nullopt;
    return module.name + " may not use " + used;
}

std::optional<std::string> objection_to_foreign(const Module& module, const std::string& header)
{
    for (const Vendor& vendor : vendors) {
        if (!header.starts_with(vendor.beginning)) continue;
        if (vendor.users.contains(module.name)) return std::nullopt;
        return vendor.beginning + " is not for " + module.name;
    }
    if (is_standard(header) || is_of_the_system(header)) return std::nullopt;
    return "a header nobody may use yet";
}

// "…" is for the private headers of one's own module.
std::optional<std::string> objection_to_private(const Module& module, const fs::path& from, const std::string& header)
{
    const fs::path meant = (from.parent_path() / header).lexically_normal();
    if (meant.string().starts_with("src/" + module.name + "/")) return std::nullopt;
    return "a private header of another folder";
}

std::vector<std::string> forbidden_includes(const SourceFile& file)
{
    const Module* const module = find_module(module_of(file.path));
    if (module == nullptr) return {file.path.string() + ": its folder is no module"};
    std::vector<std::string> found;
    for (const auto& [name, quoted] : includes_of(file.text)) {
        const auto objection = quoted                          ? objection_to_private(*module, file.path, name)
                               : name.starts_with("popfetch/") ? objection_to_module(*module, name)
                                                               : objection_to_foreign(*module, name);
        if (objection) found.push_back(file.path.string() + " includes " + name + ": " + *objection);
    }
    return found;
}

bool opens_its_namespace(const SourceFile& file)
{
    if (file.path == "src/main.cpp") return true;
    return std::regex_search(file.text, std::regex{"namespace popfetch::" + module_of(file.path) + R"([^a-z0-9_])"});
}

// src/net/tls.cpp includes net/tls.hpp before anything else, so compiling it shows that the header stands alone.
// (Headers without a .cpp are compiled alone by the build: tests/architecture/CMakeLists.txt.)
std::optional<std::string> own_header_of(const fs::path& source)
{
    const fs::path header = fs::path{source}.replace_extension(".hpp").lexically_relative("src");
    if (fs::exists(fs::path{PROJECT_SOURCE} / "include/popfetch" / header)) return "popfetch/" + header.string();
    if (fs::exists(fs::path{PROJECT_SOURCE} / "src" / header)) return header.filename().string();
    return std::nullopt;
}

std::vector<SourceFile> all_files()
{
    std::vector<SourceFile> files;
    for (const char* top : {"include", "src"}) {
        for (const auto& entry : fs::recursive_directory_iterator{fs::path{PROJECT_SOURCE} / top}) {
            if (entry.path().extension() != ".hpp" && entry.path().extension() != ".cpp") continue;
            std::ifstream in{entry.path()};
            files.push_back(
                {entry.path().lexically_relative(PROJECT_SOURCE), {std::istreambuf_iterator<char>{in}, {}}});
        }
    }
    return files;
}

bool objects(std::string_view path, const std::string& text)
{
    return !forbidden_includes({fs::path{path}, text}).empty();
}

}

TEST_CASE("every file includes only what its layer may")
{
    const auto files = all_files();
    REQUIRE(files.size() > 50); // the reader found the tree
    for (const SourceFile& file : files) {
        for (const std::string& violation : forbidden_includes(file)) {
            INFO(violation);
            CHECK(false);
        }
    }
}

TEST_CASE("a forbidden include is seen")
{
    CHECK(objects("src/base/file.cpp", "#include <popfetch/net/dial.hpp>\n"));
    CHECK(objects("src/delivery/mbox.cpp", "#include <popfetch/state/ledger.hpp>\n"));
    CHECK(objects("include/popfetch/state/ledger.hpp", "  #  include <popfetch/delivery/target.hpp> // because\n"));
    CHECK(objects("src/delivery/mbox.cpp", "#include \"../state/database.hpp\"\n"));
    CHECK(objects("include/popfetch/net/dial.hpp", "#include \"wait.hpp\"\n"));
    CHECK(objects("src/pop3/wire.cpp", "#include <openssl/evp.h>\n"));
    CHECK(objects("src/sasl/scram.cpp", "#include <openssl/ssl.h>\n"));
    CHECK(objects("src/output/json.cpp", "#include <CLI/CLI.hpp>\n"));
    CHECK(objects("src/net/dial.cpp", "#include <histedit.h>\n"));
    CHECK(objects("src/net/dial.cpp", "#include <boost/asio.hpp>\n"));
    CHECK(objects("src/net/dial.cpp", "#include <curl.h>\n"));
    CHECK(objects("src/extras/dial.cpp", ""));
}

TEST_CASE("an include that the layers allow is not objected to")
{
    CHECK_FALSE(objects("src/main.cpp", "#include <popfetch/cli/main.hpp>\n"));
    CHECK_FALSE(objects("src/net/tls.cpp",
                        "#include <openssl/ssl.h>\n#include <popfetch/base/fd.hpp>\n#include \"wait.hpp\"\n"));
    CHECK_FALSE(objects("src/cli/commands/fetch.cpp", "#include \"../screen.hpp\"\n#include <CLI/CLI.hpp>\n"));
    CHECK_FALSE(objects("src/base/file.cpp", "#include <string>\n#include <sys/stat.h>\n#include <fcntl.h>\n"));
}

TEST_CASE("the build links each module with what it may include and no more")
{
    std::ifstream in{fs::path{PROJECT_SOURCE} / "CMakeLists.txt"};
    const std::string text{std::istreambuf_iterator<char>{in}, {}};
    const std::regex declaration{R"(popfetch_module\(([a-z0-9]+)(\s+USES((\s+[a-z0-9]+)+))?)"};
    std::size_t declared = 0;
    for (std::sregex_iterator match{text.begin(), text.end(), declaration}, end; match != end; ++match, ++declared) {
        std::istringstream words{(*match)[3].str()};
        const std::set<std::string> uses{std::istream_iterator<std::string>{words}, {}};
        const Module* const module = find_module((*match)[1]);
        INFO((*match)[0]);
        REQUIRE(module != nullptr);
        CHECK(uses == module->uses);
    }
    CHECK(declared == modules.size());
}

TEST_CASE("no module uses one that uses it")
{
    for (const Module& module : modules) {
        for (const std::string& used : module.uses) {
            REQUIRE(find_module(used) != nullptr);
            CHECK_FALSE(find_module(used)->uses.contains(module.name));
        }
    }
}

TEST_CASE("folder and namespace are one")
{
    for (const SourceFile& file : all_files()) {
        INFO(file.path);
        CHECK(opens_its_namespace(file));
    }
    CHECK_FALSE(opens_its_namespace({"src/net/tls.cpp", "namespace popfetch::network {\n"}));
    CHECK_FALSE(opens_its_namespace({"src/net/tls.cpp", "namespace popfetch::pop3 {\n"}));
    CHECK(opens_its_namespace({"src/net/tls.cpp", "namespace popfetch::net {\n"}));
}

TEST_CASE("every source file includes its own header first")
{
    for (const SourceFile& file : all_files()) {
        const auto header = own_header_of(file.path);
        if (file.path.extension() != ".cpp" || !header) continue;
        const auto includes = includes_of(file.text);
        INFO(file.path);
        REQUIRE_FALSE(includes.empty());
        CHECK(includes.front().name == *header);
    }
    CHECK(own_header_of("src/base/file.cpp") == "popfetch/base/file.hpp");
}

TEST_CASE("every header is guarded and no file has a name that says nothing")
{
    for (const SourceFile& file : all_files()) {
        INFO(file.path);
        CHECK_FALSE(empty_names.contains(file.path.stem().string()));
        for (const fs::path& folder : file.path.parent_path()) CHECK_FALSE(empty_names.contains(folder.string()));
        if (file.path.extension() == ".hpp") CHECK(file.text.starts_with("#pragma once\n"));
    }
}
