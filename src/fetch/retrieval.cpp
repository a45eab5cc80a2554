#include "retrieval.hpp"

#include <algorithm>

#include <popfetch/base/ascii.hpp>
#include <popfetch/base/digest.hpp>
#include <popfetch/base/units.hpp>
#include <popfetch/pop3/error.hpp>

#include <popfetch/fetch/facts.hpp>

namespace popfetch::fetch {

namespace {

// A letter that tells the report how far it has come.
class Watched final : public base::ByteSink {
public:
    Watched(delivery::Letter& letter, const pop3::Message& message, Report& report)
        : letter_{letter}, message_{message}, report_{report}
    {
    }
    void write(std::string_view bytes) override
    {
        letter_.write(bytes);
        report_.received(message_, at_, bytes);
        at_ += bytes.size();
    }

private:
    delivery::Letter& letter_;
    const pop3::Message& message_;
    Report& report_;
    std::uint64_t at_ = 0;
};

delivery::Envelope envelope(const pop3::Message& message, const Run& run)
{
    std::string key = run.account + '\0';
    key += message.identified() ? message.uid : "no uid, octets " + std::to_string(message.size);
    return {run.account, std::string{message.uid}, base::sha256_hex(key).substr(0, 32), message.size, run.clock()};
}

// Another session deleted it after our UIDL: Dovecot says so of a message that its listing still has (FAULTS P32).
// Other words are a refusal like any other (FAULTS L04).
bool says_gone(const pop3::Reply& reply) { return base::to_lower(reply.text).find("expunged") != std::string::npos; }

// Its octets are known now, whatever LIST said or did not say.
pop3::Message as_received(pop3::Message message, std::uint64_t octets)
{
    if (!message.has_size) message.size = octets;
    message.has_size = true;
    return message;
}

base::Error server_error(std::string_view kind, std::string_view text)
{
    return base::Error{base::ExitStatus::temporary, kind, text};
}

}

Retrieval::Retrieval(pop3::Maildrop& maildrop, const Run& run, const state::Snapshot& known, Batch& batch,
                     Totals& totals)
    : maildrop_{maildrop}, run_{run}, known_{known}, batch_{batch}, totals_{totals}, sizes_{size_trust(run.ledger)},
      were_gone_{remembered_expunged(run.ledger)}
{
}

void Retrieval::fetch(std::span<const Decision> plan)
{
    std::vector<pop3::Message> messages;
    for (const auto& decision : plan)
        if (decision.action == Action::fetch) messages.push_back(decision.message);

    try {
        retrieve(messages);
    } catch (const pop3::PipeliningBroken&) {
        throw;
    } catch (const base::Error& error) {
        const auto broken = std::ranges::find(messages, maildrop_.broke_at(),
                                              [](const pop3::Message& m) { return std::optional{m.number}; });
        if (broken == messages.end()) throw;
        // One message must not keep the others away for ever: the next run passes it by.
        fail(*broken, error);
        throw MessageBroke{"RETR", *broken, error};
    }
    remember_what_was_seen();
}

void Retrieval::retrieve(std::span<const pop3::Message> messages)
{
    std::size_t done = 0;
    const bool all_sized = std::ranges::all_of(messages, &pop3::Message::has_size);
    if (!all_sized) pipelining_ = false;
    while (done < messages.size()) {
        // The limits of the run could not count what has no size before it came (FAULTS L01).
        if (!all_sized && run_.policy.max_bytes && received_ >= *run_.policy.max_bytes)
            return leave(messages.size() - done);
        maildrop_.set_transfer(transfer());
        done += maildrop_.retr(
            messages.subspan(done, all_sized ? std::dynamic_extent : 1),
            [this](const auto& message, auto& body) { take(message, body); },
            [this](const auto& message, const auto& reply) { refuse(message, reply); });
        if (doubtful_) confirm_doubtful();
    }
}

pop3::TransferOptions Retrieval::transfer() const
{
    pop3::TransferOptions options;
    options.pipelining = pipelining_;
    options.sizes = sizes_;
    options.max_message = run_.policy.max_size.value_or(0); // LIST may have said less than comes
    return options;
}

std::unique_ptr<delivery::Letter> Retrieval::receive(const pop3::Message& message, pop3::Body& body)
{
    auto letter = run_.target.begin(envelope(message, run_));
    Watched watched{*letter, message, run_.report};
    body.pour_into(watched);
    return letter;
}

void Retrieval::take(const pop3::Message& message, pop3::Body& body)
{
    auto letter = receive(message, body);
    received_ += body.octets();
    if (message.is_whole(body.octets())) {
        ++exact_;
        return accept(message, std::move(letter));
    }
    if (body.octets() == 0)
        return fail(message,
                    server_error("server.empty_message",
                                 message.has_size ? "the server sent an empty message where it lists " +
                                                        base::format_count(message.size) + " octets"
                                                  : "the server sent an empty message and lists no size of it"));
    if (sizes_ == pop3::SizeTrust::wrong) return accept(as_received(message, body.octets()), std::move(letter));
    const auto dots = body.dubious_dots();
    doubtful_ = Doubtful{message, std::move(letter), body.octets(), dots > 0 && body.octets() + dots == message.size};
}

void Retrieval::accept(const pop3::Message& message, std::unique_ptr<delivery::Letter> letter)
{
    if (message.identified()) return batch_.add(message, std::string{message.uid}, std::move(letter));

    // No octet of a UID is a control character, so this id cannot be one (RFC 1939 §7).
    const auto id = "\x01sha256=" + letter->digest();
    const bool seen_here = std::ranges::any_of(identities_, [&](const auto& entry) { return entry.second == id; });
    identities_[message.number] = id;
    const auto* before = known_.find(id);
    if (seen_here || (before && before->standing != state::Standing::failed)) {
        ++totals_.kept;
        known_already_.insert(message.number);
        return;
    }
    batch_.add(message, id, std::move(letter));
}

void Retrieval::refuse(const pop3::Message& message, const pop3::Reply& reply)
{
    if (says_gone(reply) && !message.uid.empty()) {
        gone_.emplace_back(message.uid);
        if (!were_gone_.contains(gone_.back())) { // a second listing shows it: then it is not gone
            ++totals_.skipped;
            return run_.report.noted("message " + std::to_string(message.number) + " left the server meanwhile");
        }
    }
    batch_.fail(message, pop3::Refused{"RETR was refused", reply});
}

void Retrieval::fail(const pop3::Message& message, const base::Error& error)
{
    all_safe_ = false;
    batch_.fail(message, error);
}

void Retrieval::confirm_doubtful()
{
    // Whatever comes after a doubt comes one at a time: nothing may hide behind a reply that lied about its length.
    pipelining_ = false;
    maildrop_.set_transfer(transfer());
    const auto message = doubtful_->message;
    const auto octets = doubtful_->octets;
    auto first = std::move(doubtful_->letter);
    const bool lacks_dots = doubtful_->lacks_dots;
    doubtful_.reset();
    if (lacks_dots)
        if (auto letter = with_its_dots(message)) return accept(message, std::move(letter));
    bool same = false;
    maildrop_.retr(
        {&message, 1},
        [&](const pop3::Message& m, pop3::Body& body) { same = receive(m, body)->digest() == first->digest(); },
        [](const pop3::Message&, const pop3::Reply&) {});
    if (!same)
        return fail(message, server_error("server.unstable_message",
                                          "two retrievals of the same message differ; the server may have "
                                          "trouble reading it"));
    if (message.has_size && ++confirmed_wrong_ == 3) {
        sizes_ = pop3::SizeTrust::wrong;
        run_.report.warned(
            "the sizes that the server lists are not those of its messages; they are no longer compared");
    }
    accept(as_received(message, octets), std::move(first));
}

// The server does not stuff (RFC 1939 §3): the dots that were taken away are the message's. Nothing unless its octets
// are those of LIST then.
std::unique_ptr<delivery::Letter> Retrieval::with_its_dots(const pop3::Message& message)
{
    auto options = transfer();
    options.dots = pop3::Dots::kept;
    maildrop_.set_transfer(options);
    std::unique_ptr<delivery::Letter> letter;
    const auto take_whole = [&](const pop3::Message& m, pop3::Body& body) {
        auto received = receive(m, body);
        if (body.octets() == m.size) letter = std::move(received);
    };
    maildrop_.retr({&message, 1}, take_whole, [](const pop3::Message&, const pop3::Reply&) {});
    maildrop_.set_transfer(transfer());
    return letter;
}

void Retrieval::leave(std::size_t messages)
{
    totals_.skipped += messages;
    run_.report.noted("the limit of this run is reached; " + base::format_count(messages) +
                      (messages == 1 ? " message stays" : " messages stay") + " for the next");
}

void Retrieval::remember_what_was_seen()
{
    remember_expunged(run_.ledger, gone_);
    if (sizes_ == pop3::SizeTrust::unknown && exact_ > 0 && confirmed_wrong_ == 0) sizes_ = pop3::SizeTrust::exact;
    if (sizes_ != size_trust(run_.ledger)) remember_size_trust(run_.ledger, sizes_);
}

}
