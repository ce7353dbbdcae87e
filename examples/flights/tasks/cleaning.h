// SPDX-License-Identifier: Apache-2.0
// What is missing or impossible in the tables: rules, counted by column. No row is ever taken out.
// Knows nothing of files.
#pragma once

#include "table/table.h"

#include <string>
#include <vector>

namespace flights {

// What becomes of the values that a rule finds.
enum class Action { counted, made_missing, rewritten };

std::string_view to_string(Action action);

struct Finding {
  std::string table, column;  // no column: the row as a whole
  std::string rule;
  Action action;
  std::size_t count;
};

// These correct a table and say what they found; a rule that found nothing is there with 0. The
// rules are listed in the README.
std::vector<Finding> clean_airlines(Table& airlines);
std::vector<Finding> clean_airports(Table& airports);
std::vector<Finding> clean_weather(Table& weather);
std::vector<Finding> clean_flights(Table& flights, const Table& airports, const Table& airlines);

}  // namespace flights
