// SPDX-License-Identifier: Apache-2.0
#include "discovery/file_check.h"
#include "discovery/inode_table.h"
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
#include <thread>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace rota::inline v1 {
namespace {

namespace fs = std::filesystem;

// A file with all that can be made of it alone.
struct Candidate {
  const CandidateFolder* folder = nullptr;
  std::uint32_t index = 0;  // in that folder
  bool from_cache = false;
  bool by_sections = false;
  std::optional<FileIdentity> identity = {};
  std::unique_ptr<PluginContent> read =
      {};  // nothing where the cache knew it, or it was refused unread
  std::vector<TaskClassPtr> task_classes = {};
  std::vector<Refusal> refused = {};  // of all of it, or of single classes

  std::string_view name() const { return folder->files[index].second; }
  std::string file() const { return folder->folder->file(name()); }
};

// Which of two classes of one plugin an id means, no one could tell: none.
void refuse_repeated_ids(std::vector<TaskClassPtr>& tasks, std::vector<Refusal>& refused) {
  if (tasks.size() < 2) return;
  std::map<std::string_view, int> counts;
  for (const TaskClassPtr& task : tasks) ++counts[task->task_id()];
  if (counts.size() == tasks.size()) return;
  for (const auto& [task_id, count] : counts) {
    if (count == 1) continue;
    refused.push_back(
        {RefusalReason::invalid_task,
         fmt::format("{} of its classes have the id {}; give each its own", count, task_id)});
  }
  // Not erased in place: the ids counted are views into the classes.
  std::vector<TaskClassPtr> kept;
  for (TaskClassPtr& task : tasks) {
    if (counts[task->task_id()] == 1) kept.push_back(std::move(task));
  }
  tasks.swap(kept);
}

// Makes the classes of one file from its notes.
class ClassMaker {
 public:
  ClassMaker(PluginContent& content, Candidate& candidate)
      : content_(content),
        candidate_(candidate),
        library_(std::make_shared<PluginLibrary>(
            CheckedFile{candidate.folder->folder, std::string(candidate.name()),
                        *candidate.identity, content.notes, content.hash})) {}

  void run() {
    const bool are_sound = take_sound_notes();
    if (content_.is_sound) return;
    if (!are_sound) parse_notes();
    refuse_repeated_ids(candidate_.task_classes, candidate_.refused);
    if (!are_sound) refuse_invalid_classes();
    content_.is_sound = candidate_.refused.empty();
  }

 private:
  // False, and nothing is taken, where one of them must be parsed first.
  bool take_sound_notes() {
    bool all = true;
    const bool is_whole = for_each_note(content_.notes.view(), [&](std::string_view note) {
      const std::string_view task_id =
          content_.is_sound ? manifest_task_id(note) : sound_manifest_task_id(note);
      all = all && !task_id.empty();
      if (all) candidate_.task_classes.push_back(make_plugin_task_class(task_id, note, library_));
    });
    if (all && is_whole) return true;
    candidate_.task_classes.clear();
    content_.is_sound = false;
    return false;
  }

  void parse_notes() {
    const auto parse = [&](std::string_view note) {
      auto read = parse_manifest(note);
      if (auto* refusal = std::get_if<Refusal>(&read)) {
        candidate_.refused.push_back(std::move(*refusal));
        return;
      }
      auto& metadata = std::get<TaskMetadata>(read);
      metadata.module = library_->module();
      candidate_.task_classes.push_back(
          make_plugin_task_class(std::move(metadata), note, library_));
    };
    if (!for_each_note(content_.notes.view(), parse)) {
      candidate_.refused.push_back(
          {RefusalReason::malformed_note, "its manifest is malformed; build it again"});
    }
  }

  void refuse_invalid_classes() {
    std::erase_if(candidate_.task_classes, [&](const TaskClassPtr& task_class) {
      const auto reasons = validate_task_class(*task_class);
      if (reasons.empty()) return false;
      candidate_.refused.push_back(
          {RefusalReason::invalid_task,
           fmt::format("its task class {} is not valid: {}", task_class->metadata().class_name,
                       fmt::join(reasons, "; "))});
      return true;
    });
  }

  PluginContent& content_;
  Candidate& candidate_;
  std::shared_ptr<PluginLibrary> library_;
};

// Looks at candidates that lie together, with the folder open once.
class Checker {
 public:
  explicit Checker(const FileRules& rules) : rules_(rules) {}

  void operator()(Candidate& candidate) {
    if (candidate.folder != folder_) enter(candidate.folder);
    const OpenFolder open{fd_.get(), folder_->folder->path, is_allowed_};
    FileFindings findings = check_file(open, folder_->files[candidate.index], rules_);
    candidate.identity = findings.identity;
    candidate.from_cache = findings.from_cache;
    candidate.by_sections = findings.content.by_sections;
    if (findings.refusal) {
      candidate.refused.push_back(*std::move(findings.refusal));
    } else {
      ClassMaker(findings.content, candidate).run();
    }
    if (!findings.from_cache && findings.content.is_known())
      candidate.read = std::make_unique<PluginContent>(std::move(findings.content));
  }

 private:
  void enter(const CandidateFolder* folder) {
    folder_ = folder;
    const std::string& path = folder->folder->path;
    fd_ = UniqueFd(::open(path.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    is_allowed_ = rules_.allowed.empty() || rules_.allowed.allows(path);
  }

  const FileRules& rules_;
  const CandidateFolder* folder_ = nullptr;
  UniqueFd fd_;
  bool is_allowed_ = true;
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
  const std::size_t wanted = std::min<std::size_t>(
      {std::thread::hardware_concurrency(), 8, are_known ? chunks / 128 : chunks});
  while (threads.size() + 1 < wanted) threads.emplace_back(work);
  work();
}

std::vector<Candidate> list_candidates(const Scan& scanned) {
  std::size_t count = 0;
  for (const CandidateFolder& folder : scanned.folders) count += folder.files.size();
  std::vector<Candidate> candidates;
  candidates.reserve(count);
  for (const CandidateFolder& folder : scanned.folders) {
    for (std::uint32_t index = 0; index < folder.files.size(); ++index)
      candidates.push_back({.folder = &folder, .index = index});
  }
  return candidates;
}

// Puts what the candidates gave together, in their order.
class Collector {
 public:
  explicit Collector(const std::vector<Candidate>& candidates) : visited_(candidates.size()) {
    std::size_t classes = 0;
    for (const Candidate& candidate : candidates) classes += candidate.task_classes.size();
    discovery_.plugins.reserve(candidates.size());
    discovery_.task_classes.reserve(classes);
  }

  void take(Candidate& candidate) {
    if (candidate.identity && !is_new(*candidate.identity)) return;
    ++(candidate.from_cache ? discovery_.cache.files_known : discovery_.cache.files_read);
    for (const Refusal& refusal : candidate.refused) {
      // It may quote what the file says.
      discovery_.refused.push_back({candidate.file(), refusal.reason, one_line(refusal.message)});
    }
    if (candidate.task_classes.empty()) return;
    std::erase_if(candidate.task_classes,
                  [&](const TaskClassPtr& task_class) { return !is_first(task_class); });
    discovery_.plugins.push_back({.folder = candidate.folder->folder,
                                  .name = std::string(candidate.name()),
                                  .task_classes = std::move(candidate.task_classes),
                                  .remark = candidate.by_sections ? kBySections : ""});
  }

  Discovery& discovery() noexcept { return discovery_; }

 private:
  static constexpr std::string_view kBySections =
      "its manifest is found by its section headers alone, and `strip` would lose it; "
      "an old patchelf does this: link it anew";

  // A file is taken once, also when two names lead to it.
  bool is_new(const FileIdentity& identity) {
    return visited_.add(identity.device, identity.inode, 0);
  }
  // Of its id; else it is told as a duplicate.
  bool is_first(const TaskClassPtr& task_class) {
    const auto [at, is_new] =
        discovery_.task_classes.try_emplace(task_class->task_id(), task_class);
    if (is_new) return true;
    discovery_.duplicates.push_back(
        {std::string(at->first), at->second->origin(), task_class->origin()});
    return false;
  }

  Discovery discovery_;
  InodeTable visited_;
};

// What of a file may be kept: what it said itself, when a change could not have gone unseen.
bool can_be_kept(const Candidate& candidate, std::int64_t now_nanoseconds) {
  return candidate.read != nullptr && is_lasting(*candidate.read) &&
         is_settled(*candidate.identity, now_nanoseconds);
}

// What is to be kept of what was read, and of what the cache knew of files that are in use.
std::vector<CachedFile> files_to_keep(const PluginCache& cache, std::vector<Candidate>& candidates,
                                      std::int64_t now_nanoseconds) {
  std::vector<CachedFile> kept;
  for (Candidate& candidate : candidates) {
    if (can_be_kept(candidate, now_nanoseconds)) {
      kept.emplace_back(*candidate.identity, *std::move(candidate.read));
    } else if (candidate.from_cache) {
      if (auto known = cache.find(*candidate.identity))
        kept.emplace_back(*candidate.identity, *std::move(known));
    }
  }
  return kept;
}

std::vector<CachedFolder> folders_to_keep(const Scan& scanned, std::int64_t now_nanoseconds) {
  std::vector<CachedFolder> kept;
  for (const auto& [identity, listing] : scanned.read) {
    if (is_settled(identity, now_nanoseconds)) kept.emplace_back(identity, listing);
  }
  return kept;
}

// Gives why the cache could not be written.
std::string renew_cache(const fs::path& file, const PluginCache& cache, const Scan& scanned,
                        std::vector<Candidate>& candidates) {
  const std::int64_t now = std::chrono::duration_cast<std::chrono::nanoseconds>(
                               std::chrono::system_clock::now().time_since_epoch())
                               .count();
  const auto folders = folders_to_keep(scanned, now);
  if (folders.empty() && std::ranges::none_of(candidates, [&](const Candidate& one) {
        return can_be_kept(one, now);
      })) {
    return {};
  }
  std::error_code ignored;
  fs::create_directories(file.parent_path(), ignored);
  const std::string bytes =
      cache.with(files_to_keep(cache, candidates, now), candidates.size(), folders);
  const std::string problem = replace_file(file, bytes, 0600);
  return problem.empty() ? problem
                         : fmt::format("{} cannot be written: {}", file.string(), problem);
}

Discovery check_and_collect(const Scan& scanned, const PluginCache& cache,
                            const DiscoveryQuery& query) {
  const AllowList allowed(query.allowed_folders);
  std::optional<LockFile> lock;
  if (!query.lock_file.empty()) lock = LockFile::open(query.lock_file);

  std::vector<Candidate> candidates = list_candidates(scanned);
  check_all(candidates, {cache, allowed, lock});
  Collector collector(candidates);
  for (const RefusedFile& refused : scanned.refused)
    collector.discovery().refused.push_back(refused);
  for (Candidate& candidate : candidates) collector.take(candidate);
  if (!query.cache_file.empty())
    collector.discovery().cache.problem = renew_cache(query.cache_file, cache, scanned, candidates);
  return std::move(collector.discovery());
}

}  // namespace

std::string_view to_string(RefusalReason reason) noexcept {
  constexpr std::string_view kNames[] = {
      "unreadable",         "not_regular",    "not_elf",      "other_machine",
      "truncated",          "malformed_note", "too_big",      "abi_differs",
      "cxx_abi_differs",    "invalid_task",   "no_task",      "wrong_owner",
      "writable_by_others", "not_allowed",    "lock_differs", "not_python",
      "not_imported"};
  return kNames[static_cast<std::size_t>(reason)];
}

std::vector<TaskClassPtr> Discovery::sorted_task_classes() const {
  std::vector<TaskClassPtr> sorted;
  sorted.reserve(task_classes.size());
  for (const auto& [task_id, task_class] : task_classes) sorted.push_back(task_class);
  std::ranges::sort(sorted, {}, &TaskClass::task_id);
  return sorted;
}

Discovery discover(const DiscoveryQuery& query) {
  std::string problem;
  PluginCache cache;
  if (!query.cache_file.empty()) cache = PluginCache::open(query.cache_file, problem);
  const auto known = [&](const FileIdentity& identity) -> std::optional<FolderListing> {
    auto bytes = cache.find_folder(identity);
    return bytes ? FolderListing::parse(*std::move(bytes)) : std::nullopt;
  };
  Discovery discovery = check_and_collect(scan(query, known), cache, query);
  if (discovery.cache.problem.empty()) discovery.cache.problem = std::move(problem);
  return discovery;
}

Discovery discover_file(const fs::path& file) {
  Scan scanned;
  const fs::path folder = file.has_parent_path() ? file.parent_path() : fs::path(".");
  if (auto refusal = check_folder_trust(folder)) {
    scanned.refused.push_back({folder.string(), refusal->reason, std::move(refusal->message)});
  } else {
    const FolderListing alone = FolderListing::of(file.filename().native());
    scanned.folders.push_back(
        {std::make_shared<const PluginFolder>(PluginFolder{folder.string(), ""}), alone.bytes(),
         alone.entries()});
  }
  return check_and_collect(scanned, {}, {});
}

}  // namespace rota::inline v1
