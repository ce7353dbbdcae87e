// SPDX-License-Identifier: Apache-2.0
// How a file and its content are found at one moment. Knows nothing of logs.
#pragma once

#include <rota/execution_log.h>

#include <cstdint>
#include <filesystem>
#include <functional>

namespace rota::inline v1 {

// Size, time of change and hash of a regular file, without its path; read in pieces, whatever its size.
// Throws LogError where it cannot be read or is something else, without waiting for a fifo or reading
// from a device; and where it changed each time while it was read. `while_reading` is called after each
// piece: tests change the file there.
FileStamp stamp_content(const std::filesystem::path& file,
                        const std::function<void()>& while_reading = {});

}  // namespace rota::inline v1
