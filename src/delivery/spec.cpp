// Targets as text: what `deliver = "…"` and --to say.

#include <array>

#include <popfetch/base/printable.hpp>
#include <popfetch/delivery/target.hpp>

namespace popfetch::delivery {

namespace {

struct Scheme {
    std::string_view name;
    Spec::Kind kind;
};
constexpr std::array with_path{Scheme{"maildir:", Spec::Kind::maildir}, Scheme{"mbox:", Spec::Kind::mbox},
                               Scheme{"files:", Spec::Kind::files}};

[[noreturn]] void refuse(std::string_view text, std::string_view why)
{
    throw base::Error{base::ExitStatus::config, "config.deliver",
                      '"' + base::printable(text) + "\" " + std::string{why},
                      "expected maildir:PATH, mbox:PATH, files:DIR or stdout:"};
}

}

Spec parse_spec(std::string_view text)
{
    Spec spec;
    if (text == "stdout:") {
        spec.kind = Spec::Kind::stdout_;
        return spec;
    }
    for (const auto& scheme : with_path) {
        if (!text.starts_with(scheme.name)) continue;
        const auto path = text.substr(scheme.name.size());
        if (path.empty()) refuse(text, "names no path");
        if (path.find('\0') != std::string_view::npos) refuse(text, "has a NUL inside");
        spec.kind = scheme.kind;
        spec.path = path;
        return spec;
    }
    refuse(text, "is no place to deliver to");
}

std::string to_text(const Spec& spec)
{
    switch (spec.kind) {
    case Spec::Kind::maildir: return "maildir:" + base::printable(spec.path.string(), 1000);
    case Spec::Kind::mbox: return "mbox:" + base::printable(spec.path.string(), 1000);
    case Spec::Kind::files: return "files:" + base::printable(spec.path.string(), 1000);
    case Spec::Kind::stdout_: return "stdout:";
    case Spec::Kind::pipe: return "pipe:" + (spec.argv.empty() ? std::string{} : base::printable(spec.argv.front()));
    case Spec::Kind::lmtp: break;
    }
    return "lmtp:" + (spec.path.empty() ? base::printable(spec.host) + ':' + std::to_string(spec.port)
                                        : base::printable(spec.path.string(), 1000));
}

}
