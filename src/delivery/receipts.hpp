#pragma once
// Receipts of letters that wait in a staging folder: the token is Staged's.

#include <algorithm>
#include <iterator>

#include "staging_folder.hpp"

namespace popfetch::delivery {

template<typename Place>
std::vector<Receipt> receipts_for(std::span<const Staged> letters, Place place_of)
{
    std::vector<Receipt> receipts;
    for (const auto& staged : letters) receipts.push_back({place_of(staged), staged.token()});
    return receipts;
}

inline std::vector<Staged> staged_in(std::span<const Receipt> receipts)
{
    std::vector<Staged> letters;
    std::ranges::transform(receipts, std::back_inserter(letters),
                           [](const Receipt& receipt) { return Staged::from_token(receipt.token); });
    return letters;
}

}
