#pragma once
// What servers say when they refuse a login or a mailbox, and what they mean by it. POP3 has response codes for this
// (RFC 2449 §8, RFC 3206), but most servers and providers send words. Private to this module.
//
// Promises: a code decides before any word; a phrase decides only if it is one of the table, which names the server where
// it is that of one; the user's name, which servers repeat, is no part of the text. Leaves to others: what follows from a
// meaning (login_refusal.hpp).

#include <string_view>

#include <popfetch/pop3/reply.hpp>

namespace popfetch::pop3 {

enum class RefusalMeaning {
    unknown,     // most likely the credentials
    credentials, // it says so
    busy,        // the mailbox is open elsewhere, or the server has no time now: soon again
    too_often,   // too many logins in too short a time: not so soon
    locked_out,  // the account is locked after failed logins: more attempts prolong it
    not_enabled, // POP is switched off for this account
    by_code,     // another response code: Refused knows it
};

RefusalMeaning meaning_of(const Reply& refusal, std::string_view user);

}
