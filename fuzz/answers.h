// SPDX-License-Identifier: Apache-2.0
// What must hold of every answer, whatever the bytes were. Ends the process where it does not, so that the
// fuzzer keeps the input.
#pragma once

#include "os/text.h"
#include <rota/discovery.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string_view>

namespace rota::inline v1 {

inline void require(bool holds, const char* what, std::string_view text = "") {
  if (holds) return;
  std::fprintf(stderr, "does not hold: %s: '%.*s'\n", what, static_cast<int>(text.size()),
               text.data());
  std::abort();
}

// Nothing in it ends the line or steers a terminal. Names of files may be of any bytes.
inline void check_line(std::string_view message) {
  require(!message.empty(), "a refusal says why");
  require(std::ranges::none_of(message,
                               [](char c) {
                                 const auto byte = static_cast<unsigned char>(c);
                                 return byte < 0x20 || byte == 0x7F;
                               }),
          "a message is one line", message);
}

inline void check_message(std::string_view message) {
  check_line(message);
  require(is_utf8(message), "a message is UTF-8", message);
}

inline void check_text(std::string_view text) {
  require(is_utf8(text) && text.find('\0') == std::string_view::npos, "a text is UTF-8", text);
}

inline void check_texts(const TaskMetadata& metadata) {
  for (const std::string* text :
       {&metadata.task_id, &metadata.task_type, &metadata.description, &metadata.version,
        &metadata.class_name, &metadata.module, &metadata.author}) {
    check_text(*text);
  }
  for (const std::string& id : metadata.dependencies) check_text(id);
  for (const auto& [name, value] : metadata.tags) {
    check_text(name);
    check_text(value);
  }
  for (const Parameter& parameter : metadata.parameters) {
    check_text(parameter.name);
    check_text(parameter.description);
    check_text(parameter.default_value.to_text());
  }
}

}  // namespace rota::inline v1
