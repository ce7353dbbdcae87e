// SPDX-License-Identifier: Apache-2.0
// What the source does not tell, told by importing it, in processes of Python alone.
#include "python_source/class_collector.h"
#include "python_source/line_process.h"
#include "python_source/scanner_answer.h"
#include "python_source/source_metadata.h"
#include <rota/python_source.h>

#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <span>
#include <vector>

#include <fmt/format.h>

namespace rota::inline v1 {
namespace {

struct UncertainModule {
  std::string name = {};
  std::shared_ptr<const SourcePlace> place = {};  // as it was before the import
  std::string class_names = {};                   // "ATask,BTask"
};

std::shared_ptr<const SourcePlace> place_of(const UncertainClass& uncertain) {
  struct stat status {};
  const bool is_there = ::stat(uncertain.file.c_str(), &status) == 0;
  return std::make_shared<const SourcePlace>(
      SourcePlace{.file = uncertain.file,
                  .root = std::make_shared<const std::string>(uncertain.root),
                  .identity = is_there ? identity_of(status) : FileIdentity{},
                  .fingerprint = python_source_fingerprint(uncertain.file)});
}

// In the order of the classes.
std::vector<UncertainModule> modules_of(const std::vector<UncertainClass>& uncertain) {
  std::vector<UncertainModule> modules;
  std::map<std::string_view, std::size_t> numbers;
  for (const UncertainClass& one : uncertain) {
    const auto [at, is_new] = numbers.try_emplace(one.file, modules.size());
    if (is_new) modules.push_back({.name = one.module, .place = place_of(one)});
    std::string& names = modules[at->second].class_names;
    names += (names.empty() ? "" : ",") + one.class_name;
  }
  return modules;
}

std::string input_of(std::span<const UncertainModule> modules) {
  std::string words;
  for (const UncertainModule& module : modules) {
    for (const std::string& word :
         {*module.place->root, module.name, module.place->file, module.class_names})
      words.append(word).push_back('\0');
  }
  return words;
}

class Importer {
 public:
  Importer(std::filesystem::path python, PythonDiscovery& discovery)
      : python_(std::move(python)),
        discovery_(discovery),
        modules_(modules_of(discovery.uncertain)),
        collector_(discovery) {}

  void run() {
    while (next_ < modules_.size() && import_some()) continue;
    std::erase_if(discovery_.uncertain, [this](const UncertainClass& uncertain) {
      return std::ranges::find(done_, uncertain.file) != done_.end();
    });
  }

 private:
  // All from the next one on, up to one that the process does not survive. False where none can be.
  bool import_some() {
    bool is_ready = false;
    const auto rest = std::span(modules_).subspan(next_);
    const AnswerEnd end = ask(question(rest), [&](std::string_view line) {
      if (is_ready) take(modules_[next_++], line);
      is_ready = true;
    });
    if (!is_ready) {
      discovery_.problem = fmt::format(
          "uncertain classes are not imported: {} ended with {}; it must be able to "
          "import rota, or ROTA_PYTHON name one that is",
          python_.string(), text_of_end(end));
      return false;
    }
    if (next_ < modules_.size()) refuse(modules_[next_++], reason_of(end));
    return true;
  }

  Question question(std::span<const UncertainModule> modules) const {
    return {.program = python_,
            .arguments = {"-m", "rota._importer"},
            .input = input_of(modules),
            .lines = 1 + modules.size()};
  }

  static std::string reason_of(const AnswerEnd& end) {
    switch (end.kind) {
      case AnswerEnd::Kind::ended:
        return fmt::format("it ends the process that imports it, with {}", text_of_end(end));
      case AnswerEnd::Kind::no_answer:
        return "it takes longer than a minute";
      default:
        return "what Python says of it is not understood";
    }
  }

  void take(const UncertainModule& module, std::string_view line) {
    const auto answer = parse_module_answer(line, module.name, module.place->file);
    if (!answer) return refuse(module, "what Python says of it is not understood");
    if (!answer->record.error.empty()) return refuse(module, answer->record.error);
    done_.push_back(module.place->file);
    for (const auto& [class_name, fault] : answer->faults)
      collector_.refuse(module.place->file, class_name, fault);
    for (const SourceClass& one : answer->record.classes) {
      const std::array line_of_class = {&one};
      SourceMetadata read = read_source_metadata(line_of_class);
      read.metadata.module = module.name;
      const bool derives = !one.bases.empty();
      collector_.take({.metadata = std::move(read.metadata),
                       .traits = {.derives_from_base_task = derives},
                       .takes_any = read.takes_any,
                       .refusal = std::move(read.refusal)},
                      module.place);
    }
  }

  void refuse(const UncertainModule& module, const std::string& reason) {
    discovery_.refused.push_back(
        {module.place->file, RefusalReason::not_imported,
         fmt::format("module {} cannot be imported: {}", module.name, reason)});
  }

  std::filesystem::path python_;
  PythonDiscovery& discovery_;
  std::vector<UncertainModule> modules_;
  ClassCollector collector_;
  std::size_t next_ = 0;
  std::vector<std::string> done_;
};

}  // namespace

void import_uncertain(PythonDiscovery& discovery) {
  if (discovery.uncertain.empty()) return;
  std::string problem;
  try {
    if (auto python = find_python(problem)) return Importer(*std::move(python), discovery).run();
  } catch (const std::system_error& error) {
    problem = error.what();
  }
  discovery.problem = fmt::format("uncertain classes are not imported: {}", problem);
}

}  // namespace rota::inline v1
