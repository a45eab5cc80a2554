#pragma once
// Reading back what lies at a target or anywhere else, whoever put it there, to recognise mail that the ledger does not
// know.

#include <functional>
#include <string>
#include <string_view>

#include <popfetch/base/byte_sink.hpp>
#include <popfetch/base/digest.hpp>
#include <popfetch/base/file.hpp>
#include <popfetch/delivery/target.hpp>

namespace popfetch::delivery {

using See = std::function<void(const Resting&)>;

/// Takes the bytes of one message, with LF or CRLF, and says what it is.
class RestingReader final : public base::ByteSink {
public:
    void write(std::string_view bytes) override;
    /// What was read; begins anew.
    Resting take();

private:
    void end_line();
    void add_to_head(std::string_view line);
    void add_to_body(std::string_view line);
    void digest_beginning(std::string_view text);

    Resting message_;
    base::Sha256 digest_;
    std::string line_;          // as far as it came
    bool is_continued_ = false; // a part of it has gone already
    bool in_head_ = true;
    std::uint64_t empty_lines_ = 0; // not yet known to stand before the end
};

/// One file, one message. A file that a mail reader has taken away meanwhile is passed over.
void survey_file(const base::Path& path, const See& see);

/// Every message of an mbox; one ">" before "From " is taken away, as mboxrd wants it. CRLF is understood, and the
/// "From - " of Thunderbird.
void survey_mbox(const base::Path& path, const See& see);

/// Whatever mail lies there: a maildir, an mbox, single messages (.eml), or a folder with any of these below it, such
/// as a profile of Thunderbird. Links to folders are not followed. Throws base::SystemError where there is nothing to
/// read.
void survey_place(const base::Path& path, const See& see);

}
