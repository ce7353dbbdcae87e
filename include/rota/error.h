// SPDX-License-Identifier: Apache-2.0
// The exceptions that leave the library. Every message is one line that says what was wrong, where,
// and what to do.
#pragma once

#include <rota/export.h>

#include <stdexcept>

namespace rota::inline v1 {

// The root of all that Rota throws on purpose. std::bad_alloc may pass as well.
class ROTA_EXPORT Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
  ~Error() override;
};

// A registration, a look-up, a discovery or an instantiation that could not be done. The cause, where
// there is one, is nested: std::rethrow_if_nested gives it.
class ROTA_EXPORT TaskRegistryError : public Error {
 public:
  using Error::Error;
  ~TaskRegistryError() override;
};

// An argument that is unknown, missing or of the wrong type; all that is wrong is in one message.
class ROTA_EXPORT ArgumentError : public TaskRegistryError {
 public:
  using TaskRegistryError::TaskRegistryError;
  ~ArgumentError() override;
};

// Tasks that cannot be ordered: a cycle, or dependencies that no one has registered.
class ROTA_EXPORT PlanError : public Error {
 public:
  using Error::Error;
  ~PlanError() override;
};

// The execution log cannot be opened, read or written. What it held before is as it was.
class ROTA_EXPORT LogError : public Error {
 public:
  using Error::Error;
  ~LogError() override;
};

// The same task with the same arguments is running already, here or in another process.
class ROTA_EXPORT AlreadyRunningError : public Error {
 public:
  using Error::Error;
  ~AlreadyRunningError() override;
};

}  // namespace rota::inline v1
