// SPDX-License-Identifier: Apache-2.0
// How the arguments of an execution differ from those that a task would get now. Knows no plan.
#pragma once

#include <rota/arguments.h>

#include <string>
#include <string_view>

namespace rota::inline v1 {

// "argument threads changed", "arguments source, threads changed" (in byte order: given, gone or
// another value), or "arguments changed" where what is stored is no JSON object; empty: they are
// the same. `stored` is as of Arguments::to_json, but may be written another way.
std::string describe_argument_change(std::string_view stored, const Arguments& now);

}  // namespace rota::inline v1
