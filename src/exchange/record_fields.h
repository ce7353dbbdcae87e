// SPDX-License-Identifier: Apache-2.0
// What a record has besides its execution: the imported_fields (execution_record.h). Knows nothing of how they are
// kept.
#pragma once

#include "exchange/time_zone.h"
#include "execution_log/file_names.h"
#include <rota/execution_log.h>

#include <string>

#include <nlohmann/json.hpp>

namespace rota::inline v1 {

// True: the record, an object, has no key that only Rota writes.
bool is_of_the_original(const nlohmann::json& record);

// Of a record that has been found sound, and the execution that was made of it.
std::string fields_without_a_place(const nlohmann::json& record, bool is_of_original,
                                   const Execution& execution, const TimeZone& zone,
                                   const FileNames& names);

}  // namespace rota::inline v1
