// SPDX-License-Identifier: Apache-2.0
#include "qt_plugin.h"
