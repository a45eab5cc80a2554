#pragma once
// A password, a token, or anything made from one. Wiped when it goes, locked against swapping where the system allows,
// kept out of core dumps, shown by nothing: there is no operator<<, no conversion, no comparison that leaks.

#include <cstddef>
#include <string_view>

namespace popfetch::base {

class Secret {
public:
    Secret() noexcept = default;
    /// Takes a copy; wiping the original is the caller's (see wipe()).
    explicit Secret(std::string_view text);
    Secret(const Secret& other);
    Secret(Secret&& other) noexcept;
    Secret& operator=(Secret other) noexcept;
    ~Secret();

    bool empty() const noexcept { return size_ == 0; }
    std::size_t size() const noexcept { return size_; }

    /// The bytes, for the few lines that put them on the wire. Valid while this Secret lives unchanged.
    std::string_view reveal() const noexcept { return {data_, size_}; }

    void append(std::string_view text);
    void append(const Secret& other) { append(other.reveal()); }

private:
    void swap(Secret& other) noexcept;
    void release() noexcept;

    char* data_ = nullptr;
    std::size_t size_ = 0;
    std::size_t mapped_ = 0;
};

/// Overwrites the bytes in a way the compiler keeps.
void wipe(char* bytes, std::size_t size) noexcept;

/// No core dumps, no ptrace by the same user: called once, before the first secret is read (FAULTS C04). Programs that we
/// start inherit only the limit on core dumps.
void protect_process() noexcept;

/// No program started from here on gains privileges by its set-user-ID or set-group-ID bit. Not a part of protect_process(),
/// because it cannot be taken back and the usual targets of a pipe need those bits (sendmail's postdrop, procmail), as does
/// sudo in a password_command: for runs that start no program.
void forbid_new_privileges() noexcept;

}
