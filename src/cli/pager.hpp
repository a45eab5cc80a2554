#pragma once
// Standard output, or $PAGER in front of it when a person reads (PAGER unset: less; PAGER empty or "cat": none).

#include <optional>

#include <popfetch/base/byte_sink.hpp>
#include <popfetch/base/child.hpp>

namespace popfetch::cli {

class Pager final : public base::ByteSink {
public:
    explicit Pager(bool wanted);
    ~Pager() override;
    void write(std::string_view bytes) override;
    /// Waits until the person has left the pager.
    void finish();

private:
    base::Fd to_pager_;
    std::optional<base::Child> child_;
};

}
