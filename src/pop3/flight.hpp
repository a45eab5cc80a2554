#pragma once
// RETR or TOP of many messages through a Window. Private to this module.
//
// Promises what Maildrop::retr says: bodies in order; a refusal concerns its own message only; after a body whose
// octets are not those of LIST nothing that is already on its way is believed (FAULTS P07, P08).

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include <popfetch/pop3/maildrop.hpp>

#include "window.hpp"

namespace popfetch::pop3 {

class Flight {
public:
    enum class Sizes { compared, not_compared };
    /// How it is known that no reply was taken for another command's.
    enum class Place { told_by_sizes, asked_at_the_end };
    struct Rules {
        std::string verb, arguments; // "RETR" and "", "TOP" and " 20"
        Window::Limits window;
        Sizes sizes = Sizes::compared;
        std::uint64_t max_message = 0; // as in TransferOptions
        Place place = Place::told_by_sizes;
        Dots dots = Dots::stuffed;
    };

    Flight(Wire& wire, std::span<const Message> messages, Rules rules, const Maildrop::OnBody& on_body,
           const Maildrop::OnRefused& on_refused);

    /// Returns how many messages were dealt with.
    std::size_t run();
    /// The message whose reply is awaited; nothing when all have come.
    std::optional<std::uint32_t> awaited() const;

private:
    Window::Row row() const;
    std::uint64_t limit_for(const Message& message) const;
    std::size_t fly();
    bool take(const Message& message);
    void discard_the_rest(const Message& mismatched);
    void discard(const Message& message);
    void find_our_place(std::uint32_t number);
    void confirm_place();

    Wire& wire_;
    std::span<const Message> messages_;
    Rules rules_;
    const Maildrop::OnBody& on_body_;
    const Maildrop::OnRefused& on_refused_;
    Window window_;
    std::optional<std::uint32_t> granted_; // the last message that was not refused
};

}
