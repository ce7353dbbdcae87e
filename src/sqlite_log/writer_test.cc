// SPDX-License-Identifier: Apache-2.0
// Group commit, as seen by the requests that it groups.
#include "sqlite_log/writer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <stdexcept>

#include "sqlite_log/log_folder.h"

namespace rota {
namespace {

using ::testing::HasSubstr;

std::size_t threads_of_this_process() {
  const std::filesystem::directory_iterator threads("/proc/self/task");
  return static_cast<std::size_t>(std::distance(begin(threads), end(threads)));
}

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

  // Waits until that many requests are under way or queued, then lets the writer go on.
  template <class Start>
  void hold_back_while(Start start) {
    FileLock gate(file_.lock_path());
    const std::lock_guard hold(gate);
    start();
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
  }

  TemporaryFolder folder_;
  const LogFile file_{folder_ / "log.db", false};
  Writer writer_{file_};
};

TEST_F(WriterTest, ItsThreadBeginsWithTheFirstWrite) {
  const std::size_t before = threads_of_this_process();
  Writer writer(file_);
  EXPECT_EQ(threads_of_this_process(), before);
  writer.write([](Connection&) {});
  EXPECT_EQ(threads_of_this_process(), before + 1);
  writer.finish();
  EXPECT_EQ(threads_of_this_process(), before);
}

TEST_F(WriterTest, AWriteThatReturnsIsSeenByOthers) {
  write("a");
  EXPECT_EQ(notes(), "a|");
}

TEST_F(WriterTest, WhatIsQueuedMeanwhileIsOneTransaction) {
  std::vector<std::thread> callers;
  std::atomic<int> seen_before_the_commit = 0;
  hold_back_while([&] {
    callers.emplace_back([&] { write("first"); });
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    for (int number = 0; number < 20; ++number) {
      callers.emplace_back([&, number] {
        writer_.write([&](Connection& connection) {
          insert(connection, std::to_string(number));
          if (notes() == "first|") ++seen_before_the_commit;
        });
        EXPECT_THAT(notes(), HasSubstr(std::to_string(number) + "|"));
      });
    }
  });
  for (std::thread& caller : callers) caller.join();
  EXPECT_EQ(seen_before_the_commit, 20);
  EXPECT_EQ(PlainSqlite(file_.path).run("SELECT count(*) FROM note"), "21|");
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

TEST_F(WriterTest, ATransactionThatFailsFailsForAllAndLeavesNothing) {
  write("before");
  std::vector<std::thread> callers;
  std::atomic<int> failed = 0;
  hold_back_while([&] {
    for (int number = 0; number < 5; ++number) {
      callers.emplace_back([&, number] {
        try {
          write(std::to_string(number));
        } catch (const LogError&) {
          ++failed;
        }
      });
    }
    // As if the disk had failed in the middle of them.
    callers.emplace_back([&] {
      EXPECT_THROW(writer_.write([](Connection& connection) { connection.fail(SQLITE_IOERR); }), LogError);
    });
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
  });
  for (std::thread& caller : callers) caller.join();
  const std::size_t kept = notes().size();
  EXPECT_EQ(kept, std::string("before|").size() + 2 * (5 - static_cast<std::size_t>(failed)));
  EXPECT_GE(failed, 4);  // all that were not committed before it came
  write("after");
  EXPECT_THAT(notes(), HasSubstr("after|before|"));
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
  std::vector<std::thread> callers;
  std::thread finisher;
  hold_back_while([&] {
    for (int number = 0; number < 5; ++number) {
      callers.emplace_back([&, number] { write(std::to_string(number)); });
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    finisher = std::thread([&] { writer_.finish(); });
  });
  for (std::thread& caller : callers) caller.join();
  finisher.join();
  EXPECT_EQ(notes(), "0|1|2|3|4|");
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
