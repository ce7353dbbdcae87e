// SPDX-License-Identifier: Apache-2.0
// Looking up a task class by its id in a map of 1 k, 100 k or 1 M, by 1, 2 or 4 threads, alone or while one
// more thread registers. Each map holds the same classes under the same ids, and each look-up gives the same:
// a TaskClassPtr of one's own. Names are MAP/[writer/]SIZE/threads:N.
#include <rota/task_registry.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <map>
#include <memory>
#include <mutex>
#include <random>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <thread>
#include <unordered_map>
#include <vector>

#include <benchmark/benchmark.h>

#ifdef ROTA_BENCHMARK_ABSL
#include <absl/container/flat_hash_map.h>
#endif

namespace {

using rota::TaskClassPtr;

// The classes of a size, made once; and their ids in the order in which they are asked for, side by side, so
// that reading the question costs every map the same little.
class Classes {
 public:
  explicit Classes(std::size_t size) {
    for (std::size_t at = 0; at < size; ++at) {
      std::string id = "team_07.pipeline_" + std::to_string(10'000'000 + at);
      rota::TaskMetadata metadata{.task_id = std::move(id)};
      classes_.push_back(rota::make_task_class(
          std::move(metadata),
          [](const rota::Arguments&) -> std::unique_ptr<rota::BaseTask> { return nullptr; }));
    }
    std::vector<std::size_t> order(std::max<std::size_t>(size, 1U << 16U));
    for (std::size_t at = 0; at < order.size(); ++at) order[at] = at % size;
    std::ranges::shuffle(order, std::mt19937(7));
    id_size_ = classes_.front()->metadata().task_id.size();
    for (const std::size_t at : order) questions_ += classes_[at]->metadata().task_id;
  }

  const std::vector<TaskClassPtr>& all() const { return classes_; }
  std::size_t questions() const { return questions_.size() / id_size_; }
  std::string_view question(std::size_t at) const {
    return {questions_.data() + at * id_size_, id_size_};
  }

 private:
  std::vector<TaskClassPtr> classes_;
  std::string questions_;
  std::size_t id_size_ = 0;
};

struct StringHash : std::hash<std::string_view> {
  using is_transparent = void;
};
using StandardMap = std::unordered_map<std::string, TaskClassPtr, StringHash, std::equal_to<>>;

class RotaMap {
 public:
  void put(const TaskClassPtr& task_class) {
    registry_.replace_task_class(task_class->metadata().task_id, task_class);
  }
  TaskClassPtr get(std::string_view id) const { return registry_.get_task_class(id); }

 private:
  rota::TaskRegistry registry_;
};

#ifdef ROTA_BENCHMARK_ABSL
using AbslMap = absl::flat_hash_map<std::string, TaskClassPtr>;
absl::string_view key(const AbslMap&, std::string_view id) { return {id.data(), id.size()}; }
#endif
std::string_view key(const StandardMap&, std::string_view id) { return id; }

// May be written only while nobody reads.
template <class Map>
class BareMap {
 public:
  void put(const TaskClassPtr& task_class) {
    map_.insert_or_assign(task_class->metadata().task_id, task_class);
  }
  TaskClassPtr get(std::string_view id) const {
    const auto found = map_.find(key(map_, id));
    return found == map_.end() ? nullptr : found->second;
  }

 private:
  Map map_;
};

template <class Map>
class LockedMap {
 public:
  void put(const TaskClassPtr& task_class) {
    const std::unique_lock lock(mutex_);
    map_.put(task_class);
  }
  TaskClassPtr get(std::string_view id) const {
    const std::shared_lock lock(mutex_);
    return map_.get(id);
  }

 private:
  mutable std::shared_mutex mutex_;
  BareMap<Map> map_;
};

const Classes& classes_of(std::size_t size) {
  static std::map<std::size_t, Classes> all;
  return all.try_emplace(size, size).first->second;
}

template <class Map>
Map& map_of(std::size_t size) {
  static std::map<std::size_t, Map> all;
  const auto [at, is_new] = all.try_emplace(size);
  if (is_new) {
    for (const TaskClassPtr& task_class : classes_of(size).all()) at->second.put(task_class);
  }
  return at->second;
}

// Registers classes of ids that are there already, twenty in a millisecond, as long as it lives: the size
// of the map stays what the name of the benchmark says.
template <class Map>
class Writer {
 public:
  Writer(Map& map, const Classes& classes)
      : thread_([this, &map, &classes] {
          for (std::size_t at = 0; !ended_.load(); at += 20) {
            for (std::size_t next = at; next < at + 20; ++next) {
              map.put(classes.all()[next % classes.all().size()]);
            }
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
          }
        }) {}
  ~Writer() {
    ended_.store(true);
    thread_.join();
  }
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;

 private:
  std::atomic<bool> ended_{false};
  std::thread thread_;
};

template <class Map, bool kWithWriter>
void look_up(benchmark::State& state) {
  static Map* map = nullptr;
  static std::unique_ptr<Writer<Map>> writer;
  const auto size = static_cast<std::size_t>(state.range(0));
  const Classes* classes = nullptr;
  if (state.thread_index() == 0) {
    map = &map_of<Map>(size);
    if constexpr (kWithWriter) writer = std::make_unique<Writer<Map>>(*map, classes_of(size));
  }
  // Set by thread 0 before the loop, which all threads enter together.
  static std::atomic<const Classes*> shared{nullptr};
  if (state.thread_index() == 0) shared.store(&classes_of(size));
  std::size_t at = 0;
  for ([[maybe_unused]] auto _ : state) {
    if (classes == nullptr) {
      classes = shared.load();
      const auto part = classes->questions() / static_cast<std::size_t>(state.threads());
      at = part * static_cast<std::size_t>(state.thread_index());
    }
    const TaskClassPtr found = map->get(classes->question(at));
    if (found == nullptr) state.SkipWithError("a class is not found");
    benchmark::DoNotOptimize(found.get());
    if (++at == classes->questions()) at = 0;
  }
  if (state.thread_index() == 0) writer.reset();
}

template <class Map, bool kWithWriter = false>
void add(const std::string& name) {
  benchmark::RegisterBenchmark(name.c_str(), look_up<Map, kWithWriter>)
      ->Arg(1'000)
      ->Arg(100'000)
      ->Arg(1'000'000)
      ->Threads(1)
      ->Threads(2)
      ->Threads(4)
      ->UseRealTime();
}

void add_all() {
  add<RotaMap>("rota");
  add<RotaMap, true>("rota/writer");
  add<BareMap<StandardMap>>("std_bare");
  add<LockedMap<StandardMap>>("std_locked");
  add<LockedMap<StandardMap>, true>("std_locked/writer");
#ifdef ROTA_BENCHMARK_ABSL
  add<BareMap<AbslMap>>("absl_bare");
  add<LockedMap<AbslMap>>("absl_locked");
  add<LockedMap<AbslMap>, true>("absl_locked/writer");
#endif
}

}  // namespace

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  add_all();
  // A process that never had a second thread counts references without atomic operations: none here does.
  std::thread([] {}).join();
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
