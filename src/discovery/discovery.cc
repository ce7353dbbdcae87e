// SPDX-License-Identifier: Apache-2.0
#include "discovery/file_check.h"
#include "discovery/manifest.h"
#include "discovery/plugin_library.h"
#include "discovery/scan.h"
#include "os/file.h"
#include "os/one_line.h"
#include "os/replace_file.h"
#include <rota/discovery.h>

#include <fcntl.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <set>
#include <thread>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace rota::inline v1 {
namespace {

namespace fs = std::filesystem;

// A file with all that can be made of it alone.
struct Candidate {
  const CandidateFolder* folder = nullptr;
  std::size_t index = 0;  // in that folder
  bool folder_is_allowed = true;
  FileFindings findings = {};
  std::vector<TaskClassPtr> task_classes = {};
  std::vector<Refusal> refused = {};  // single classes of it

  fs::path file() const { return folder->file(index); }
};

// Which of two classes of one plugin an id means, no one could tell: none.
void refuse_repeated_ids(std::vector<TaskMetadata>& tasks, std::vector<Refusal>& refused) {
  if (tasks.size() < 2) return;
  std::map<std::string, int> counts;
  for (const TaskMetadata& task : tasks) ++counts[task.task_id];
  if (counts.size() == tasks.size()) return;
  std::erase_if(tasks, [&](const TaskMetadata& task) { return counts[task.task_id] > 1; });
  for (const auto& [task_id, count] : counts) {
    if (count == 1) continue;
    refused.push_back(
        {RefusalReason::invalid_task,
         fmt::format("{} of its classes have the id {}; give each its own", count, task_id)});
  }
}

std::vector<TaskMetadata> parse_notes(std::string_view packed, std::vector<Refusal>& refused) {
  std::vector<TaskMetadata> tasks;
  const auto notes = unpack_notes(packed);
  if (!notes)
    refused.push_back({RefusalReason::malformed_note, "its manifest is malformed; build it again"});
  for (const std::string_view note : notes.value_or(std::vector<std::string_view>())) {
    auto metadata = parse_manifest(note);
    if (auto* refusal = std::get_if<Refusal>(&metadata)) {
      refused.push_back(std::move(*refusal));
    } else {
      tasks.push_back(std::get<TaskMetadata>(std::move(metadata)));
    }
  }
  refuse_repeated_ids(tasks, refused);
  return tasks;
}

void make_task_classes(Candidate& candidate) {
  const PluginContent& content = candidate.findings.content;
  auto tasks = parse_notes(content.notes, candidate.refused);
  if (tasks.empty()) return;
  const auto library = std::make_shared<PluginLibrary>(
      CheckedFile{candidate.folder->file_name(candidate.index), *candidate.findings.identity,
                  content.notes, content.hash});
  const std::string module = candidate.folder->module_of(candidate.index);
  for (TaskMetadata& metadata : tasks) {
    metadata.module = module;
    TaskClassPtr task_class = make_plugin_task_class(std::move(metadata), library);
    if (const auto reasons = validate_task_class(*task_class); !reasons.empty()) {
      candidate.refused.push_back(
          {RefusalReason::invalid_task,
           fmt::format("its task class {} is not valid: {}", task_class->metadata().class_name,
                       fmt::join(reasons, "; "))});
      continue;
    }
    candidate.task_classes.push_back(std::move(task_class));
  }
}

// Looks at candidates that lie together, with the folder open once.
class Checker {
 public:
  explicit Checker(const FileRules& rules) : rules_(rules) {}

  void operator()(Candidate& candidate) {
    if (candidate.folder != folder_) {
      folder_ = candidate.folder;
      fd_ = UniqueFd(::open(folder_->folder.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    }
    const std::string& name = folder_->names[candidate.index];
    candidate.findings =
        check_file(fd_.get(), folder_->folder, name, candidate.folder_is_allowed, rules_);
    if (!candidate.findings.refusal) make_task_classes(candidate);
  }

 private:
  const FileRules& rules_;
  const CandidateFolder* folder_ = nullptr;
  UniqueFd fd_;
};

void check_all(std::vector<Candidate>& candidates, const FileRules& rules) {
  constexpr std::size_t kChunk = 32;  // a thread costs what some ten files cost
  // Where the cache knows them, there is too little to do for more than one.
  const bool are_known = rules.cache.size() >= candidates.size();
  const std::size_t chunks = (candidates.size() + kChunk - 1) / kChunk;
  std::atomic<std::size_t> next{0};
  const auto work = [&] {
    Checker check(rules);
    for (std::size_t chunk = next++; chunk < chunks; chunk = next++) {
      const std::size_t end = std::min(candidates.size(), (chunk + 1) * kChunk);
      for (std::size_t at = chunk * kChunk; at < end; ++at) check(candidates[at]);
    }
  };
  std::vector<std::jthread> threads;
  const std::size_t wanted =
      are_known ? 1 : std::min<std::size_t>({std::thread::hardware_concurrency(), 8, chunks});
  while (threads.size() + 1 < wanted) threads.emplace_back(work);
  work();
}

std::vector<Candidate> list_candidates(const Scan& scanned, const AllowList& allowed) {
  std::size_t count = 0;
  for (const CandidateFolder& folder : scanned.folders) count += folder.names.size();
  std::vector<Candidate> candidates;
  candidates.reserve(count);
  for (const CandidateFolder& folder : scanned.folders) {
    const bool is_allowed = allowed.empty() || allowed.allows(folder.folder);
    for (std::size_t index = 0; index < folder.names.size(); ++index)
      candidates.push_back({.folder = &folder, .index = index, .folder_is_allowed = is_allowed});
  }
  return candidates;
}

// Puts what the candidates gave together, in their order.
class Collector {
 public:
  void take(Candidate& candidate) {
    const FileFindings& findings = candidate.findings;
    if (findings.identity && !is_new(*findings.identity)) return;
    ++(findings.from_cache ? discovery_.cache.files_known : discovery_.cache.files_read);
    const fs::path file = candidate.file();
    if (findings.refusal) refuse(file, *findings.refusal);
    for (const Refusal& refusal : candidate.refused) refuse(file, refusal);
    if (candidate.task_classes.empty()) return;
    PluginFile plugin{
        .file = file,
        .module = candidate.folder->module_of(candidate.index),
        .remark =
            findings.content.by_sections
                ? "its manifest is found by its section headers alone, and `strip` would lose it; "
                  "an old patchelf does this: link it anew"
                : ""};
    for (TaskClassPtr& task_class : candidate.task_classes) {
      const auto [at, is_first] =
          discovery_.task_classes.try_emplace(task_class->metadata().task_id, task_class);
      if (is_first) {
        plugin.task_ids.push_back(at->first);
      } else {
        discovery_.duplicates.push_back({at->first, at->second->origin(), task_class->origin()});
      }
    }
    discovery_.plugins.push_back(std::move(plugin));
  }

  Discovery& discovery() noexcept { return discovery_; }

 private:
  // A file is taken once, also when two names lead to it.
  bool is_new(const FileIdentity& identity) {
    return visited_.emplace(identity.device, identity.inode).second;
  }
  void refuse(const fs::path& file, const Refusal& refusal) {
    // It may quote what the file says.
    discovery_.refused.push_back({file, refusal.reason, one_line(refusal.message)});
  }

  Discovery discovery_;
  std::set<std::pair<std::uint64_t, std::uint64_t>> visited_;
};

// What of a file may be kept: what it said itself, when a change could not have gone unseen.
bool can_be_kept(const FileFindings& findings, std::int64_t now_nanoseconds) {
  const bool was_read = !findings.content.notes.empty() || findings.content.refusal;
  return was_read && is_lasting(findings.content) &&
         is_settled(*findings.identity, now_nanoseconds);
}

// Gives why the cache could not be written.
std::string renew_cache(const fs::path& file, const PluginCache& cache,
                        const std::vector<Candidate>& candidates) {
  const std::int64_t now = std::chrono::duration_cast<std::chrono::nanoseconds>(
                               std::chrono::system_clock::now().time_since_epoch())
                               .count();
  const bool is_changed = std::ranges::any_of(candidates, [&](const Candidate& candidate) {
    return !candidate.findings.from_cache && can_be_kept(candidate.findings, now);
  });
  if (!is_changed) return {};
  std::vector<CachedFile> known;
  for (const Candidate& candidate : candidates) {
    const FileFindings& findings = candidate.findings;
    if (can_be_kept(findings, now)) known.emplace_back(*findings.identity, findings.content);
  }
  std::error_code ignored;
  fs::create_directories(file.parent_path(), ignored);
  const std::string problem =
      replace_file(file, cache.with(std::move(known), candidates.size()), 0600);
  return problem.empty() ? problem
                         : fmt::format("{} cannot be written: {}", file.string(), problem);
}

Discovery check_and_collect(const Scan& scanned, const DiscoveryQuery& query) {
  const AllowList allowed(query.allowed_folders);
  std::optional<LockFile> lock;
  if (!query.lock_file.empty()) lock = LockFile::open(query.lock_file);
  std::string problem;
  PluginCache cache;
  if (!query.cache_file.empty()) cache = PluginCache::open(query.cache_file, problem);

  std::vector<Candidate> candidates = list_candidates(scanned, allowed);
  check_all(candidates, {cache, allowed, lock});
  Collector collector;
  for (const RefusedFile& refused : scanned.refused)
    collector.discovery().refused.push_back(refused);
  for (Candidate& candidate : candidates) collector.take(candidate);
  if (!query.cache_file.empty()) {
    const std::string unwritten = renew_cache(query.cache_file, cache, candidates);
    if (!unwritten.empty()) problem = unwritten;
  }
  collector.discovery().cache.problem = std::move(problem);
  return std::move(collector.discovery());
}

}  // namespace

std::string_view to_string(RefusalReason reason) noexcept {
  constexpr std::string_view kNames[] = {
      "unreadable",         "not_regular",    "not_elf",     "other_machine",
      "truncated",          "malformed_note", "too_big",     "abi_differs",
      "cxx_abi_differs",    "invalid_task",   "no_task",     "wrong_owner",
      "writable_by_others", "not_allowed",    "lock_differs"};
  return kNames[static_cast<std::size_t>(reason)];
}

Discovery discover(const DiscoveryQuery& query) { return check_and_collect(scan(query), query); }

Discovery discover_file(const fs::path& file) {
  Scan scanned;
  const fs::path folder = file.has_parent_path() ? file.parent_path() : fs::path(".");
  if (auto refusal = check_folder_trust(folder)) {
    scanned.refused.push_back({folder, refusal->reason, std::move(refusal->message)});
  } else {
    scanned.folders.push_back({folder, "", {file.filename().string()}});
  }
  return check_and_collect(scanned, {});
}

}  // namespace rota::inline v1
