#pragma once
// What the tests of TLS share: an authority, a host's name, and the client's side of a session with a TlsServer.

#include <chrono>
#include <memory>
#include <string>

#include <popfetch/net/dial.hpp>
#include <popfetch/net/tls.hpp>

#include "support/certificates.hpp"
#include "support/errors.hpp"
#include "support/temp_folder.hpp"
#include "support/tls_server.hpp"

namespace popfetch::test {

inline const std::string name = "pop.example.org";

/// One authority for all tests; its certificate in a file.
struct World {
    TempFolder folder;
    Identity authority = make_authority("Test CA");
    std::string ca_file = folder / "ca.pem";

    World() { put_text(ca_file, authority.certificate_pem()); }
    std::string file(const std::string& file_name, const std::string& text) const
    {
        put_text(folder / file_name, text);
        return folder / file_name;
    }
};

inline World& world()
{
    static World only;
    return only;
}

inline Identity identity_for(CertificateRequest request) { return issue(world().authority, request); }
inline Identity good() { return identity_for({.names = {name}}); }

inline net::TlsOptions options_for(const std::string& server_name = name)
{
    net::TlsOptions options;
    options.server_name = server_name;
    options.ca_file = world().ca_file;
    return options;
}

inline std::unique_ptr<net::Stream> clear_stream(const TlsServer& server)
{
    net::DialOptions options;
    options.host = server.host();
    options.port = server.port();
    return net::dial(options, net::Deadline::in(std::chrono::seconds{20}));
}

inline std::unique_ptr<net::Stream> connect(const TlsServer& server, const net::TlsOptions& options = options_for(),
                                            net::TlsInfo* seen = nullptr)
{
    return net::start_tls(clear_stream(server), options, net::Deadline::in(std::chrono::seconds{20}), seen);
}

inline std::string read_all(net::Stream& stream)
{
    std::string all;
    char bytes[4096];
    while (const auto count = stream.read_some(bytes, net::Deadline::in(std::chrono::seconds{20})))
        all.append(bytes, count);
    return all;
}

/// How a handshake with a server of this identity fails.
inline Failure refusal_of(const Identity& identity, const net::TlsOptions& options = options_for(),
                          net::TlsInfo* seen = nullptr)
{
    TlsServer server{{.identity = identity}};
    return failure_of([&] { connect(server, options, seen); });
}

}
