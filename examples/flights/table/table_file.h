// SPDX-License-Identifier: Apache-2.0
// The file of a table: columnar, typed, little-endian, the same on every machine that runs this.
//
//   "FLTABLE\n"  u32 version = 1  u32 columns  u64 rows
//   for each column:  u8 type  text name
//     integer: rows x i64     real: rows x f64     text: u32 count, count x text, rows x u32
//   u64 FNV-1a of all bytes before it
//
// where a text is a u32 length and its bytes. Missing values are those of table.h.
#pragma once

#include "files.h"
#include "table.h"

namespace flights {

std::string encode_table(const Table& table);
// The table takes its name from the file's: data/flights.clean.table is "flights". Throws FileError
// when the bytes are not exactly one whole table.
Table decode_table(const std::filesystem::path& path, std::string_view bytes);

Table read_table(const std::filesystem::path& path);
void write_table(const std::filesystem::path& path, const Table& table);

}  // namespace flights
