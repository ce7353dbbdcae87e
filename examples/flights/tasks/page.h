// SPDX-License-Identifier: Apache-2.0
// The report as one HTML page that needs nothing beside it: no script, no style sheet, no font, no
// image.
#pragma once

#include "delays.h"

#include <string>

namespace flights {

struct PageData {
  DelayTables delays;
  Table profile;    // as data/profile.csv
  Table findings;   // as data/cleaning.csv
  Table anonymity;  // as data/anonymity.csv
};

std::string report_page(const PageData& data);

}  // namespace flights
