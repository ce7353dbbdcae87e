// SPDX-License-Identifier: Apache-2.0
// This program as a runner that a test kills.
#pragma once

#include <optional>

namespace rota {

// `PROGRAM --run-graph ROOT`: runs a graph of ten tasks in ROOT to its end, and gives 0 when all succeeded.
std::optional<int> run_as_runner_to_be_killed(int argc, char** argv);

}  // namespace rota
