// SPDX-License-Identifier: Apache-2.0
// Text from outside inside a message of one line. Knows nothing of the message.
#pragma once

#include <string>
#include <string_view>

namespace rota::inline v1 {

// `text` with control characters written out (\n, \t, \x1B ...): nothing in it can end a line or steer a
// terminal.
std::string one_line(std::string_view text);

}  // namespace rota::inline v1
