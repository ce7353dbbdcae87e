// SPDX-License-Identifier: Apache-2.0
#include "os/file_lock.h"

#include "os/temporary_folder.h"

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <mutex>
#include <system_error>
#include <thread>

#include <gtest/gtest.h>

namespace rota {
namespace {

namespace fs = std::filesystem;

class FileLockTest : public ::testing::Test {
 protected:
  fs::path path() const { return folder_ / "a.lock"; }

  TemporaryFolder folder_;
};

TEST_F(FileLockTest, MakesAPrivateFile) {
  const FileLock lock(path());
  struct stat found {};
  ASSERT_EQ(::stat(path().c_str(), &found), 0);
  EXPECT_EQ(found.st_mode & 0777U, 0600U);
}

TEST_F(FileLockTest, ExcludesASecondLockOfTheSameProcess) {
  FileLock first(path());
  FileLock second(path());
  first.lock();
  EXPECT_FALSE(second.try_lock());
  first.unlock();
  EXPECT_TRUE(second.try_lock());
  EXPECT_FALSE(first.try_lock());
}

TEST_F(FileLockTest, TheTwoLocksOfAFileKnowNothingOfEachOther) {
  FileLock first(path());
  FileLock other(path(), FileLock::Part::second);
  FileLock other_too(path(), FileLock::Part::second);
  first.lock();
  EXPECT_TRUE(other.try_lock());
  EXPECT_FALSE(other_too.try_lock());
  first.unlock();
  EXPECT_FALSE(other_too.try_lock());
}

TEST_F(FileLockTest, AWaiterGoesOnWhenTheHolderLetsGo) {
  FileLock first(path());
  first.lock();
  std::atomic<bool> entered = false;
  std::thread waiter([&] {
    FileLock second(path());
    const std::lock_guard hold(second);
    entered = true;
  });
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  EXPECT_FALSE(entered);
  first.unlock();
  waiter.join();
  EXPECT_TRUE(entered);
}

TEST_F(FileLockTest, EndsWithTheProcessThatHeldItAlsoWhenAForkedChildLivesOn) {
  // This process -> holder (locks, forks, is killed) -> heir (lives on with what it inherited).
  int ready[2];
  ASSERT_EQ(::pipe(ready), 0);
  const pid_t holder = ::fork();
  ASSERT_GE(holder, 0);
  if (holder == 0) {
    FileLock lock(path());
    lock.lock();
    if (::fork() == 0) {
      const pid_t heir = ::getpid();
      if (::write(ready[1], &heir, sizeof heir) != sizeof heir) ::_exit(1);
    }
    for (;;) ::pause();
  }
  pid_t heir = 0;
  ASSERT_EQ(::read(ready[0], &heir, sizeof heir), static_cast<ssize_t>(sizeof heir));
  FileLock lock(path());
  EXPECT_FALSE(lock.try_lock());
  ::kill(holder, SIGKILL);
  ::waitpid(holder, nullptr, 0);
  EXPECT_EQ(::kill(heir, 0), 0);
  EXPECT_TRUE(lock.try_lock());
  ::kill(heir, SIGKILL);
  ::close(ready[0]);
  ::close(ready[1]);
}

TEST_F(FileLockTest, RefusesASymbolicLinkAndWhatIsNoFile) {
  fs::create_symlink("elsewhere", path());
  EXPECT_THROW(FileLock{path()}, std::system_error);
  EXPECT_FALSE(fs::exists(folder_ / "elsewhere"));
  fs::remove(path());
  ASSERT_EQ(::mkfifo(path().c_str(), 0600), 0);
  EXPECT_THROW(FileLock{path()}, std::system_error);
  fs::remove(path());
  fs::create_directory(path());
  EXPECT_THROW(FileLock{path()}, std::system_error);
}

}  // namespace
}  // namespace rota
