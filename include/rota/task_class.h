// SPDX-License-Identifier: Apache-2.0
// A type that can be made into a task, as an object: its metadata and how to make an instance; and the
// requirements on such a type, as concepts for the compiler and as a check at run time.
#pragma once

#include <rota/base_task.h>
#include <rota/export.h>
#include <rota/task_metadata.h>

#include <atomic>
#include <concepts>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <typeinfo>
#include <utility>
#include <vector>

namespace rota::inline v1 {

// Which of the document's requirements a class meets. The compiler proves all of them for a C++ class;
// for a class that arrives at run time its maker fills this in.
struct TaskClassTraits {
  bool derives_from_base_task = true;
  bool is_constructible = true;  // with task_id, task_type, description, or passes them itself
  bool has_configure_operations = true;
  bool has_run = true;
  bool has_initialize = true;  // these three count where it does not derive from BaseTask
  bool has_execute = true;
  bool has_finalize = true;
};

// Immutable and shared; every member may be called from any thread.
class ROTA_EXPORT TaskClass {
 public:
  TaskClass(const TaskClass&) = delete;
  TaskClass& operator=(const TaskClass&) = delete;
  virtual ~TaskClass();

  std::string_view task_id() const noexcept { return task_id_; }
  // All that it says of itself. What a file says was checked when it was found, and is laid out when it is first
  // asked for. Throws TaskRegistryError where it can no longer be read; the next call tries again.
  const TaskMetadata& metadata() const {
    const TaskMetadata* known = metadata_.load(std::memory_order_acquire);
    return known != nullptr ? *known : lay_out_metadata();
  }
  const TaskClassTraits& traits() const noexcept { return traits_; }
  // Where it comes from, as a person would say it: "ImportTask in plugins/flights.so".
  std::string origin() const;
  // The file that it is in; empty for the program itself.
  virtual std::string location() const { return {}; }
  // Tells one state of that file from every other, for who opens it in another process; empty for the program itself.
  virtual std::string location_identity() const { return {}; }
  // What tells this build of its code from another: "build-id:HEX" of the library or program that it is in,
  // "xxh3:HEX" of a plugin's file that has no build id. Empty: not known, as of a class that is made at run time.
  // Valid as long as the class. A plugin's file is read at the first call, and not loaded.
  virtual std::string_view fingerprint() const { return {}; }
  // validate_task_class() is known to find nothing wrong with it: that was seen when it was found.
  virtual bool is_checked() const noexcept { return false; }
  // The C++ type of its instances, where it is compiled into this program; else null.
  virtual const std::type_info* type() const noexcept { return nullptr; }
  // The same class under another id.
  virtual std::shared_ptr<const TaskClass> with_task_id(std::string task_id) const = 0;

  // Loads the library that the code is in, which the first create() does else. Throws TaskRegistryError that
  // names the file and the cause; the next call tries again.
  virtual void load() const {}
  // Whether it takes arguments that it does not declare.
  virtual bool takes_undeclared_arguments() const {
    return takes_arguments() && metadata().parameters.empty();
  }
  // A new instance, with the declared defaults filled in. Throws ArgumentError naming all that is wrong
  // with the arguments, TaskRegistryError naming the task and the cause when it cannot be made.
  std::unique_ptr<BaseTask> create(const Arguments& arguments = {}) const;

 protected:
  explicit TaskClass(TaskMetadata metadata, TaskClassTraits traits = {});
  // Its metadata are laid out later. `task_id` must stay as long as the class.
  explicit TaskClass(std::string_view task_id) noexcept : task_id_(task_id) {}

 private:
  // The metadata of a class that was made of its id alone. Several threads may ask at once: the first answer counts.
  virtual TaskMetadata read_metadata() const;
  const TaskMetadata& lay_out_metadata() const;
  virtual std::unique_ptr<BaseTask> construct(const Arguments& arguments) const = 0;
  // False: it has no use for arguments; one without declared parameters refuses them all.
  virtual bool takes_arguments() const noexcept { return true; }

  mutable std::atomic<const TaskMetadata*> metadata_ = nullptr;  // owned
  std::string_view task_id_;
  TaskClassTraits traits_ = {};
};

using TaskClassPtr = std::shared_ptr<const TaskClass>;
// Is given the arguments with declared defaults and the task's id, type and description filled in.
using TaskFactory = std::function<std::unique_ptr<BaseTask>(const Arguments&)>;

// A task class made at run time. The factory may be called from several threads at once.
ROTA_EXPORT TaskClassPtr make_task_class(TaskMetadata metadata, TaskFactory factory);

// Lays out the metadata of many classes before they are asked for, with several threads where that is worth it.
ROTA_EXPORT void lay_out_metadata(std::span<const TaskClassPtr> task_classes);

// All that keeps a class from being a valid task class, a sentence each; empty: it is valid.
ROTA_EXPORT std::vector<std::string> validate_task_class(const TaskClass& task_class);
// The same for arguments that it is to be made with; `values` gets the declared defaults filled in.
ROTA_EXPORT std::vector<std::string> validate_arguments(const TaskClass& task_class,
                                                        Arguments& values);

// ---- the requirements, for the compiler ---------------------------------------------------------

template <class T>
concept PassesItsIdentity = std::is_default_constructible_v<T>;
template <class T>
concept TakesIdentity = std::constructible_from<T, std::string, std::string, std::string>;
template <class T>
concept TakesArguments = std::constructible_from<T, const Arguments&>;
template <class T>
concept TaskConstructible = TakesArguments<T> || TakesIdentity<T> || PassesItsIdentity<T>;
template <class T>
concept HasConfigureOperations = requires(T& task) {
  task.configure_operations();
};
template <class T>
concept HasRun = requires(T& task) {
  { task.run() } -> std::convertible_to<bool>;
};
template <class T>
concept HasInitialize = requires(T& task) {
  task.initialize();
};
template <class T>
concept HasExecute = requires(T& task) {
  task.execute();
};
template <class T>
concept HasFinalize = requires(T& task) {
  task.finalize(true);
}
|| requires(T& task) { task.finalize(); };

// Derives from BaseTask and can be made.
template <class T>
concept DerivedTask =
    std::derived_from<T, BaseTask> && !std::is_abstract_v<T> && TaskConstructible<T>;
// Does not derive from it, but has its interface; it is adapted.
template <class T>
concept CompatibleTask =
    !std::derived_from<T, BaseTask> && TaskConstructible<T> && HasConfigureOperations<T> &&
    HasRun<T> && HasInitialize<T> && HasExecute<T> && HasFinalize<T>;
template <class T>
concept TaskType = DerivedTask<T> || CompatibleTask<T>;

namespace detail {

template <class T>
std::unique_ptr<T> construct_task(const Arguments& arguments) {
  if constexpr (TakesArguments<T>) {
    return std::make_unique<T>(arguments);
  } else if constexpr (TakesIdentity<T>) {
    return std::make_unique<T>(arguments.get<std::string>("task_id"),
                               arguments.get<std::string>("task_type"),
                               arguments.get<std::string>("description"));
  } else {
    return std::make_unique<T>();
  }
}

// A type with the interface of BaseTask that does not derive from it. Its own run() is the one
// operation: it goes through its own steps, and what it gives decides.
template <class T>
class AdaptedTask final : public BaseTask {
 public:
  explicit AdaptedTask(const Arguments& arguments) : task_(construct_task<T>(arguments)) {}

  void configure_operations() override {
    add_operation("run", [this](OperationContext&) {
      return static_cast<bool>(task_->run()) ? OperationResult::success()
                                             : OperationResult::error("run() gave false");
    });
  }

 private:
  std::unique_ptr<T> task_;
};

template <class T>
constexpr void require_task_type() {
  if constexpr (std::derived_from<T, BaseTask>) {
    static_assert(
        !std::is_abstract_v<T>,
        "ROTA: a task class must implement `void configure_operations() override`, and leave "
        "no other function pure virtual");
  } else {
    static_assert(HasConfigureOperations<T>,
                  "ROTA: a task class that does not derive from rota::BaseTask must have "
                  "configure_operations()");
    static_assert(
        HasRun<T>,
        "ROTA: a task class that does not derive from rota::BaseTask must have run() that "
        "gives bool");
    static_assert(
        HasInitialize<T>,
        "ROTA: a task class that does not derive from rota::BaseTask must have initialize()");
    static_assert(
        HasExecute<T>,
        "ROTA: a task class that does not derive from rota::BaseTask must have execute()");
    static_assert(
        HasFinalize<T>,
        "ROTA: a task class that does not derive from rota::BaseTask must have finalize()");
  }
  static_assert(
      TaskConstructible<T> || std::is_abstract_v<T>,
      "ROTA: a task class must have a public constructor that takes (std::string task_id, "
      "std::string task_type, std::string description), or (const rota::Arguments&), or "
      "nothing and passes the three to rota::BaseTask itself");
}

template <TaskType T>
std::unique_ptr<BaseTask> make_task(const Arguments& arguments) {
  if constexpr (std::derived_from<T, BaseTask>) {
    return construct_task<T>(arguments);
  } else {
    return std::make_unique<AdaptedTask<T>>(arguments);
  }
}

using TaskFunction = std::unique_ptr<BaseTask> (*)(const Arguments&);

ROTA_EXPORT TaskClassPtr make_compiled_task_class(TaskMetadata metadata, TaskFunction function,
                                                  bool takes_arguments, const std::type_info& type);
ROTA_EXPORT std::string class_name_of(const std::type_info& type);

// Static members that a class may declare instead of ROTA_TASK, under the document's names.
template <class T>
void read_static_members(TaskMetadata& metadata) {
  if constexpr (requires { std::string(T::task_type); }) metadata.task_type = T::task_type;
  if constexpr (requires { std::string(T::description); }) metadata.description = T::description;
  if constexpr (requires { std::string(T::version); }) metadata.version = T::version;
  if constexpr (requires { std::string(T::author); }) metadata.author = T::author;
  if constexpr (requires { T::dependencies.begin(); }) {
    metadata.dependencies.assign(T::dependencies.begin(), T::dependencies.end());
  }
}

template <class T>
inline constexpr TaskFunction task_function = [] {
  require_task_type<T>();
  if constexpr (TaskType<T>) {
    return static_cast<TaskFunction>(&make_task<T>);
  } else {
    return static_cast<TaskFunction>(nullptr);
  }
}();

}  // namespace detail

// The task class of a C++ type that has no ROTA_TASK. Its metadata are its static members task_type,
// description, version, author and dependencies, where it has them, and else the defaults: no instance
// is made to ask.
template <class T>
TaskClassPtr make_task_class(std::string task_id) {
  constexpr detail::TaskFunction function = detail::task_function<T>;
  TaskMetadata metadata;
  metadata.task_id = std::move(task_id);
  metadata.class_name = detail::class_name_of(typeid(T));
  detail::read_static_members<T>(metadata);
  return detail::make_compiled_task_class(std::move(metadata), function, TakesArguments<T>,
                                          typeid(T));
}

}  // namespace rota::inline v1
