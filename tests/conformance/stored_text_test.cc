// SPDX-License-Identifier: Apache-2.0
// Text comes back byte for byte, whatever is in it; only what is to be a JSON object has to be one.
#include "logs_under_test.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace rota {
namespace {

using namespace std::string_literals;

class StoredTextTest : public ConformanceTest {};
ROTA_TEST_ON_ALL_LOGS(StoredTextTest);

std::vector<std::string> awkward_texts() {
  return {
      "",
      " ",
      "it's \"quoted\" `back` \\ slash",
      "'; DROP TABLE execution; --",
      "line\nline\r\n\ttab",
      "nul\0inside"s,
      "\0"s,
      "\0at the front"s,
      "at the end\0"s,
      "%s %n {} :name ?1 $1",
      "caf\xC3\xA9 \xF0\x9F\x98\x80",
      "\xEF\xBB\xBFmark",
      "no utf-8: \xFF\xFE \xC0\x80 \xED\xA0\x80",
      "1e5",
      "00012",
      "NULL",
      std::string(1'000'000, 'x'),
  };
}

// With the text in it, as far as JSON can have it.
std::string object_with(const std::string& text) {
  return nlohmann::json({{"text", text}})
      .dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

TEST_P(StoredTextTest, ComesBackInEveryFieldOfTheStartAndTheEnd) {
  for (const std::string& text : awkward_texts()) {
    const ExecutionStart start{text + "1", text + "2", text + "3", object_with(text),
                               text + "5", text + "6", text + "0"};
    ExecutionEnd end;
    end.message = text + "7";
    end.metrics = object_with(text + "8");
    end.inputs = {{text + "9", 1, 2}};
    end.outputs = {{text, 3, 4}};
    end.output_path = text;
    const ExecutionHandle handle = log_->begin_execution(start);
    EXPECT_THROW(log_->begin_execution(start), AlreadyRunningError);
    ASSERT_TRUE(log_->finish_execution(handle, end));

    const Execution stored = find(handle);
    EXPECT_EQ(stored.start.task_id, start.task_id);
    EXPECT_EQ(stored.start.task_type, start.task_type);
    EXPECT_EQ(stored.start.version, start.version);
    EXPECT_EQ(stored.start.arguments, start.arguments);
    EXPECT_EQ(stored.start.run_id, start.run_id);
    EXPECT_EQ(stored.start.reason, start.reason);
    EXPECT_EQ(stored.start.fingerprint, start.fingerprint);
    EXPECT_EQ(stored.end.message, end.message);
    EXPECT_EQ(stored.end.metrics, end.metrics);
    EXPECT_EQ(stored.end.inputs, end.inputs);
    EXPECT_EQ(stored.end.outputs, end.outputs);
    EXPECT_EQ(stored.end.output_path, end.output_path);
    EXPECT_EQ(log_->find_latest_execution(start.task_id, true)->task_run_id, handle.task_run_id);
    EXPECT_EQ(log_->get_task_execution_history({.task_id = start.task_id}).size(), 1U);
  }
}

TEST_P(StoredTextTest, ComesBackInTheFreeFieldsAndFindsNothingElse) {
  const std::string other = record("other");
  for (const std::string& text : awkward_texts()) {
    const std::string run = record("t" + text);
    ASSERT_TRUE(log_->update_execution_record(run, {.notes = text, .tags = object_with(text)}));
    EXPECT_EQ(log_->find_execution(run)->notes, text);
    EXPECT_EQ(log_->find_execution(run)->tags, object_with(text));
    EXPECT_FALSE(log_->find_execution(text));
    EXPECT_FALSE(log_->remove_execution_record(text));
    EXPECT_FALSE(log_->update_execution_record(text, {.notes = "x"}));
    EXPECT_FALSE(log_->finish_execution({text, 1}, {}));
    EXPECT_THROW(log_->track_files(text, FileDirection::input, {{"a", 1, 1}}), LogError);
    EXPECT_TRUE(log_->get_task_execution_history({.run_id = text + "no"}).empty());
    EXPECT_EQ(log_->cleanup_old_executions({.task_run_ids = {text}}).unknown.size(), 1U);
  }
  EXPECT_TRUE(log_->find_execution(other));
  EXPECT_EQ(log_->get_task_execution_history({.limit = 0}).size(), awkward_texts().size() + 1);
}

TEST_P(StoredTextTest, TextsThatDifferAfterANulAreDifferent) {
  const std::string first = "a\0b"s;
  const std::string second = "a\0c"s;
  begin(first);
  EXPECT_NO_THROW(begin(second));
  EXPECT_NO_THROW(begin("a"));
  EXPECT_EQ(log_->get_task_execution_history({.task_id = first}).size(), 1U);
  EXPECT_EQ(log_->get_task_execution_history({.task_id = "a"}).size(), 1U);
}

}  // namespace
}  // namespace rota
