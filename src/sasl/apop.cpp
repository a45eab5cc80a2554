#include <array>

#include <openssl/evp.h>

#include <popfetch/base/base64.hpp>
#include <popfetch/sasl/mechanism.hpp>

namespace popfetch::sasl {

base::Secret apop_digest(std::string_view timestamp, const base::Secret& password)
{
    base::Secret text{timestamp};
    text.append(password);
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned size = 0;
    // MD5 is not there where a system allows approved algorithms only.
    if (EVP_Digest(text.reveal().data(), text.size(), digest.data(), &size, EVP_md5(), nullptr) != 1)
        throw SaslError{"auth.crypto", "OpenSSL does not offer MD5, which APOP needs"};

    auto hex = base::to_hex({reinterpret_cast<const char*>(digest.data()), size});
    base::Secret result{hex};
    base::wipe(hex.data(), hex.size());
    return result;
}

}
