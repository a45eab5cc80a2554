// Whole sessions: the bytes are the server, and what it says ends with the line feed that ends an arrival, so that
// replies come when commands were sent. The first line says how the world is, the others what the server says:
//
//     OPTIONS:FATES       fates as in session_world.hpp; options: t TLS, l a local line, p passwords in clear are
//     allowed,
//                         s STLS is wanted, o a token instead of a password, f a n b delete rules
//     0x1C                ends a session; the next one begins with the same ledger
//     0x1D                behind a line feed: the next line arrives together with this one

#include <algorithm>

#include <popfetch/pop3/login.hpp>

#include "session_world.hpp"
#include "support/certificates.hpp"
#include "support/fast_folder.hpp"
#include "support/memory_stream.hpp"
#include "support/temp_folder.hpp"

using namespace popfetch;

namespace {

constexpr std::string_view password = "tiger-lily-73";
constexpr base::WallTime day_one{std::chrono::seconds{1'800'000'000}};

struct Options {
    explicit Options(std::string_view letters) : letters_{letters} {}
    bool has(char letter) const { return letters_.find(letter) != std::string_view::npos; }

    fetch::Policy policy() const
    {
        fetch::Policy policy;
        if (has('f')) policy.remove = fetch::Fetched{};
        if (has('a')) policy.remove = fetch::Age{std::chrono::hours{24}};
        if (has('n')) policy.remove = fetch::KeepNewest{1};
        if (has('b')) policy.remove = fetch::KeepBytes{20};
        return policy;
    }

    pop3::LoginOptions login() const
    {
        pop3::LoginOptions login;
        login.credentials.user = "alice";
        login.credentials.host = "pop.example.org";
        const auto supply = [] { return base::Secret{password}; };
        (has('o') ? login.credentials.token : login.credentials.password) = supply;
        login.allow_plaintext_password = has('p');
        return login;
    }

private:
    std::string_view letters_;
};

// One authority: reading all those of the system would take longer than a session.
const std::string& authority()
{
    static const test::TempFolder folder{test::fast_folder()};
    static const auto path = [] {
        const auto file = folder / "authority.pem";
        test::put_text(file, test::make_authority("Nobody").certificate_pem());
        return file.string();
    }();
    return path;
}

std::vector<std::string> arrivals(std::string_view said)
{
    std::vector<std::string> lines{""};
    for (std::size_t i = 0; i < said.size(); ++i) {
        const bool joined = i > 0 && said[i] == '\x1d' && said[i - 1] == '\n';
        if (joined) continue;
        if (i > 0 && said[i - 1] == '\n') lines.emplace_back();
        lines.back() += said[i];
    }
    return lines;
}

pop3::Maildrop logged_in(std::unique_ptr<net::Stream> stream, const Options& options, test::Wire& wire, bool may_show)
{
    const auto trace = [may_show](std::string_view line) {
        fuzz::require(fuzz::is_for_terminals(line), "the trace is printable");
        fuzz::require(may_show || line.find(password) == std::string_view::npos, "the trace hides the password");
    };
    pop3::Connection connection{std::move(stream), {{}, trace}};
    if (options.has('s')) {
        wire.on_send = {}; // what follows is not POP3
        net::TlsOptions tls;
        tls.server_name = "pop.example.org";
        tls.ca_file = authority();
        fuzz::require(!fuzz::passes([&] { connection.start_tls(tls); }), "nobody here can do TLS");
    }
    connection.capabilities();
    return std::move(log_in(std::move(connection), options.login()).maildrop);
}

void play(std::string_view said, const Options& options, const fetch::Run& run, fuzz::Witness& witness, bool may_show)
{
    auto [stream, wire] = test::memory_stream(arrivals(said));
    if (options.has('t') && !options.has('s')) wire->tls = std::make_unique<net::TlsInfo>();
    if (wire->tls) wire->tls->tls_exporter = "bound";
    wire->local = options.has('l');
    witness.may_be_overheard = !wire->tls && !wire->local && !options.has('p');
    wire->on_send = [&witness](std::string_view bytes, test::Wire&) { witness.hear(bytes); };

    witness.begin_session();
    fuzz::passes([&, &line = stream, &end = *wire] {
        fetch::recover(run);
        fetch::run(logged_in(std::move(line), options, end, may_show), run);
        fuzz::require(!options.has('s'), "there is no session without the TLS that is wanted");
    });
    witness.end_session();
    if (options.has('s'))
        for (const auto* const word : {"PASS ", "USER alice", "AUTH ", "tiger-lily"})
            fuzz::require(wire->sent.find(word) == std::string::npos, "nothing is shown where TLS has failed");
    fuzz::require(wire->sent.size() <= 4096 + said.size() * 32, "what is sent is in proportion to what is heard");
    fuzz::require(wire->reads <= said.size() + 2, "the end of the stream is the end");
}

}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    fuzz::Input input{data, size};
    fuzz::Input first{data, input.up_to('\n').size()};
    const Options options{first.up_to(':')};
    const auto policy = options.policy();
    fuzz::Shelf shelf;
    shelf.fates = first.rest();
    fuzz::Witness witness{shelf};
    const test::TempFolder folder{test::fast_folder()};
    auto ledger = state::Ledger::open(folder / "work.ledger", state::Access::write);
    auto now = day_one;
    // A server that knows the password may say it wherever it likes.
    const bool may_show = input.rest().find("tiger") != std::string_view::npos;
    for (unsigned session = 0; session < 4 && !input.empty(); ++session, now += std::chrono::hours{25})
        play(input.up_to('\x1c'), options, {shelf, ledger, policy, witness, "work", [&] { return now; }}, witness,
             may_show);
    return 0;
}
