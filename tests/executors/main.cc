// SPDX-License-Identifier: Apache-2.0
#include "killed_runner.h"
#include <rota/worker.h>

#include <gmock/gmock.h>

int main(int argc, char** argv) {
  if (const auto status = rota::run_as_worker(argc, argv)) return *status;
  if (const auto status = rota::run_as_runner_to_be_killed(argc, argv)) return *status;
  ::testing::InitGoogleMock(&argc, argv);
  return RUN_ALL_TESTS();
}
