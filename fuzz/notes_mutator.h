// SPDX-License-Identifier: Apache-2.0
// A table of notes with one thing changed in it and all lengths right.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace rota::inline v1 {

std::string mutate_notes(std::string_view table, unsigned seed);

}  // namespace rota::inline v1
