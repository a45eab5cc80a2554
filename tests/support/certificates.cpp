#include "support/certificates.hpp"

#include <stdexcept>

#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>

namespace popfetch::test {

namespace {

void require(bool done)
{
    if (!done) throw std::runtime_error{ERR_reason_error_string(ERR_peek_last_error())};
}

std::shared_ptr<EVP_PKEY> make_key(int rsa_bits)
{
    EVP_PKEY* const key = rsa_bits == 0 ? EVP_EC_gen("P-256") : EVP_RSA_gen(static_cast<unsigned>(rsa_bits));
    require(key != nullptr);
    return {key, &EVP_PKEY_free};
}

template<class Write>
std::string to_pem(Write write)
{
    const std::unique_ptr<BIO, decltype(&BIO_free_all)> memory{BIO_new(BIO_s_mem()), &BIO_free_all};
    require(write(memory.get()) == 1);
    char* start = nullptr;
    const long size = BIO_get_mem_data(memory.get(), &start);
    return {start, static_cast<std::size_t>(size)};
}

void add_text_extension(X509* certificate, int id, const char* value)
{
    X509V3_CTX context;
    X509V3_set_ctx_nodb(&context);
    X509V3_set_ctx(&context, certificate, certificate, nullptr, nullptr, 0);
    X509_EXTENSION* const extension = X509V3_EXT_conf_nid(nullptr, &context, id, value);
    require(extension != nullptr);
    X509_add_ext(certificate, extension, -1);
    X509_EXTENSION_free(extension);
}

/// Built by hand, so that a name may hold bytes that no configuration syntax lets through.
void add_names(X509* certificate, const CertificateRequest& request)
{
    if (request.names.empty() && request.addresses.empty()) return;
    const std::unique_ptr<GENERAL_NAMES, decltype(&GENERAL_NAMES_free)> names{GENERAL_NAMES_new(), &GENERAL_NAMES_free};
    const auto add = [&](int type, ASN1_STRING* value) {
        GENERAL_NAME* const name = GENERAL_NAME_new();
        GENERAL_NAME_set0_value(name, type, value);
        sk_GENERAL_NAME_push(names.get(), name);
    };
    for (const auto& name : request.names) {
        ASN1_STRING* const value = ASN1_IA5STRING_new();
        ASN1_STRING_set(value, name.data(), static_cast<int>(name.size()));
        add(GEN_DNS, value);
    }
    for (const auto& address : request.addresses) add(GEN_IPADD, a2i_IPADDRESS(address.c_str()));
    require(X509_add1_ext_i2d(certificate, NID_subject_alt_name, names.get(), 0, 0) == 1);
}

void set_subject(X509* certificate, const std::string& common_name)
{
    X509_NAME* const subject = X509_get_subject_name(certificate);
    require(X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8,
                                       reinterpret_cast<const unsigned char*>(common_name.data()),
                                       static_cast<int>(common_name.size()), -1, 0) == 1);
}

void set_random_serial(X509* certificate)
{
    const std::unique_ptr<BIGNUM, decltype(&BN_free)> number{BN_new(), &BN_free};
    require(BN_rand(number.get(), 64, BN_RAND_TOP_ANY, BN_RAND_BOTTOM_ANY) == 1);
    BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(certificate));
}

Identity make(const CertificateRequest& request, const Identity* authority)
{
    Identity made{{X509_new(), &X509_free}, make_key(request.rsa_bits)};
    X509* const certificate = made.certificate.get();
    X509_set_version(certificate, X509_VERSION_3);
    set_random_serial(certificate);
    X509_gmtime_adj(X509_getm_notBefore(certificate), request.valid_from.count());
    X509_gmtime_adj(X509_getm_notAfter(certificate), request.valid_to.count());
    X509_set_pubkey(certificate, made.key.get());
    set_subject(certificate, request.common_name);
    X509_set_issuer_name(certificate, X509_get_subject_name(authority ? authority->certificate.get() : certificate));
    add_text_extension(certificate, NID_basic_constraints,
                       request.authority ? "critical,CA:TRUE" : "critical,CA:FALSE");
    if (request.authority) add_text_extension(certificate, NID_key_usage, "critical,keyCertSign,cRLSign");
    if (!request.authority && !request.extended_key_usage.empty()) {
        add_text_extension(certificate, NID_ext_key_usage, request.extended_key_usage.c_str());
    }
    add_names(certificate, request);
    require(X509_sign(certificate, authority ? authority->key.get() : made.key.get(), EVP_sha256()) > 0);
    return made;
}

}

std::string Identity::certificate_pem() const
{
    return to_pem([&](BIO* bio) { return PEM_write_bio_X509(bio, certificate.get()); });
}

std::string Identity::key_pem() const
{
    return to_pem(
        [&](BIO* bio) { return PEM_write_bio_PrivateKey(bio, key.get(), nullptr, nullptr, 0, nullptr, nullptr); });
}

Identity make_authority(const std::string& common_name)
{
    CertificateRequest request;
    request.common_name = common_name;
    request.authority = true;
    return self_signed(request);
}

Identity issue(const Identity& authority, const CertificateRequest& request) { return make(request, &authority); }
Identity self_signed(const CertificateRequest& request) { return make(request, nullptr); }

std::string revocation_list(const Identity& authority, const std::vector<Identity>& revoked)
{
    const std::unique_ptr<X509_CRL, decltype(&X509_CRL_free)> list{X509_CRL_new(), &X509_CRL_free};
    const std::unique_ptr<ASN1_TIME, decltype(&ASN1_TIME_free)> time{ASN1_TIME_new(), &ASN1_TIME_free};
    X509_CRL_set_version(list.get(), X509_CRL_VERSION_2);
    X509_CRL_set_issuer_name(list.get(), X509_get_subject_name(authority.certificate.get()));
    X509_CRL_set1_lastUpdate(list.get(), X509_gmtime_adj(time.get(), -3600));
    for (const auto& identity : revoked) {
        X509_REVOKED* const entry = X509_REVOKED_new();
        X509_REVOKED_set_serialNumber(entry, X509_get_serialNumber(identity.certificate.get()));
        X509_REVOKED_set_revocationDate(entry, time.get());
        X509_CRL_add0_revoked(list.get(), entry);
    }
    X509_CRL_set1_nextUpdate(list.get(), X509_gmtime_adj(time.get(), 86400));
    X509_CRL_sort(list.get());
    require(X509_CRL_sign(list.get(), authority.key.get(), EVP_sha256()) > 0);
    return to_pem([&](BIO* bio) { return PEM_write_bio_X509_CRL(bio, list.get()); });
}

}
