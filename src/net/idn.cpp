#include "idn.hpp"

#include <cstdint>
#include <cstdlib>
#include <memory>

#include <dlfcn.h>

#include <popfetch/base/printable.hpp>
#include <popfetch/net/error.hpp>

namespace popfetch::net {

namespace {

// libidn2's interface and flags; its soname promises that they stay.
using LookupName = int (*)(const std::uint8_t* name, std::uint8_t** a_label, int flags);
constexpr int nfc_input = 1, non_transitional = 8;

LookupName load()
{
    void* const library = dlopen("libidn2.so.0", RTLD_NOW | RTLD_LOCAL); // stays: glibc may use it as well
    return library == nullptr ? nullptr : reinterpret_cast<LookupName>(dlsym(library, "idn2_lookup_u8"));
}

ConnectionError no_name(std::string_view host, std::string_view why, std::string_view advice)
{
    const auto text = "\"" + base::printable(host) + "\" " + std::string{why};
    return {base::ExitStatus::no_host, "net.unknown_host", text, advice};
}

}

std::string to_a_label(std::string_view host)
{
    static const LookupName lookup_name = load();
    if (lookup_name == nullptr) {
        throw no_name(host, "is an internationalised name and libidn2 is not installed", "write its xn-- form");
    }
    const std::string name{host};
    std::uint8_t* a_label = nullptr;
    const auto* text = reinterpret_cast<const std::uint8_t*>(name.c_str());
    const int result = lookup_name(text, &a_label, nfc_input | non_transitional);
    const std::unique_ptr<std::uint8_t, decltype(&std::free)> owner{a_label, &std::free};
    const bool cut = name.find('\0') != std::string::npos; // for a C library the name would end there
    if (result != 0 || a_label == nullptr || cut) throw no_name(host, "is not a host name", "check host");
    return reinterpret_cast<const char*>(a_label);
}

}
