#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace adyton::crypto {

/// Fills `out` from the kernel's generator (getrandom(2)), which needs no seeding and which a
/// forked child shares with nobody. Blocks only before the machine's entropy pool is first
/// initialised. std::system_error if the kernel has no getrandom. Any thread.
void fill_random(std::span<std::uint8_t> out);

/// Fills `out`, at most 64 bytes, with what this thread drew from fill_random() ahead, since a
/// system call costs more than a short message: for nonces, not for keys. No byte is given twice,
/// nor kept when it was given. The page that holds them is wiped in a forked child
/// (MADV_WIPEONFORK), and with it the mark without which nothing is taken from it, so that a child
/// draws anew. Where the kernel has no such page, every call draws.
void draw_random(std::span<std::uint8_t> out);

}  // namespace adyton::crypto
