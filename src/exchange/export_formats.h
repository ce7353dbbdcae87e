// SPDX-License-Identifier: Apache-2.0
// The formats of an export, each a stream of pieces. Knows nothing of files.
#pragma once

#include <rota/exchange.h>

#include <functional>
#include <string_view>

namespace rota::inline v1 {

using WritePiece = std::function<void(std::string_view)>;

ExportSummary write_json(const LogSnapshot& log, const WritePiece& write,
                         const ExportOptions& options);
ExportSummary write_json_lines(const LogSnapshot& log, const WritePiece& write,
                               const ExportOptions& options);
ExportSummary write_csv(const LogSnapshot& log, const WritePiece& write,
                        const ExportOptions& options);

}  // namespace rota::inline v1
