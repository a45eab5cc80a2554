#include <mutex>
#include <optional>

#include <popfetch/base/base64.hpp>

#include "fetch_report.hpp"
#include "heads.hpp"
#include "mailbox.hpp"
#include "screen.hpp"

namespace popfetch::cli {

namespace {

// One event, one line, one write: events of several accounts never mix. When nobody can be told any more the mail is
// fetched all the same, and the failure comes at the end (FAULTS O06).
class Events {
public:
    void emit(const output::Record& record)
    {
        const auto line = output::to_json_line(record);
        const std::scoped_lock lock{mutex_};
        if (failure_) return;
        try {
            out_.write(line);
        } catch (const base::Error& error) {
            failure_ = error;
        }
    }

    void throw_if_failed() const
    {
        if (failure_) throw base::Error{*failure_};
    }

private:
    std::mutex mutex_;
    std::optional<base::Error> failure_;
    StandardOutput out_;
};

output::Record totals_of(output::Record record, const fetch::Totals& totals)
{
    record.set("fetched", totals.fetched);
    record.set("octets", output::Octets{totals.fetched_octets});
    record.set("deleted", totals.deleted);
    record.set("kept", totals.kept);
    record.set("skipped", totals.skipped);
    record.set("failed", totals.failed);
    return record;
}

class JsonReport final : public AccountReport {
public:
    JsonReport(Events& events, std::string account) : events_{events}, account_{std::move(account)} {}

    void connected(const SessionReport& session, const config::Account& account) override
    {
        events_.emit(event("connected")
                         .set("host", account.dial.host)
                         .set("port", unsigned{account.dial.port})
                         .set("confidentiality", session.encrypted ? session.tls.version : "none")
                         .set("mechanism", session.mechanism)
                         .set("milliseconds", static_cast<std::uint64_t>(session.logged_in.count())));
    }

    void planned(std::span<const fetch::Decision> decisions) override
    {
        std::uint64_t fetch = 0, octets = 0;
        for (const auto& d : decisions) {
            if (d.action == fetch::Action::fetch) {
                ++fetch;
                octets += d.message.believed_size();
            }
            if (d.action == fetch::Action::skip) skipped(d);
        }
        events_.emit(event("planned")
                         .set("fetch", fetch)
                         .set("octets", output::Octets{octets})
                         .set("messages", std::uint64_t{decisions.size()}));
    }

    void received(const pop3::Message& message, std::uint64_t at, std::string_view octets) override
    {
        heads_.received(message.number, at, octets);
    }
    void delivered(const pop3::Message& message, std::string_view target, std::string_view place) override
    {
        const auto summary = heads_.take(message.number);
        auto record = of("delivered", message).set("time", base::wall_clock()).set("target", target).set("path", place);
        record.set("from", addresses_of(summary.from)).set("subject", summary.subject);
        if (summary.subject_raw) record.set("subject_raw", base::to_base64(*summary.subject_raw));
        events_.emit(record.set("message_id", summary.message_id));
    }
    void deleted(const pop3::Message& message, std::string_view why) override
    {
        events_.emit(of("deleted", message).set("why", why));
    }
    void failed(const pop3::Message& message, const base::Error& error) override
    {
        events_.emit(of("failed", message)
                         .set("class", error.kind())
                         .set("text", error.what())
                         .set("exit", static_cast<unsigned>(error.status())));
    }
    void recovered(std::string_view id, std::string_view place) override
    {
        events_.emit(event("recovered").set("uid", id).set("path", place));
    }
    void noted(std::string_view text) override { events_.emit(event("note").set("text", text)); }
    void warned(std::string_view text) override { events_.emit(event("warning").set("text", text)); }

    void finished(const AccountResult& result) override
    {
        for (const auto& mistake : result.mistakes) events_.emit(error_record(mistake, account_));
        if (result.error) events_.emit(error_record(*result.error, account_));
        events_.emit(totals_of(event("account"), result.totals)
                         .set("seconds", static_cast<double>(result.took.count()) / 1000.0)
                         .set("exit", static_cast<unsigned>(result.status)));
    }

private:
    output::Record event(std::string_view name) const { return {{"event", name}, {"account", account_}}; }
    output::Record of(std::string_view name, const pop3::Message& message) const
    {
        return event(name)
            .set("number", message.number)
            .set("uid", message.uid)
            .set("size", output::Octets{message.size});
    }
    void skipped(const fetch::Decision& d)
    {
        events_.emit(of("skipped", d.message).set("reason", d.reason).set("why", d.why));
    }

    Events& events_;
    std::string account_;
    Heads heads_;
};

class JsonFront final : public FetchFront {
public:
    void confined(const base::Confinement& confinement) override
    {
        events_.emit({{"event", "sandbox"},
                      {"files", confinement.files},
                      {"ports", confinement.ports},
                      {"text", confinement.text}});
    }

    std::unique_ptr<AccountReport> report_for(std::size_t, const std::string& account) override
    {
        return std::make_unique<JsonReport>(events_, account);
    }

    void finish(const std::vector<AccountResult>& results) override
    {
        fetch::Totals sum;
        std::vector<base::ExitStatus> statuses;
        for (const auto& result : results) {
            sum.fetched += result.totals.fetched;
            sum.fetched_octets += result.totals.fetched_octets;
            sum.deleted += result.totals.deleted;
            sum.kept += result.totals.kept;
            sum.skipped += result.totals.skipped;
            sum.failed += result.totals.failed;
            statuses.push_back(result.status);
        }
        events_.emit(totals_of({{"event", "summary"}, {"accounts", std::uint64_t{results.size()}}}, sum)
                         .set("exit", static_cast<unsigned>(base::gravest(statuses))));
        events_.throw_if_failed();
    }

private:
    Events events_;
};

}

std::unique_ptr<FetchFront> json_front() { return std::make_unique<JsonFront>(); }

}
