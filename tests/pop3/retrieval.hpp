#pragma once
// What retr and top handed over, as values.

#include <cstdint>
#include <string>
#include <vector>

#include <popfetch/pop3/maildrop.hpp>

namespace popfetch::test {

struct Retrieval {
    struct Row {
        std::uint32_t number;
        std::string text; // of the message, or of the refusal
        std::uint64_t octets;
        bool refused;
    };
    std::vector<Row> rows;
    std::size_t dealt_with = 0;

    pop3::Maildrop::OnBody on_body = [this](const pop3::Message& message, pop3::Body& body) {
        base::StringSink sink;
        body.pour_into(sink);
        rows.push_back({message.number, sink.text, body.octets(), false});
    };
    pop3::Maildrop::OnRefused on_refused = [this](const pop3::Message& message, const pop3::Reply& reply) {
        rows.push_back({message.number, reply.text, 0, true});
    };

    Retrieval() = default;
    Retrieval(const Retrieval&) = delete;
    Retrieval& operator=(const Retrieval&) = delete;

    void retr(pop3::Maildrop& maildrop, const std::vector<pop3::Message>& messages)
    {
        dealt_with = maildrop.retr(messages, on_body, on_refused);
    }
};

}
