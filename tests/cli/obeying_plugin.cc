// SPDX-License-Identifier: Apache-2.0
// A plugin that does what the environment tells it, at four moments: AT_LOAD in a static constructor, AT_MAKE
// and AT_REMOVE in the constructor and the destructor of t_b, AT_END in a static destructor.
#include <rota/rota.h>

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <stdexcept>
#include <string>
#include <thread>

#if NEEDS_ABSENT_LIBRARY
extern "C" int a_function_of_the_absent_library();
#endif

namespace {

void write_to_all_files(const std::string& text) {
  for (int fd = 0; fd < 256; ++fd) {
    if (::fcntl(fd, F_GETFD) < 0) continue;
    [[maybe_unused]] const ssize_t written = ::write(fd, text.data(), text.size());
  }
}

// A process that no one waits for and that keeps every pipe open.
void leave_a_process_behind(bool as_daemon) {
  const pid_t middle = ::fork();
  if (middle == 0) {
    if (as_daemon) ::setsid();
    if (::fork() == 0) {
      std::ofstream("left_behind") << ::getpid() << "\n";
      for (;;) ::pause();
    }
    ::_exit(0);
  }
  int status = 0;
  ::waitpid(middle, &status, 0);
  while (!std::filesystem::exists("left_behind"))
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
}

void sleep_for_ever() {
  std::ofstream("sleeping") << ::getpid() << "\n";
  for (;;) std::this_thread::sleep_for(std::chrono::hours(1));
}

void note_surroundings() {
  std::ofstream file("surroundings");
  rlimit core{};
  ::getrlimit(RLIMIT_CORE, &core);
  file << core.rlim_max << " " << (::getpgrp() == ::getpid()) << " " << std::cin.get() << " ";
  int signal = 0;
  ::prctl(PR_GET_PDEATHSIG, &signal);
  file << signal << "\n";
}

// In the manifest there are all classes.
void forget_a_class() {
  rota::detail::module_plugin.tasks = rota::detail::module_plugin.tasks->next;
}

void obey(const char* when) {
  const char* told = std::getenv(when);
  const std::string what = told == nullptr ? "" : told;
  if (what == "abort")
    std::cout << "about to abort\n", std::cerr << "at once\033[31m\n", std::abort();
  if (what == "sleep") sleep_for_ever();
  if (what == "exit") std::exit(0);
  if (what == "_exit") ::_exit(3);
  if (what == "throw") std::puts("asking for the licence"), throw std::runtime_error("no licence");
  if (what == "throw_int") throw 17;
  if (what == "rubbish") write_to_all_files("\n\xff\x01 rubbish {\n");
  if (what == "json") {
    write_to_all_files("{\"step\":\"end\",\"task_id\":\"\",\"message\":\"\"}\n");
  }
  if (what == "forge") {
    write_to_all_files("{\"step\":\"good\",\"task_id\":\"t_c\",\"message\":\"\"}\n");
  }
  if (what == "flood") write_to_all_files(std::string(1 << 20, '['));
  if (what == "chatter") {
    for (int line = 0; line < 100'000; ++line) std::printf("line %d\n", line);
    std::abort();
  }
  if (what == "leave") leave_a_process_behind(false);
  if (what == "daemon") leave_a_process_behind(true);
  if (what == "close") ::close(3);
  if (what == "note") note_surroundings();
  if (what == "forget") forget_a_class();
  if (what == "version") rota::detail::module_plugin.abi_major = 99;
}

class SoundTask : public rota::BaseTask {
 public:
  using BaseTask::BaseTask;
  void configure_operations() override {}
};
class FirstTask : public SoundTask {
 public:
  using SoundTask::SoundTask;
};
class ObeyingTask : public rota::BaseTask {
 public:
  explicit ObeyingTask(const rota::Arguments& arguments) : BaseTask(arguments) {
    if (arguments.get<int>("rows") != 3) throw std::logic_error("where is the default?");
    obey("AT_MAKE");
  }
  ~ObeyingTask() override { obey("AT_REMOVE"); }
  void configure_operations() override {}
};
class NeedyTask : public SoundTask {
 public:
  using SoundTask::SoundTask;
};

#if ONE_CLASS
ROTA_TASK(ObeyingTask, .task_id = "t_b",
          .parameters = {
              {.name = "rows", .type = rota::ParameterType::integer, .default_value = "3"}});
#else
ROTA_TASK(FirstTask, .task_id = "t_a");
ROTA_TASK(ObeyingTask, .task_id = "t_b",
          .parameters = {
              {.name = "rows", .type = rota::ParameterType::integer, .default_value = "3"}});
ROTA_TASK(NeedyTask, .task_id = "t_needy",
          .parameters = {{.name = "source", .required = true},
                         {.name = "target", .required = true}});
ROTA_TASK(SoundTask, .task_id = "t_c");
#endif

struct AtLoad {
  AtLoad() {
    obey("AT_LOAD");
#if NEEDS_ABSENT_LIBRARY
    a_function_of_the_absent_library();
#endif
  }
  ~AtLoad() { obey("AT_END"); }
};
const AtLoad at_load;

}  // namespace
