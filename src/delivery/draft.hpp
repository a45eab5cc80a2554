#pragma once
// A letter while it is being written: small ones in memory, so that their files are made all at once when the batch is
// staged, off the thread that reads from the network; large ones in their file from the start.
//
// The memory of all drafts of a target together is bounded; a draft that finds none left goes to its file.

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include <popfetch/delivery/target.hpp>

#include "content.hpp"

namespace popfetch::delivery {

/// Octets that the drafts of one target may keep in memory. Used by the thread that writes and the one that stages.
class MemoryShare {
public:
    explicit MemoryShare(std::size_t octets) : left_{static_cast<std::ptrdiff_t>(octets)} {}
    bool take(std::size_t octets) noexcept;
    void give_back(std::size_t octets) noexcept;

private:
    std::atomic<std::ptrdiff_t> left_;
};

class Draft final : public Letter {
public:
    /// Where the file will be: an open folder, which outlives the draft, and its path for messages.
    struct Home {
        int folder;
        const base::Path& path;
        MemoryShare& memory;
    };

    Draft(const Home& home, std::string name, const Envelope& envelope);
    /// Removes the file unless it was kept.
    ~Draft() override;

    void write(std::string_view bytes) override;
    std::uint64_t size() const override { return content_.size; }
    std::string digest() override;

    const std::string& name() const noexcept { return name_; }
    const Envelope& envelope() const noexcept { return envelope_; }

    const Content& content() const noexcept { return content_; }
    /// Takes the bytes away; a file that held them has no name any more.
    Content release();

    /// The three steps of staging, each taken for the whole batch before the next one is begun.
    void put_into_file();
    void wait_for_write_back() const noexcept;
    void sync_and_close();
    /// From now on the file stays when the draft goes.
    void keep() noexcept { created_ = false; }

private:
    bool fits_in_memory(std::size_t more);
    void create_file();
    void leave_memory() noexcept;

    Home home_;
    std::string name_;
    Envelope envelope_;
    Content content_;
    std::uint64_t unsent_ = 0; // octets in the file whose write-back was not asked for yet
    std::size_t reserved_ = 0;
    bool created_ = false;
};

}
