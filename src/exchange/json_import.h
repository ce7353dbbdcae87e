// SPDX-License-Identifier: Apache-2.0
// The import of a JSON log from any source of bytes. Knows nothing of files.
#pragma once

#include "exchange/byte_source.h"
#include <rota/exchange.h>

#include <string_view>

namespace rota::inline v1 {

// As import_execution_log; `name` is the source's in messages.
ImportSummary import_json_log(ExecutionLog& log, ByteSource& source, std::string_view name,
                              const ImportOptions& options);

}  // namespace rota::inline v1
