// SPDX-License-Identifier: Apache-2.0
// For tests whose children are forked while other threads run.
#pragma once

#include <gtest/gtest.h>

// The allocator of AddressSanitizer (GCC 12) knows no forks: what another thread had locked of it stays locked in the
// child, which then waits for ever.
#ifdef __SANITIZE_ADDRESS__
#define SKIP_WHERE_CHILDREN_CANNOT_ALLOCATE() \
  GTEST_SKIP() << "the memory of AddressSanitizer may be locked in a forked child"
#else
#define SKIP_WHERE_CHILDREN_CANNOT_ALLOCATE() static_cast<void>(0)
#endif
