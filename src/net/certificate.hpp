#pragma once
// X.509 certificates turned into the plain values of tls.hpp. All text in them is made printable: a certificate comes
// from a stranger (FAULTS T08).

#include <string>
#include <vector>

#include <popfetch/net/tls.hpp>

#include "openssl.hpp"

namespace popfetch::net {

Certificate describe(const X509* certificate);

/// "sha256//" and the base64 of the SHA-256 of the SubjectPublicKeyInfo; as curl and RFC 7469 count it.
std::string pin_of(const X509* certificate);

/// "CN=pop.example.org,O=Example": RFC 4514, most specific first.
std::string name_of(const X509_NAME* name);

/// The hash of the certificate that RFC 5929 §4 calls tls-server-end-point; empty where it is not defined.
std::string end_point_binding(const X509* certificate);

/// "2026-11-02", in UTC.
std::string date_of(base::WallTime time);

}
