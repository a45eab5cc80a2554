#pragma once
// OpenSSL's objects, owned.

#include <memory>

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

namespace popfetch::net {

template<auto release>
struct Release {
    template<class Object>
    void operator()(Object* object) const noexcept
    {
        release(object);
    }
};

using Ssl = std::unique_ptr<SSL, Release<&SSL_free>>;
using SslContext = std::unique_ptr<SSL_CTX, Release<&SSL_CTX_free>>;
using Bio = std::unique_ptr<BIO, Release<&BIO_free_all>>;
using BioMethod = std::unique_ptr<BIO_METHOD, Release<&BIO_meth_free>>;
using X509Ptr = std::unique_ptr<X509, Release<&X509_free>>;
using GeneralNames = std::unique_ptr<GENERAL_NAMES, Release<&GENERAL_NAMES_free>>;

}
