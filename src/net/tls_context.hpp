#pragma once
// One connection's SSL_CTX: the posture of RELIABILITY §4.2, and the files that the options name.

#include <string>

#include <popfetch/net/tls.hpp>

#include "openssl.hpp"

namespace popfetch::net {

/// Throws base::Error (EX_CONFIG, "config.tls") when a file of the options is of no use.
SslContext make_context(const TlsOptions& options);

/// An SSL that will accept only a certificate for `name`, an A-label or an address, and says so to the server.
Ssl make_ssl(SSL_CTX* context, const std::string& name);

}
