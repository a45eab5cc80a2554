#include <popfetch/net/places.hpp>

#include <algorithm>
#include <cstdlib>
#include <string_view>

#include <openssl/x509.h>

namespace popfetch::net {

namespace {

constexpr std::uint16_t domain = 53; // RFC 7766: a long answer comes over TCP

void add_variable(std::vector<std::string>& places, const char* name)
{
    const char* const value = std::getenv(name);
    if (value == nullptr) return;
    // SSL_CERT_DIR may be a list.
    for (std::string_view rest = value; !rest.empty();) {
        const auto one = rest.substr(0, rest.find(':'));
        rest.remove_prefix(std::min(rest.size(), one.size() + 1));
        places.emplace_back(one);
    }
}

}

std::vector<std::string> resolver_places()
{
    return {
        "/etc/resolv.conf", "/etc/hosts", "/etc/nsswitch.conf", "/etc/host.conf", "/etc/gai.conf", "/etc/services",
        "/etc/networks", "/etc/protocols", "/etc/mdns.allow",
        // What keeps resolv.conf up to date replaces it, and /etc has a link to it.
        "/run/systemd/resolve", "/run/resolvconf", "/run/NetworkManager", "/run/connman", "/var/lib/sss/mc",
        "/var/lib/sss/pubconf", // sssd(8)
    };
}

std::vector<std::string> trust_places(const TlsOptions& options)
{
    const std::string folder = X509_get_default_cert_area();
    std::vector<std::string> places{
        X509_get_default_cert_file(), X509_get_default_cert_dir(),
        folder + "/openssl.cnf",      "/etc/ssl/certs",
        "/etc/ssl/cert.pem",          "/etc/ssl/openssl.cnf", // most systems
        "/etc/pki/tls/certs",         "/etc/pki/tls/openssl.cnf",
        "/etc/pki/ca-trust",          "/etc/crypto-policies",     // Fedora
        "/etc/ca-certificates",       "/var/lib/ca-certificates", // where links lead: Arch, openSUSE
    };
    for (const char* variable : {"SSL_CERT_FILE", "SSL_CERT_DIR", "OPENSSL_CONF", "OPENSSL_MODULES"})
        add_variable(places, variable);
    for (const auto& file : {options.ca_file, options.crl_file, options.client_certificate, options.client_key})
        if (!file.empty()) places.push_back(file);
    return places;
}

std::vector<std::uint16_t> ports(const DialOptions& options)
{
    if (options.host.starts_with('/') || runs_command(options)) return {};
    auto port = options.port;
    if (const auto* const socks = std::get_if<Socks5>(&options.proxy)) port = socks->port;
    if (const auto* const http = std::get_if<HttpConnect>(&options.proxy)) port = http->port;
    return {port, domain};
}

bool runs_command(const DialOptions& options) noexcept
{
    return !options.host.starts_with('/') && std::holds_alternative<TunnelCommand>(options.proxy);
}

}
