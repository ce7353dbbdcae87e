// SPDX-License-Identifier: Apache-2.0
// The library of a plugin, loaded through the open file that was checked.
#include "os/temporary_folder.h"
#include <rota/rota.h>

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <climits>
#include <cstdlib>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rota {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

const fs::path kPlugins = PLUGINS;

TaskClassPtr find(const fs::path& folder, const std::string& task_id) {
  return discover({.roots = {folder}}).task_classes.at(task_id);
}

// What the plugin `beside` says of itself when it is made.
std::string description_of(const fs::path& folder) {
  return find(folder, "t_beside")->create()->description();
}

TEST(Loading, FindsTheLibrariesBesideThePlugin) {
  EXPECT_THAT(description_of(kPlugins / "beside"), HasSubstr("42 from beside"));
}

TEST(Loading, LetsThePluginFindItsOwnFolder) {
  EXPECT_THAT(description_of(kPlugins / "beside"),
              HasSubstr(fs::canonical(kPlugins / "beside").string()));
}

TEST(Loading, TellsWhichLibraryIsMissing) {
  const TemporaryFolder folder;
  fs::copy_file(kPlugins / "beside/test_beside.so", folder / "test_beside.so");
  // The one in this process is found by its name, so a process of its own asks.
  const std::string command = std::string(ROTA_COMMAND) + " --path " + folder.path().string() +
                              " run t_beside 2>&1 | grep -q 'libtest_neighbour.so: cannot open'";
  EXPECT_EQ(std::system(("cd " + folder.path().string() + " && " + command).c_str()), 0);
}

TEST(Loading, TakesNoEntryFromALibraryThatThePluginNeeds) {
  EXPECT_THAT([] { find(kPlugins / "entryless", "t_count")->create(); },
              ThrowsMessage<TaskRegistryError>(HasSubstr("it has no rota_plugin_entry")));
}

TEST(Loading, DoesNotMistakeAPluginForOneWhoseFileHadTheSameNumber) {
  rlimit before{};
  ::getrlimit(RLIMIT_NOFILE, &before);
  std::vector<int> open;
  while (open.empty() || open.back() < 40)
    open.push_back(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  const rlimit scarce{60, before.rlim_max};  // few are left: files are closed after loading
  ::setrlimit(RLIMIT_NOFILE, &scarce);
  const TemporaryFolder folder;
  for (const char* name : {"one", "two", "three"}) {
    fs::create_directory(folder / name);
    const std::string plugin = std::string_view(name) == "two" ? "twin" : "sound";
    fs::copy_file(kPlugins / plugin / ("test_" + plugin + ".so"), folder / name / "p.so");
    EXPECT_EQ(find(folder / name, "t_count")->create()->version(),
              plugin == "twin" ? "9.9.9" : "1.2.0");
  }
  ::setrlimit(RLIMIT_NOFILE, &before);
  for (const int fd : open) ::close(fd);
}

}  // namespace
}  // namespace rota
