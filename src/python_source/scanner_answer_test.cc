// SPDX-License-Identifier: Apache-2.0
#include "python_source/scanner_answer.h"

#include "python_source/record_bytes.h"

#include <gtest/gtest.h>

namespace rota {
namespace {

constexpr const char* kWhole =
    R"({"path": "/p/a.py", "module": "p.a", "error": null, "classes": [
    {"name": "A", "line": 3, "bases": ["rota.BaseTask", "?"], "methods": ["run"], "abstract_methods": [],
     "attributes": {"task_id": {"value": "t_a"}, "dependencies": {"value": ["b", "c"]}, "author": {"dynamic": true},
                    "policy": {"value": {"retries": 3, "timeout": "5m", "checkpoints": true}}},
     "init": {"parameters": [{"name": "n", "type": "number", "required": false, "default": 0.5}],
              "takes_any": true, "calls_base": true,
              "passes": {"task_type": {"dynamic": true, "parameter": "task_type"}},
              "positional": [{"value": null}, {"value": [1, 2]}, {"value": {"a": [1]}}, {"value": -1}]},
     "docstring": "Says \ud83d\ude00."}]})";

std::optional<SourceRecord> parse(std::string_view line) {
  return parse_scanner_answer(line, "p.a", "/p/a.py");
}

std::string with(std::string_view old_part, std::string_view new_part) {
  std::string text = kWhole;
  const std::size_t at = text.find(old_part);
  EXPECT_NE(at, std::string::npos) << old_part;
  return text.replace(at, old_part.size(), new_part);
}

TEST(ScannerAnswerTest, ReadsAllThatAClassSays) {
  const auto record = parse(kWhole);
  ASSERT_TRUE(record);
  const SourceClass& one = record->classes.at(0);
  EXPECT_EQ(one.name, "A");
  EXPECT_EQ(one.line, 3U);
  EXPECT_EQ(one.bases.at(1), "?");
  EXPECT_EQ(one.docstring, "Says \xF0\x9F\x98\x80.");
  ASSERT_TRUE(one.init);
  EXPECT_EQ(one.init->parameters.at(0).default_value, Value(0.5));
  EXPECT_EQ(one.init->passes.at(0).second, SourceValue(Computed{"task_type"}));
  EXPECT_EQ(one.init->positional.at(1), SourceValue(Computed{}));
  EXPECT_EQ(one.init->positional.at(2), SourceValue(Computed{}));
  EXPECT_EQ(one.init->positional.at(3), SourceValue(Value(-1)));
}

TEST(ScannerAnswerTest, GoesIntoBytesAndBack) {
  SourceRecord record = *parse(kWhole);
  record.content_hash = 0x123456789;
  EXPECT_EQ(record_of_bytes(to_bytes(record)), record);
  const SourceRecord refused{.error = "line 3: invalid syntax"};
  EXPECT_EQ(record_of_bytes(to_bytes(refused)), refused);
}

TEST(ScannerAnswerTest, BytesThatAreCutOrChangedAnywhereDoNoHarm) {
  const std::string bytes = to_bytes(*parse(kWhole));
  for (std::size_t size = 0; size < bytes.size(); ++size)
    EXPECT_FALSE(record_of_bytes(bytes.substr(0, size))) << size;
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    std::string changed = bytes;
    changed[at] = static_cast<char>(~changed[at]);
    (void)record_of_bytes(changed);
  }
  EXPECT_FALSE(record_of_bytes(bytes + '\0'));
}

TEST(ScannerAnswerTest, AnAnswerForAnotherFileOrModuleIsNone) {
  EXPECT_FALSE(parse_scanner_answer(kWhole, "p.b", "/p/a.py"));
  EXPECT_FALSE(parse_scanner_answer(kWhole, "p.a", "/p/b.py"));
}

TEST(ScannerAnswerTest, WhatIsNoAnswerIsRefusedAndDoesNoHarm) {
  for (const std::string& line :
       {std::string(), std::string("[]"), std::string("nothing"), std::string("{}"),
        std::string(100'000, '['), with("\"line\": 3", "\"line\": -3"),
        with("\"line\": 3", "\"line\": \"3\""), with("\"name\": \"A\"", "\"name\": \"A;\\n\""),
        with("\"name\": \"A\"", "\"name\": null"), with("[\"run\"]", "\"run\""),
        with("[\"run\"]", "[1]"), with("\"dynamic\": true", "\"dynamic\": false"),
        with("\"type\": \"number\"", "\"type\": \"complex\""),
        with("\"takes_any\": true", "\"takes_any\": 1"), with("\\ud83d", "x"),
        with("\"error\": null", "\"error\": \"line 1: and classes\""),
        with("\"error\": null", "\"error\": 5")}) {
    EXPECT_FALSE(parse(line)) << line.substr(0, 200);
  }
}

TEST(ScannerAnswerTest, AnErrorIsOneLineThatSteersNoTerminal) {
  const auto record = parse(
      R"({"path": "/p/a.py", "module": "p.a", "error": "line 1:\n\u001b[31mred", "classes": []})");
  ASSERT_TRUE(record);
  EXPECT_EQ(record->error, "line 1:\\n\\x1B[31mred");
}

TEST(ScannerAnswerTest, AnIntegerBeyond64BitsIsANumber) {
  const auto record = parse(with("\"value\": -1", "\"value\": 18446744073709551615"));
  ASSERT_TRUE(record);
  EXPECT_EQ(record->classes[0].init->positional[3], SourceValue(Value(18446744073709551615.0)));
}

}  // namespace
}  // namespace rota
