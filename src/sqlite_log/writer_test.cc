// SPDX-License-Identifier: Apache-2.0
// Group commit, as seen by the requests that it groups.
#include "sqlite_log/writer.h"

#include "sqlite_log/log_folder.h"

#include <atomic>
#include <functional>
#include <mutex>
#include <set>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rota {
namespace {

using ::testing::HasSubstr;

class WriterTest : public ::testing::Test {
 protected:
  WriterTest() {
    open_sqlite_log(file_.path);
    EXPECT_EQ(PlainSqlite(file_.path).run("CREATE TABLE note (text TEXT PRIMARY KEY)"), "");
  }

  static void insert(Connection& connection, std::string_view text) {
    Statement(connection, "INSERT INTO note VALUES (:text)").bind(":text", text).run();
  }
  void write(std::string_view text) {
    writer_.write([&](Connection& connection) { insert(connection, text); });
  }
  std::string notes() { return PlainSqlite(file_.path).run("SELECT text FROM note ORDER BY text"); }

  // True: acknowledged; false: a LogError.
  bool try_write(const Writer::Work& work) {
    try {
      writer_.write(work);
      return true;
    } catch (const LogError&) {
      return false;
    }
  }
  // The writer waits for its lock while the callers are started, and a while longer, for them to queue.
  void hold_back_while(const std::function<void()>& start) {
    FileLock gate(file_.lock_path());
    const std::lock_guard hold(gate);
    start();
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
  }

  TemporaryFolder folder_;
  const LogFile file_{folder_ / "log.db", false};
  Writer writer_{file_};
};

TEST_F(WriterTest, ACallerThatIsAloneWritesOnItsOwnThread) {
  std::thread::id writer;
  writer_.write([&](Connection&) { writer = std::this_thread::get_id(); });
  EXPECT_EQ(writer, std::this_thread::get_id());
}

TEST_F(WriterTest, AWriteThatReturnsIsSeenByOthers) {
  write("a");
  EXPECT_EQ(notes(), "a|");
}

TEST_F(WriterTest, WhatIsQueuedMeanwhileIsOneTransaction) {
  constexpr int kCallers = 20;
  std::vector<std::thread> callers;
  std::set<std::string> seen;  // by whoever writes: what others see at that moment
  hold_back_while([&] {
    for (int number = 0; number < kCallers; ++number) {
      callers.emplace_back([&, number] {
        writer_.write([&](Connection& connection) {
          insert(connection, "<" + std::to_string(number) + ">");
          seen.insert(notes());
        });
        EXPECT_THAT(notes(), HasSubstr("<" + std::to_string(number) + ">"));
      });
    }
  });
  for (std::thread& caller : callers) caller.join();
  EXPECT_LE(seen.size(), std::size_t{kCallers / 2}) << "each was committed for itself";
  EXPECT_EQ(PlainSqlite(file_.path).run("SELECT count(*) FROM note"), "20|");
}

TEST_F(WriterTest, ARequestThatFailsTakesNothingOfTheOthersWithIt) {
  write("taken");
  std::vector<std::thread> callers;
  std::atomic<int> failed = 0;
  hold_back_while([&] {
    for (int number = 0; number < 5; ++number) {
      callers.emplace_back([&, number] { write("good " + std::to_string(number)); });
      callers.emplace_back([&] {
        try {
          writer_.write([](Connection& connection) {
            insert(connection, "half");
            insert(connection, "taken");
          });
        } catch (const SqliteError& error) {
          if (error.code() == SQLITE_CONSTRAINT) ++failed;
        }
      });
      callers.emplace_back([&] {
        try {
          writer_.write([](Connection& connection) {
            insert(connection, "thrown");
            throw std::out_of_range("mine");
          });
        } catch (const std::out_of_range&) {
          ++failed;
        }
      });
    }
  });
  for (std::thread& caller : callers) caller.join();
  EXPECT_EQ(failed, 10);
  EXPECT_EQ(notes(), "good 0|good 1|good 2|good 3|good 4|taken|");
}

TEST_F(WriterTest, WorkThatCannotBeRunAgainHasATransactionOfItsOwn) {
  std::vector<std::thread> callers;
  std::atomic<int> runs = 0;
  hold_back_while([&] {
    for (int number = 0; number < 5; ++number) {
      callers.emplace_back([&, number] { write("good " + std::to_string(number)); });
      callers.emplace_back([&, number] {
        writer_.write_alone([&](Connection& connection) {
          ++runs;
          insert(connection, "alone " + std::to_string(number));
          EXPECT_EQ(PlainSqlite(file_.path).run("SELECT 1 FROM note WHERE text LIKE 'bad%'"), "");
        });
      });
      callers.emplace_back([&, number] {
        EXPECT_THROW(writer_.write([&](Connection& connection) {
          insert(connection, "bad " + std::to_string(number));
          throw std::out_of_range("mine");
        }),
                     std::out_of_range);
      });
    }
  });
  for (std::thread& caller : callers) caller.join();
  EXPECT_EQ(runs, 5);
  EXPECT_EQ(notes(), "alone 0|alone 1|alone 2|alone 3|alone 4|good 0|good 1|good 2|good 3|good 4|");
}

// Two writers as of two processes: each has a lock file, a connection and a queue of its own.
TEST_F(WriterTest, TwoThatContendShareTheDiskAndLoseNothing) {
  constexpr int kNotes = 200;
  Writer other(file_);
  const auto write_all = [&](Writer& writer, const std::string& name) {
    for (int number = 0; number < kNotes; ++number) {
      writer.write(
          [&](Connection& connection) { insert(connection, name + std::to_string(number)); });
    }
  };
  std::thread second([&] { write_all(other, "b"); });
  write_all(writer_, "a");
  second.join();
  EXPECT_EQ(PlainSqlite(file_.path).run("SELECT count(*) FROM note"),
            std::to_string(2 * kNotes) + "|");
}

TEST_F(WriterTest, ATransactionThatFailsFailsForAllAndLeavesNothing) {
  std::set<std::string> acknowledged;
  int failed = 0;
  // Again until a caller was in one transaction with the one that fails.
  for (int round = 0; round < 50 && failed == 0; ++round) {
    std::mutex mutex;
    std::vector<std::thread> callers;
    hold_back_while([&] {
      for (int number = 0; number < 5; ++number) {
        callers.emplace_back([&, text = std::to_string(round) + "." + std::to_string(number)] {
          const bool written = try_write([&](Connection& connection) { insert(connection, text); });
          const std::lock_guard hold(mutex);
          written ? void(acknowledged.insert(text)) : void(++failed);
        });
      }
      // As if the disk had failed in the middle of them.
      callers.emplace_back([&] {
        EXPECT_FALSE(try_write([](Connection& connection) { connection.fail(SQLITE_IOERR); }));
      });
    });
    for (std::thread& caller : callers) caller.join();
  }
  EXPECT_GT(failed, 0);
  write("after");
  acknowledged.insert("after");
  std::string all;
  for (const std::string& text : acknowledged) all += text + "|";
  EXPECT_EQ(notes(), all);
}

TEST_F(WriterTest, WaitsForAnotherProgramThatHoldsTheFile) {
  PlainSqlite other(file_.path);
  EXPECT_EQ(other.run("BEGIN IMMEDIATE"), "");
  std::thread ender([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(300));
    EXPECT_EQ(other.run("COMMIT"), "");
  });
  write("a");
  ender.join();
  EXPECT_EQ(notes(), "a|");
}

TEST_F(WriterTest, FinishesWhatIsQueuedAndRefusesWhatComesLater) {
  std::mutex mutex;
  std::set<std::string> acknowledged;
  std::vector<std::thread> callers;
  std::thread finisher;
  hold_back_while([&] {
    for (int number = 0; number < 5; ++number) {
      callers.emplace_back([&, text = std::to_string(number)] {
        if (!try_write([&](Connection& connection) { insert(connection, text); })) return;
        const std::lock_guard hold(mutex);
        acknowledged.insert(text);
      });
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    finisher = std::thread([&] { writer_.finish(); });
  });
  for (std::thread& caller : callers) caller.join();
  finisher.join();
  std::string all;
  for (const std::string& text : acknowledged) all += text + "|";
  EXPECT_EQ(notes(), all);
  EXPECT_NE(notes(), "");
  EXPECT_THROW(write("late"), LogError);
}

TEST_F(WriterTest, SaysSoWhenItsLockCannotBeTaken) {
  std::filesystem::remove(file_.lock_path());
  std::filesystem::create_symlink("elsewhere", file_.lock_path());
  try {
    write("a");
    ADD_FAILURE() << "written";
  } catch (const LogError& error) {
    EXPECT_THAT(error.what(), HasSubstr("its lock log.db.lock cannot be taken"));
  }
  std::filesystem::remove(file_.lock_path());
  write("a");
  EXPECT_EQ(notes(), "a|");
}

}  // namespace
}  // namespace rota
