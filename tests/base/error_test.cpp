#include "support/catch.hpp"

#include <cerrno>
#include <csignal>
#include <string>

#include <popfetch/base/error.hpp>

using namespace popfetch;
using base::ExitStatus;
using base::SystemError;

TEST_CASE("an error says its text and then its advice")
{
    const base::Error plain{ExitStatus::io, "area.reason", "place: what"};
    CHECK(std::string{plain.what()} == "place: what");
    const base::Error advised{ExitStatus::config, "area.reason", "place: what", "do this"};
    CHECK(std::string{advised.what()} == "place: what; do this");
    CHECK(advised.status() == ExitStatus::config);
    CHECK(advised.kind() == "area.reason");
}

TEST_CASE("F01 a full disk or quota is temporary and everything else local is not")
{
    const SystemError full{"write to", "/home/alice/Mail/new", ENOSPC};
    CHECK(std::string{full.what()} == "/home/alice/Mail/new: no space left on device");
    CHECK(full.status() == ExitStatus::temporary);
    CHECK(full.kind() == "file.no_space");
    CHECK(full.error_number() == ENOSPC);
    CHECK(SystemError{"write to", "/x", EDQUOT}.status() == ExitStatus::temporary);
    CHECK(SystemError{"write to", "/x", EIO}.status() == ExitStatus::io);
    CHECK(SystemError{"write to", "/x", EROFS}.status() == ExitStatus::io);
    CHECK(SystemError{"write to", "/x", EFBIG}.status() == ExitStatus::io);
    CHECK(SystemError{"write to", "/x", ENOTSUP}.status() == ExitStatus::io);
}

TEST_CASE("what cannot be created has a status of its own unless time helps")
{
    CHECK(SystemError{"create", "/x", EACCES}.status() == ExitStatus::cannot_create);
    CHECK(SystemError{"create", "/x", EROFS}.status() == ExitStatus::cannot_create);
    CHECK(SystemError{"create", "/x", ENOSPC}.status() == ExitStatus::temporary);
    CHECK(SystemError{"open", "/x", EMFILE}.status() == ExitStatus::temporary);
    CHECK(SystemError{"open", "/x", ESTALE}.status() == ExitStatus::temporary);
}

TEST_CASE("a system error says what was tried where the reason does not")
{
    CHECK(std::string{SystemError{"create", "/srv/mail", EACCES}.what()} ==
          "/srv/mail: permission denied (could not create it)");
    CHECK(std::string{SystemError{"open", "/etc/x", ENOENT}.what()} == "/etc/x: no such file or directory");
    const std::string failing = SystemError{"sync", "/srv/new", EIO}.what();
    CHECK(failing.starts_with("/srv/new: input/output error (could not sync it); "));
}

TEST_CASE("O01 the name of a file reaches a message only as printable text")
{
    CHECK(std::string{SystemError{"open", "/tmp/a\x1b[31mb\nc", ENOENT}.what()} ==
          R"(/tmp/a\x1b[31mb\x0ac: no such file or directory)");
}

TEST_CASE("an interruption carries the status of its signal")
{
    CHECK(base::Interrupted{SIGINT}.status() == ExitStatus::interrupted);
    CHECK(base::Interrupted{SIGTERM}.status() == ExitStatus::terminated);
    CHECK(base::Interrupted{SIGHUP}.status() == ExitStatus::terminated);
    CHECK(std::string{base::Interrupted{SIGINT}.what()} == "interrupted");
}
