// SPDX-License-Identifier: Apache-2.0
// A disk that fails when a test says so, for one process. Knows nothing of what is written to it.
//
// An SQLite VFS over the default one counts every call that changes a file, and so do the system calls of the
// program itself that do (linked with --wrap: open that creates, fsync, rename, mkdir). At one of these calls
// the disk fails. It also knows what was synced and what was not, of each file by sectors of 512 bytes and of
// folders by name, and forgets what was not when the power fails.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace rota {

enum class Fault : std::uint8_t {
  none,
  kill,            // the process is killed before the call
  tear,            // the process is killed in the middle of the call, where it is a write
  full,            // the call fails for lack of room, after half of what it would write
  stays_full,      // and so do all later ones, until the disk is mended
  error,           // the call fails with an input/output error
  stays_broken,    // and so do all later ones, until the disk is mended
  power_cut,       // the power fails before the call: nothing is there that was not synced
  power_cut_half,  // the same, and each sector that was not synced may be there or not
};
std::optional<Fault> parse_fault(std::string_view name);

// From now on, for all files of this process; once, before SQLite is used. `at` counts from 1; `seed` chooses
// what remains after power_cut_half.
void install_faulty_disk(Fault fault, std::int64_t at, std::uint64_t seed);
// From now on nothing fails.
void mend_disk();
// So many calls have changed files.
std::int64_t count_of_changes();

}  // namespace rota
