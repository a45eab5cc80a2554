#include "certificate.hpp"

#include <array>
#include <ctime>

#include <arpa/inet.h>

#include <popfetch/base/base64.hpp>
#include <popfetch/base/printable.hpp>

namespace popfetch::net {

namespace {

std::string_view bytes_of(const ASN1_STRING* text)
{
    return {reinterpret_cast<const char*>(ASN1_STRING_get0_data(text)),
            static_cast<std::size_t>(ASN1_STRING_length(text))};
}

std::string digest_of(const X509* certificate, const EVP_MD* algorithm)
{
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest;
    unsigned size = 0;
    if (X509_digest(certificate, algorithm, digest.data(), &size) != 1) return {};
    return {reinterpret_cast<const char*>(digest.data()), size};
}

std::string address_text(std::string_view bytes)
{
    char text[INET6_ADDRSTRLEN] = "";
    const int family = bytes.size() == 4 ? AF_INET : AF_INET6;
    if (bytes.size() != 4 && bytes.size() != 16) return base::to_hex(bytes);
    inet_ntop(family, bytes.data(), text, sizeof text);
    return text;
}

std::vector<std::string> alternative_names(const X509* certificate)
{
    std::vector<std::string> found;
    void* const extension = X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr);
    const GeneralNames names{static_cast<GENERAL_NAMES*>(extension)};
    for (int i = 0; names && i < sk_GENERAL_NAME_num(names.get()); ++i) {
        int type = 0;
        const void* const value = GENERAL_NAME_get0_value(sk_GENERAL_NAME_value(names.get(), i), &type);
        const auto* const text = static_cast<const ASN1_STRING*>(value);
        if (type == GEN_DNS) found.push_back(base::printable(bytes_of(text)));
        if (type == GEN_IPADD) found.push_back(address_text(bytes_of(text)));
    }
    return found;
}

base::WallTime time_of(const ASN1_TIME* time)
{
    std::tm parts{};
    if (ASN1_TIME_to_tm(time, &parts) != 1) return {};
    return base::WallTime{std::chrono::seconds{timegm(&parts)}};
}

}

Certificate describe(const X509* certificate)
{
    Certificate described;
    described.subject = name_of(X509_get_subject_name(certificate));
    described.issuer = name_of(X509_get_issuer_name(certificate));
    described.names = alternative_names(certificate);
    described.not_before = time_of(X509_get0_notBefore(certificate));
    described.not_after = time_of(X509_get0_notAfter(certificate));
    described.pin = pin_of(certificate);
    described.fingerprint = base::to_hex(digest_of(certificate, EVP_sha256()));
    return described;
}

std::string pin_of(const X509* certificate)
{
    unsigned char* encoded = nullptr;
    const int size = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate), &encoded);
    if (size <= 0) return {};
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest;
    unsigned digest_size = 0;
    const int ok =
        EVP_Digest(encoded, static_cast<std::size_t>(size), digest.data(), &digest_size, EVP_sha256(), nullptr);
    OPENSSL_free(encoded);
    if (ok != 1) return {};
    return "sha256//" + base::to_base64({reinterpret_cast<const char*>(digest.data()), digest_size});
}

std::string name_of(const X509_NAME* name)
{
    const Bio text{BIO_new(BIO_s_mem())};
    constexpr unsigned long style = XN_FLAG_RFC2253 & ~static_cast<unsigned long>(ASN1_STRFLGS_ESC_MSB);
    if (!text || X509_NAME_print_ex(text.get(), name, 0, style) < 0) return {};
    char* start = nullptr;
    const long size = BIO_get_mem_data(text.get(), &start);
    return base::printable({start, static_cast<std::size_t>(size)});
}

std::string end_point_binding(const X509* certificate)
{
    int digest = NID_undef;
    int key = NID_undef;
    if (X509_get_signature_info(const_cast<X509*>(certificate), &digest, &key, nullptr, nullptr) != 1) return {};
    if (digest == NID_md5 || digest == NID_sha1) digest = NID_sha256;
    const EVP_MD* const algorithm = EVP_get_digestbynid(digest);
    return algorithm == nullptr ? std::string{} : digest_of(certificate, algorithm);
}

std::string date_of(base::WallTime time) { return base::to_rfc3339(time).substr(0, 10); }

}
