// SPDX-License-Identifier: Apache-2.0
// The files of page/, as the build took them. Knows nothing of what is filled in.
#pragma once

#include <string_view>

namespace rota::inline v1 {

std::string_view page_markup() noexcept;
std::string_view page_style() noexcept;
std::string_view page_script() noexcept;

}  // namespace rota::inline v1
