// SPDX-License-Identifier: Apache-2.0
// What files were made from and what was made from them, on every log.
#include "logs_under_test.h"
#include <rota/lineage.h>

#include <algorithm>
#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

#include <gmock/gmock.h>

namespace rota {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

using State = ExecutionState;
using Paths = std::vector<std::string>;
constexpr LineageDirection kUp = LineageDirection::up;
constexpr LineageDirection kDown = LineageDirection::down;

std::vector<FileStamp> stamps(const Paths& paths) {
  std::vector<FileStamp> files;
  for (const std::string& path : paths) files.push_back({path, 1, 1});
  return files;
}

class LineageTest : public ConformanceTest {
 protected:
  std::string make(const std::string& task, const Paths& inputs, const Paths& outputs,
                   State state = State::success) {
    return log_->record_task_execution(
        {.task_id = task}, {.state = state, .inputs = stamps(inputs), .outputs = stamps(outputs)});
  }
  Lineage trace(const std::string& path, LineageDirection direction) {
    return lineage(*log_, log_->project_root() / path, direction);
  }
  // Of a version: "path" or "path by task".
  static std::string name(const Lineage& found, std::size_t file) {
    const LineageFile& version = found.files.at(file);
    if (!version.producer) return version.path;
    return version.path + " by " + found.executions.at(*version.producer).start.task_id;
  }
  static std::vector<std::string> files(const Lineage& found) {
    std::vector<std::string> names;
    for (std::size_t file = 0; file < found.files.size(); ++file)
      names.push_back(name(found, file));
    return names;
  }
  static std::vector<std::string> tasks(const Lineage& found) {
    std::vector<std::string> names;
    for (const Execution& execution : found.executions) names.push_back(execution.start.task_id);
    return names;
  }
  // "task read path by task" and "task made path by task".
  static std::vector<std::string> uses(const Lineage& found) {
    std::vector<std::string> names;
    for (const LineageUse& use : found.uses) {
      names.push_back(found.executions.at(use.execution).start.task_id +
                      (use.direction == FileDirection::input ? " read " : " made ") +
                      name(found, use.file));
    }
    return names;
  }
};
ROTA_TEST_ON_ALL_LOGS(LineageTest);

TEST_P(LineageTest, AFileThatNobodyMadeOrReadStandsAlone) {
  make("t", {"b"}, {"c"});
  for (const LineageDirection direction : {kUp, kDown}) {
    const Lineage found = trace("a", direction);
    EXPECT_THAT(files(found), ElementsAre("a"));
    EXPECT_THAT(found.executions, IsEmpty());
    EXPECT_THAT(found.uses, IsEmpty());
  }
}

TEST_P(LineageTest, GoesUpToWhatCameFromOutside) {
  make("import", {"/raw"}, {"table", "notes"});
  make("clean", {"table", "rules"}, {"clean"});
  make("report", {"clean", "table"}, {"page"});
  make("other", {"clean"}, {"elsewhere"});
  const Lineage found = trace("page", kUp);
  EXPECT_THAT(files(found),
              ElementsAre("page by report", "clean by clean", "table by import", "rules", "/raw"));
  EXPECT_THAT(tasks(found), ElementsAre("report", "clean", "import"));
  EXPECT_THAT(uses(found),
              UnorderedElementsAre("report made page by report", "report read clean by clean",
                                   "report read table by import", "clean made clean by clean",
                                   "clean read table by import", "clean read rules",
                                   "import made table by import", "import read /raw"));
}

TEST_P(LineageTest, GoesDownToAllThatWasMade) {
  make("import", {"/raw"}, {"table", "notes"});
  make("clean", {"table", "rules"}, {"clean"});
  make("report", {"clean", "table"}, {"page"});
  make("look", {"notes"}, {});
  const Lineage found = trace("/raw", kDown);
  EXPECT_THAT(files(found), ElementsAre("/raw", "table by import", "notes by import",
                                        "clean by clean", "page by report"));
  EXPECT_THAT(tasks(found), ElementsAre("import", "clean", "report", "look"));
  EXPECT_THAT(uses(found),
              UnorderedElementsAre("import read /raw", "import made table by import",
                                   "import made notes by import", "clean read table by import",
                                   "clean made clean by clean", "report read clean by clean",
                                   "report read table by import", "report made page by report",
                                   "look read notes by import"));
  EXPECT_THAT(tasks(trace("rules", kDown)), ElementsAre("clean", "report"));
}

TEST_P(LineageTest, WhatItsProducerMadeBesidesWasNotMadeFromIt) {
  make("split", {"raw"}, {"a", "b"});
  make("reader", {"a"}, {"page"});
  EXPECT_THAT(files(trace("a", kDown)), ElementsAre("a by split", "page by reader"));
  EXPECT_THAT(files(trace("a", kUp)), ElementsAre("a by split", "raw"));
}

TEST_P(LineageTest, AReaderReadTheVersionThatWasThereWhenItBegan) {
  make("old", {"x"}, {"a"});
  make("reader", {"a"}, {"page"});
  make("new", {"y"}, {"a"});
  EXPECT_THAT(files(trace("page", kUp)), ElementsAre("page by reader", "a by old", "x"));
  EXPECT_THAT(files(trace("a", kUp)), ElementsAre("a by new", "y"));
  EXPECT_THAT(tasks(trace("a", kDown)), ElementsAre("new")) << "nobody read the newest version";
  EXPECT_THAT(tasks(trace("x", kDown)), ElementsAre("old", "reader"));
  EXPECT_THAT(tasks(trace("y", kDown)), ElementsAre("new"));
}

TEST_P(LineageTest, WhatIsMadeWhileAReaderRunsIsNotWhatItRead) {
  const ExecutionHandle writer = begin("writer");
  const ExecutionHandle reader = begin("reader");
  ASSERT_TRUE(log_->finish_execution(writer, {.outputs = stamps({"a"})}));
  ASSERT_TRUE(
      log_->finish_execution(reader, {.inputs = stamps({"a"}), .outputs = stamps({"page"})}));
  EXPECT_THAT(files(trace("page", kUp)), ElementsAre("page by reader", "a"));
  EXPECT_THAT(tasks(trace("a", kDown)), ElementsAre("writer"));
}

TEST_P(LineageTest, OfProducersThatRanAtOnceTheOneThatBeganLaterCounts) {
  const ExecutionHandle first = begin("first");
  const ExecutionHandle second = begin("second");
  ASSERT_TRUE(log_->finish_execution(second, {.outputs = stamps({"a"})}));
  make("between", {"a"}, {});
  ASSERT_TRUE(log_->finish_execution(first, {.outputs = stamps({"a"})}));
  make("after", {"a"}, {"page"});
  EXPECT_THAT(files(trace("page", kUp)), ElementsAre("page by after", "a by second"));
  EXPECT_THAT(tasks(trace("a", kDown)), ElementsAre("second", "between", "after"));
}

TEST_P(LineageTest, ExecutionsCountInWhateverStateTheyEnded) {
  make("failed", {"raw"}, {"a"}, State::failed);
  make("skipped", {"a"}, {"a"}, State::skipped_up_to_date);
  make("reader", {"a"}, {"page"}, State::timeout);
  EXPECT_THAT(tasks(trace("page", kUp)), ElementsAre("reader", "failed"));
  EXPECT_EQ(trace("page", kUp).executions.back().state(), State::failed);
  EXPECT_THAT(tasks(trace("raw", kDown)), ElementsAre("failed", "reader"));
}

TEST_P(LineageTest, ARunningExecutionMadeWhatItTrackedAndNobodyHasReadThat) {
  const ExecutionHandle running = begin("running");
  log_->track_files(running.task_run_id, FileDirection::input, stamps({"raw"}));
  log_->track_files(running.task_run_id, FileDirection::output, stamps({"a"}));
  make("reader", {"a"}, {"page"});
  EXPECT_THAT(files(trace("a", kUp)), ElementsAre("a by running", "raw"));
  EXPECT_THAT(files(trace("a", kDown)), ElementsAre("a by running"));
  EXPECT_THAT(files(trace("page", kUp)), ElementsAre("page by reader", "a"));
  EXPECT_THAT(files(trace("raw", kDown)), ElementsAre("raw", "a by running"));
}

TEST_P(LineageTest, ATaskThatRewritesWhatItReadsMakesAChainThatEnds) {
  for (int time = 0; time < 3; ++time) make("update", {"table"}, {"table"});
  const Lineage up = trace("table", kUp);
  EXPECT_THAT(files(up),
              ElementsAre("table by update", "table by update", "table by update", "table"));
  EXPECT_EQ(up.executions.size(), 3U);
  EXPECT_EQ(up.uses.size(), 6U);
  EXPECT_EQ(up.executions.front().started_sequence, 5);
  EXPECT_THAT(tasks(trace("table", kDown)), ElementsAre("update")) << "the newest version only";
}

TEST_P(LineageTest, TasksThatFeedEachOtherMakeAChainThatEnds) {
  for (int time = 0; time < 3; ++time) {
    make("there", {"a"}, {"b"});
    make("back", {"b"}, {"a"});
  }
  EXPECT_THAT(tasks(trace("a", kUp)),
              ElementsAre("back", "there", "back", "there", "back", "there"));
  EXPECT_THAT(tasks(trace("b", kDown)), ElementsAre("there", "back"));
}

TEST_P(LineageTest, AUseHasTheStampThatWasTaken) {
  log_->record_task_execution({.task_id = "writer"}, {.outputs = {{"a", 1, 10, "h1"}}});
  log_->record_task_execution({.task_id = "reader"}, {.inputs = {{"a", 2, 20, "h2"}}});
  const Lineage found = trace("a", kDown);
  ASSERT_EQ(found.uses.size(), 2U);
  EXPECT_EQ(found.uses[0].stamp, (FileStamp{"a", 1, 10, "h1"}));
  EXPECT_EQ(found.uses[1].stamp, (FileStamp{"a", 2, 20, "h2"}));
}

TEST_P(LineageTest, HostilePathsHaveALineage) {
  const std::string path("a'\"\n\xFF\0b", 8);
  make("t", {path}, {"out"});
  EXPECT_THAT(files(trace("out", kUp)), ElementsAre("out by t", path));
  EXPECT_THAT(tasks(trace(path, kDown)), ElementsAre("t"));
  EXPECT_THROW(lineage(*log_, "", kUp), LogError);
}

// ---- size ------------------------------------------------------------------------------------------

class LargeLineageTest : public LineageTest {
 protected:
  LargeLineageTest() { log_ = GetParam().open(shared_memory_, processes_.owners()); }

  TemporaryFolder shared_memory_ = TemporaryFolder::in_memory();
};
ROTA_TEST_ON_ALL_LOGS(LargeLineageTest);

constexpr int kMany = 10'000;

TEST_P(LargeLineageTest, AChainOfTenThousandHasBothItsEnds) {
  for (int link = 0; link < kMany; ++link)
    make("t", {"f" + std::to_string(link)}, {"f" + std::to_string(link + 1)});
  const Lineage up = trace("f" + std::to_string(kMany), kUp);
  EXPECT_EQ(up.executions.size(), std::size_t{kMany});
  EXPECT_EQ(up.files.back().path, "f0");
  const Lineage down = trace("f0", kDown);
  EXPECT_EQ(down.executions.size(), std::size_t{kMany});
  EXPECT_EQ(down.files.back().path, "f" + std::to_string(kMany));
}

TEST_P(LargeLineageTest, AFileRewrittenTenThousandTimesHasAsManyVersions) {
  for (int time = 0; time < kMany; ++time) make("update", {"table"}, {"table"});
  EXPECT_EQ(trace("table", kUp).executions.size(), std::size_t{kMany});
}

TEST_P(LargeLineageTest, TenThousandFilesOfOneExecutionAreReadByAnother) {
  Paths parts;
  for (int part = 0; part < kMany; ++part) parts.push_back("part/" + std::to_string(part));
  make("split", {"raw"}, parts);
  make("join", parts, {"whole"});
  EXPECT_EQ(trace("whole", kUp).files.size(), std::size_t{kMany} + 2);
  EXPECT_EQ(trace("raw", kDown).files.size(), std::size_t{kMany} + 2);
}

// ---- beside the rule, applied to every pair ---------------------------------------------------------

// All uses within a lineage, as text.
using Uses = std::set<std::string>;

class PlainLineage {
 public:
  explicit PlainLineage(std::vector<Execution> executions) : executions_(std::move(executions)) {}

  Uses up(const std::string& path) const {
    Uses uses;
    std::vector<const Execution*> queue;
    add_made(uses, queue, path, producer(path, 0));
    for (std::size_t next = 0; next < queue.size(); ++next) {
      for (const FileStamp& file : queue[next]->end.inputs) {
        const Execution* made = producer(file.path, queue[next]->started_sequence);
        uses.insert(text(*queue[next], "read", file.path, made));
        add_made(uses, queue, file.path, made);
      }
    }
    return uses;
  }

  Uses down(const std::string& path) const {
    Uses uses;
    std::set<std::pair<std::string, const Execution*>> versions = {{path, producer(path, 0)}};
    if (versions.begin()->second != nullptr)
      uses.insert(text(*versions.begin()->second, "made", path, versions.begin()->second));
    for (std::size_t before = 0; before != versions.size();) {
      before = versions.size();
      for (const Execution& reader : executions_) add_readings(uses, versions, reader);
    }
    return uses;
  }

 private:
  static std::string text(const Execution& execution, const char* verb, const std::string& path,
                          const Execution* made) {
    return std::to_string(execution.started_sequence) + ' ' + verb + ' ' + path + " of " +
           std::to_string(made == nullptr ? 0 : made->started_sequence);
  }
  static bool has(const std::vector<FileStamp>& files, const std::string& path) {
    return std::any_of(files.begin(), files.end(),
                       [&](const FileStamp& file) { return file.path == path; });
  }
  // Newest first, as the executions are.
  const Execution* producer(const std::string& path, std::int64_t reader_started) const {
    for (const Execution& made : executions_) {
      const bool in_time = reader_started == 0 ||
                           (made.finished_sequence != 0 && made.finished_sequence < reader_started);
      if (in_time && has(made.end.outputs, path)) return &made;
    }
    return nullptr;
  }
  static void add_made(Uses& uses, std::vector<const Execution*>& queue, const std::string& path,
                       const Execution* made) {
    if (made == nullptr) return;
    uses.insert(text(*made, "made", path, made));
    if (std::find(queue.begin(), queue.end(), made) == queue.end()) queue.push_back(made);
  }
  void add_readings(Uses& uses, std::set<std::pair<std::string, const Execution*>>& versions,
                    const Execution& reader) const {
    for (const FileStamp& file : reader.end.inputs) {
      const Execution* made = producer(file.path, reader.started_sequence);
      if (!versions.contains({file.path, made})) continue;
      uses.insert(text(reader, "read", file.path, made));
      for (const FileStamp& output : reader.end.outputs) {
        uses.insert(text(reader, "made", output.path, &reader));
        versions.insert({output.path, &reader});
      }
    }
  }

  std::vector<Execution> executions_;
};

Uses uses_of(const Lineage& found) {
  Uses uses;
  for (const LineageUse& use : found.uses) {
    const LineageFile& file = found.files.at(use.file);
    const std::int64_t made =
        file.producer ? found.executions.at(*file.producer).started_sequence : 0;
    const std::string text = std::to_string(found.executions.at(use.execution).started_sequence) +
                             (use.direction == FileDirection::input ? " read " : " made ") +
                             file.path + " of " + std::to_string(made);
    EXPECT_TRUE(uses.insert(text).second) << "twice: " << text;
  }
  return uses;
}

TEST_P(LargeLineageTest, IsWhatTheRuleGivesForRandomHistories) {
  const auto seed = std::random_device()();
  std::cout << "seed " << seed << "\n";
  std::mt19937 random(seed);
  const auto below = [&](std::uint32_t limit) { return random() % limit; };
  for (int round = 0; round < 20; ++round) {
    const TemporaryFolder folder = TemporaryFolder::in_memory();
    log_ = GetParam().open(folder, processes_.owners());
    const auto some_files = [&] {
      std::vector<FileStamp> files;
      for (std::uint32_t count = below(3); count > 0; --count)
        files.push_back({"f" + std::to_string(below(6)), 1, 1});
      return files;
    };
    std::vector<ExecutionHandle> running;
    for (int step = 0; step < 60; ++step) {
      if (running.empty() || below(2) == 0) {
        running.push_back(begin("t" + std::to_string(step)));
        log_->track_files(running.back().task_run_id, FileDirection::output, some_files());
      } else {
        std::swap(running[below(static_cast<std::uint32_t>(running.size()))], running.back());
        log_->finish_execution(running.back(), {.inputs = some_files(), .outputs = some_files()});
        running.pop_back();
      }
    }
    const PlainLineage plain(log_->get_task_execution_history({.limit = 0}));
    for (int file = 0; file < 6; ++file) {
      const std::string path = "f" + std::to_string(file);
      EXPECT_EQ(uses_of(trace(path, kUp)), plain.up(path)) << path;
      EXPECT_EQ(uses_of(trace(path, kDown)), plain.down(path)) << path;
    }
    log_.reset();
  }
}

}  // namespace
}  // namespace rota
