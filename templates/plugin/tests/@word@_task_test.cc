// Runs the task class as a program does, in the current folder and with a log in memory.
#include <rota/rota.h>

#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>

namespace {

int failures = 0;

void expect(bool holds, const std::string& what) {
  if (holds) return;
  std::cerr << "not so: " << what << '\n';
  ++failures;
}

std::string content_of(const std::filesystem::path& file) {
  std::ifstream in(file);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

}  // namespace

int main() {
  const auto log = rota::open_memory_log();
  const auto task = rota::create_task_instance("t_@word@", {{"name", "test"}});
  task->bind_context({.log = log.get(), .project_root = std::filesystem::current_path()});
  std::filesystem::remove("@name@.txt");

  expect(task->run(), "the task succeeds");
  if (task->error_details()) std::cerr << task->error_details()->message << '\n';
  expect(content_of("@name@.txt") == "Hello, test!\n", "it greets whom it is told");
  expect(task->metrics().at("letters") == rota::Value(4), "it counts the letters");
  return failures == 0 ? 0 : 1;
}
