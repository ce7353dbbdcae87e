// SPDX-License-Identifier: Apache-2.0
// Text cut to a width. Knows no subject.
#pragma once

#include <rota/export.h>

#include <cstddef>
#include <string>
#include <string_view>

namespace rota::inline v1 {

// `text`, which is printable, where it takes at most `width` columns; else as much of its beginning as leaves
// room for `end`, and `end`. Nothing where not even that fits.
ROTA_EXPORT std::string shortened(std::string text, std::size_t width,
                                  std::string_view end = "...");

}  // namespace rota::inline v1
