// SPDX-License-Identifier: Apache-2.0
// Text of any kind as a string of a drawing program's language. Knows no graph.
#pragma once

#include <string>
#include <string_view>

namespace rota::inline v1 {

// For Graphviz, with its quotes.
std::string dot_string(std::string_view text);
// For Mermaid, with its quotes.
std::string mermaid_string(std::string_view text);

}  // namespace rota::inline v1
