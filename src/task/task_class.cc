// SPDX-License-Identifier: Apache-2.0
#include "task/task_identity.h"
#include <rota/task_class.h>

#include <cxxabi.h>

#include <algorithm>
#include <cstdlib>
#include <future>
#include <thread>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace rota::inline v1 {
namespace {

// Made from a factory of the host.
class FunctionTaskClass final : public TaskClass {
 public:
  FunctionTaskClass(TaskMetadata metadata, TaskFactory factory, bool takes_arguments,
                    const std::type_info* type)
      : TaskClass(std::move(metadata)),
        factory_(std::move(factory)),
        takes_arguments_(takes_arguments),
        type_(type) {}

  const std::type_info* type() const noexcept override { return type_; }

  TaskClassPtr with_task_id(std::string task_id) const override {
    TaskMetadata renamed = metadata();
    renamed.task_id = std::move(task_id);
    return std::make_shared<FunctionTaskClass>(std::move(renamed), factory_, takes_arguments_,
                                               type_);
  }

 private:
  std::unique_ptr<BaseTask> construct(const Arguments& arguments) const override {
    return factory_(arguments);
  }
  bool takes_arguments() const noexcept override { return takes_arguments_; }

  TaskFactory factory_;
  bool takes_arguments_;
  const std::type_info* type_;
};

// Takes what names the task out of `values`: it is no argument of the task.
Arguments split_identity(const TaskMetadata& metadata, Arguments& values) {
  Arguments identity = {{"task_id", metadata.task_id},
                        {"task_type", metadata.task_type},
                        {"description", metadata.description}};
  for (const std::string_view name : kIdentity) {
    const Value* given = values.find(name);
    const bool declared =
        std::ranges::find(metadata.parameters, name, &Parameter::name) != metadata.parameters.end();
    if (given == nullptr || declared) continue;
    identity.set(name, *given);
    values.erase(name);
  }
  return identity;
}

}  // namespace

TaskClass::TaskClass(TaskMetadata metadata, TaskClassTraits traits)
    : metadata_(new TaskMetadata(std::move(metadata))),
      task_id_(metadata_.load(std::memory_order_relaxed)->task_id),
      traits_(traits) {}
TaskClass::~TaskClass() { delete metadata_.load(std::memory_order_acquire); }

TaskMetadata TaskClass::read_metadata() const {
  TaskMetadata metadata;
  metadata.task_id = task_id_;
  return metadata;
}

const TaskMetadata& TaskClass::lay_out_metadata() const {
  // Made in its place: a move of so much costs as much as half of reading it.
  std::unique_ptr<const TaskMetadata> made(new TaskMetadata(read_metadata()));
  const TaskMetadata* first = nullptr;
  return metadata_.compare_exchange_strong(first, made.get(), std::memory_order_acq_rel)
             ? *made.release()
             : *first;
}

void lay_out_metadata(std::span<const TaskClassPtr> task_classes) {
  // With the first thread of a process its counts of references become atomic, its blocks of memory locked, and the
  // pages that the thread takes are small ones: it must have much to do.
  constexpr std::size_t kForOneThread = 8'192;
  constexpr std::size_t kMostThreads = 8;
  const auto lay_out = [](std::span<const TaskClassPtr> some) {
    for (const TaskClassPtr& task_class : some) task_class->metadata();
  };
  const std::size_t threads = std::min({std::size_t{std::thread::hardware_concurrency()},
                                        kMostThreads, task_classes.size() / kForOneThread});
  if (threads < 2) return;
  const std::size_t share = task_classes.size() / threads;
  std::vector<std::future<void>> others;
  for (; others.size() + 1 < threads; task_classes = task_classes.subspan(share))
    others.push_back(std::async(std::launch::async, lay_out, task_classes.first(share)));
  lay_out(task_classes);
  for (std::future<void>& other : others) other.get();
}

std::string TaskClass::origin() const {
  const std::string& class_name = metadata().class_name;
  const std::string name = class_name.empty() ? "a class made at run time" : class_name;
  const std::string where = location();
  return where.empty() ? name : fmt::format("{} in {}", name, where);
}

std::unique_ptr<BaseTask> TaskClass::create(const Arguments& arguments) const {
  Arguments values = arguments;
  Arguments identity = split_identity(metadata(), values);
  const std::vector<std::string> wrong = validate_arguments(*this, values);
  if (!wrong.empty())
    throw ArgumentError(fmt::format("task {}: {}", task_id(), fmt::join(wrong, "; ")));

  Arguments given = std::move(identity);
  for (const auto& [name, value] : values) {
    if (!given.contains(name)) given.set(name, value);
  }
  std::unique_ptr<BaseTask> task;
  try {
    task = construct(given);
    if (task == nullptr) throw TaskRegistryError("its factory gave no object");
    task->bind_identity(metadata(), values, fingerprint());
  } catch (const ArgumentError& error) {
    std::throw_with_nested(ArgumentError(fmt::format("task {}: {}", task_id(), error.what())));
  } catch (const std::exception& error) {
    std::throw_with_nested(TaskRegistryError(
        fmt::format("task {} cannot be made from {}: {}", task_id(), origin(), error.what())));
  } catch (...) {
    std::throw_with_nested(TaskRegistryError(
        fmt::format("task {} cannot be made from {}: its constructor threw something that is "
                    "no std::exception",
                    task_id(), origin())));
  }
  return task;
}

TaskClassPtr make_task_class(TaskMetadata metadata, TaskFactory factory) {
  if (!factory)
    throw ArgumentError(fmt::format("task {}: a task class needs a factory", metadata.task_id));
  return std::make_shared<FunctionTaskClass>(std::move(metadata), std::move(factory), true,
                                             nullptr);
}

TaskClassPtr detail::make_compiled_task_class(TaskMetadata metadata, TaskFunction function,
                                              bool takes_arguments, const std::type_info& type) {
  return std::make_shared<FunctionTaskClass>(std::move(metadata), function, takes_arguments, &type);
}

std::string detail::class_name_of(const std::type_info& type) {
  int status = 0;
  const std::unique_ptr<char, void (*)(void*)> name(
      abi::__cxa_demangle(type.name(), nullptr, nullptr, &status), std::free);
  std::string text = status == 0 ? name.get() : type.name();
  constexpr std::string_view kAnonymous = "(anonymous namespace)::";
  for (std::size_t at = text.find(kAnonymous); at != std::string::npos;
       at = text.find(kAnonymous)) {
    text.erase(at, kAnonymous.size());
  }
  return text;
}

}  // namespace rota::inline v1
