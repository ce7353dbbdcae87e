// SPDX-License-Identifier: Apache-2.0
// The version of the library and its interface. This file is the single source: the build reads it.
#pragma once

#define ROTA_VERSION_MAJOR 0
#define ROTA_VERSION_MINOR 1
#define ROTA_VERSION_PATCH 0
