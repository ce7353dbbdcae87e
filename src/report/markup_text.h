// SPDX-License-Identifier: Apache-2.0
// Text of any kind inside of XML and HTML, between tags or in a quoted attribute. Knows no subject.
#pragma once

#include <string>
#include <string_view>

namespace rota::inline v1 {

// What is not printable, or no UTF-8, is shown as an escape.
std::string markup_text(std::string_view text);

}  // namespace rota::inline v1
