// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace rota::inline v1 {

// True once this program has called run_as_worker().
bool can_run_as_worker() noexcept;

}  // namespace rota::inline v1
