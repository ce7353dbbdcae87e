// SPDX-License-Identifier: Apache-2.0
// Graphviz is asked as a program and not as a library: the library keeps its state in globals, writes to stderr
// and may end the process, and would be loaded by every host at its start. What it gets are numbers alone: no
// text of a task reaches it.
#include "layout/graph_layout.h"

#include "layout/plain_output.h"
#include "os/child_process.h"
#include "os/file.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <system_error>
#include <utility>

#include <fmt/format.h>

namespace rota::inline v1 {
namespace {

namespace fs = std::filesystem;

constexpr double kPointsPerInch = 72;
// From this size on the search for the nicest layout is cut short: it grows faster than the graph.
constexpr std::size_t kLargeGraph = 3'000;

fs::path find_program() {
  const char* path = std::getenv("PATH");
  std::string_view rest = path == nullptr ? "/usr/bin:/bin" : path;
  while (!rest.empty()) {
    const std::string_view folder = rest.substr(0, rest.find(':'));
    rest.remove_prefix(std::min(folder.size() + 1, rest.size()));
    fs::path program = fs::path(folder) / "dot";
    std::error_code ignored;
    if (program.is_absolute() && fs::is_regular_file(program, ignored) &&
        ::access(program.c_str(), X_OK) == 0)
      return program;
  }
  throw LayoutError(
      "the graph cannot be drawn: there is no program `dot` in PATH; install Graphviz (Debian: "
      "apt-get install graphviz)");
}

std::string describe_graph(const LayoutQuery& query) {
  std::string text = fmt::format(
      "digraph{{rankdir=LR;nodesep=0.2;ranksep=0.7;node[shape=box,fixedsize=true,label=\"\","
      "height={:.3f}];edge[tailport=e,headport=w,arrowhead=none];\n",
      query.box_height / kPointsPerInch);
  if (query.box_widths.size() >= kLargeGraph)
    text += "nslimit=2;nslimit1=2;mclimit=0.2;splines=line;\n";
  for (std::size_t box = 0; box < query.box_widths.size(); ++box)
    text += fmt::format("n{}[width={:.3f}];\n", box, query.box_widths[box] / kPointsPerInch);
  for (const LayoutArrow& arrow : query.arrows)
    text += fmt::format("n{}->n{};\n", arrow.from, arrow.to);
  return text + "}\n";
}

// Has no name any more when this is gone.
class TemporaryFile {
 public:
  explicit TemporaryFile(std::string_view content) {
    std::error_code ignored;
    fs::path folder = fs::temp_directory_path(ignored);
    if (folder.empty()) folder = "/tmp";
    name_ = (folder / "rota-graph-XXXXXX").string();
    const UniqueFd fd(::mkostemp(name_.data(), O_CLOEXEC));
    const bool is_made = fd.valid();
    if (is_made && write_all(fd.get(), content)) return;
    const int error = errno;
    if (is_made) ::unlink(name_.c_str());
    throw LayoutError(fmt::format("the graph cannot be drawn: {}: {}", name_, error_text(error)));
  }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  ~TemporaryFile() { ::unlink(name_.c_str()); }

  const std::string& name() const { return name_; }

 private:
  std::string name_;
};

[[noreturn]] void fail(const fs::path& program, const std::string& why) {
  throw LayoutError(fmt::format("the graph cannot be drawn: {} {}", program.string(), why));
}

std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

}  // namespace

GraphLayout lay_out_graph(const LayoutQuery& query) {
  const std::size_t boxes = query.box_widths.size();
  if (boxes == 0) return {};
  const fs::path program = find_program();
  const TemporaryFile description(describe_graph(query));
  std::string plain;
  try {
    ChildProcess dot(program, {"-Tplain", fmt::format("-o/dev/fd/{}", ChildProcess::kResultFd),
                               description.name()});
    const auto deadline = std::chrono::steady_clock::now() + query.time_limit;
    auto event = dot.wait(deadline, {});
    while (event == ChildProcess::Event::wrote) {
      plain += std::exchange(dot.result(), {});
      event = dot.wait(deadline, {});
    }
    if (event == ChildProcess::Event::no_answer) {
      fail(program, fmt::format("has not finished within {} s; draw fewer tasks by naming some",
                                query.time_limit.count()));
    }
    plain += std::exchange(dot.result(), {});
    if (dot.end()->by_signal)
      fail(program, fmt::format("was ended by signal {}", dot.end()->number));
    if (dot.end()->number != 0)
      fail(program,
           fmt::format("failed with status {}: {}", dot.end()->number, first_line(dot.output())));
  } catch (const std::system_error& error) {
    fail(program, fmt::format("cannot be started: {}", error.what()));
  }
  auto layout = parse_plain_output(plain, boxes);
  if (!layout) fail(program, "gave an answer that is not understood; is it Graphviz?");
  return *std::move(layout);
}

}  // namespace rota::inline v1
