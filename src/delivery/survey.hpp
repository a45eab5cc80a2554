#pragma once
// Reading back what lies at a target, to recognise mail that the ledger does not know.

#include <functional>
#include <string_view>

#include <popfetch/base/byte_sink.hpp>
#include <popfetch/base/file.hpp>
#include <popfetch/delivery/target.hpp>

namespace popfetch::delivery {

using See = std::function<void(const Resting&)>;

/// Takes the bytes of one stored message and says what it is.
class RestingReader final : public base::ByteSink {
public:
    void write(std::string_view bytes) override;
    /// What was read; begins anew.
    Resting take();

private:
    static constexpr std::size_t longest_head = 64U << 10;

    Resting message_;
    bool in_head_ = true;
    char last_ = '\n';
};

/// One file, one message. A file that a mail reader has taken away meanwhile is passed over.
void survey_file(const base::Path& path, const See& see);

/// Every message of an mboxrd, quoting undone.
void survey_mbox(const base::Path& path, const See& see);

}
