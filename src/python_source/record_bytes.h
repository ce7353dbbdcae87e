// SPDX-License-Identifier: Apache-2.0
// A record as bytes for the cache, and back; in the byte order of the machine. Knows nothing of the cache.
#pragma once

#include "python_source/source_record.h"

#include <optional>
#include <string>
#include <string_view>

namespace rota::inline v1 {

std::string to_bytes(const SourceRecord& record);
// Nothing where they are none.
std::optional<SourceRecord> record_of_bytes(std::string_view bytes);

}  // namespace rota::inline v1
