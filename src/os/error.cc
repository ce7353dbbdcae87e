// SPDX-License-Identifier: Apache-2.0
// The exceptions' destructors: out of line, so that each type's information lives in this library alone and
// an exception thrown in a plugin is caught by its type in the program.
#include <rota/error.h>

namespace rota::inline v1 {

Error::~Error() = default;
TaskRegistryError::~TaskRegistryError() = default;
ArgumentError::~ArgumentError() = default;
PlanError::~PlanError() = default;
LogError::~LogError() = default;
AlreadyRunningError::~AlreadyRunningError() = default;

}  // namespace rota::inline v1
