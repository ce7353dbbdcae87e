// SPDX-License-Identifier: Apache-2.0
// Names as Python has them. Knows no file.
#pragma once

#include <string>
#include <string_view>

namespace rota::inline v1 {

// A letter or _, then letters, digits and _; what is not ASCII counts as a letter where it is UTF-8.
bool is_python_identifier(std::string_view name) noexcept;

// "MyProfilingTask": "my_profiling"; "HTTPImportTask": "http_import".
std::string task_id_of_class_name(std::string_view class_name);

}  // namespace rota::inline v1
