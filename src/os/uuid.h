// SPDX-License-Identifier: Apache-2.0
// Names that are unique everywhere. Knows nothing of what they name.
#pragma once

#include <string>
#include <string_view>

namespace rota::inline v1 {

// A random UUID (RFC 9562, version 4) in lower case, from the kernel's generator: two processes, also
// after a fork, never make the same one. Throws std::system_error where the kernel has none.
std::string make_uuid();

// The UUID of a content (RFC 9562, version 8): the first bits of its SHA-256. The same content always has the
// same one.
std::string make_uuid_of(std::string_view content);

}  // namespace rota::inline v1
