#include <popfetch/base/masker.hpp>

#include <popfetch/base/base64.hpp>

#include "support/catch.hpp"

namespace base = popfetch::base;

TEST_CASE("C03 a secret is hidden in every form in which a server may repeat it")
{
    const std::string secret = "p\\ss \"word\"/\u00e4";
    base::Masker masker;
    masker.hide(base::Secret{secret});
    auto unpadded = base::to_base64(secret);
    while (unpadded.ends_with('=')) unpadded.pop_back();
    for (const auto& form : {secret, base::to_base64(secret), unpadded, std::string{"p%5Css%20%22word%22%2F%C3%A4"},
                             std::string{"p\\\\ss \\\"word\\\"/\u00e4"}}) {
        CAPTURE(form);
        CHECK(masker.mask("you said " + form + ", " + form + '!') == "you said <hidden>, <hidden>!");
    }
    CHECK(masker.mask("nothing of it") == "nothing of it");
}

TEST_CASE("C03 several secrets are hidden, the longest first")
{
    base::Masker masker;
    masker.hide(base::Secret{"tanstaaf"});
    masker.hide(base::Secret{"tanstaaftanstaaf-and-more"});
    CHECK(masker.mask("tanstaaftanstaaf-and-more tanstaaf") == "<hidden> <hidden>");
}

TEST_CASE("C03 a secret that is too short to be told from text is left")
{
    base::Masker masker;
    masker.hide(base::Secret{"no"});
    CHECK(masker.mask("nothing, no") == "nothing, no");
}

TEST_CASE("C03 what hides a secret is not searched again")
{
    base::Masker masker;
    masker.hide(base::Secret{"hidden"});
    CHECK(masker.mask("hidden") == "<hidden>");
}
