// SPDX-License-Identifier: Apache-2.0
// What Graphviz says of a layout (`dot -Tplain`). Knows nothing of the program.
#pragma once

#include "layout/graph_layout.h"

#include <cstddef>
#include <optional>
#include <string_view>

namespace rota::inline v1 {

// Boxes are called n0, n1, ... there. Nothing where it is cut, or is not of so many boxes.
std::optional<GraphLayout> parse_plain_output(std::string_view text, std::size_t boxes);

}  // namespace rota::inline v1
