// SPDX-License-Identifier: Apache-2.0
#include <rota/exchange.h>

namespace rota::inline v1 {

ExchangeError::~ExchangeError() = default;

}  // namespace rota::inline v1
