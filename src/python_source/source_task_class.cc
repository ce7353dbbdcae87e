// SPDX-License-Identifier: Apache-2.0
#include "python_source/source_task_class.h"

#include "os/file.h"
#include "python_source/source_folder.h"
#include <rota/python_source.h>

#include <sys/stat.h>

#include <array>

#include <fmt/format.h>
#define XXH_INLINE_ALL
#include <xxhash.h>

namespace rota::inline v1 {
namespace {

class SourceTaskClass final : public TaskClass {
 public:
  SourceTaskClass(TaskMetadata metadata, TaskClassTraits traits, bool takes_any,
                  std::shared_ptr<const SourcePlace> place)
      : TaskClass(std::move(metadata), traits), takes_any_(takes_any), place_(std::move(place)) {}

  std::string location() const override { return place_->file; }
  std::string location_identity() const override {
    return source_identity(*place_->root, metadata().module, metadata().class_name,
                           place_->identity);
  }
  std::string_view fingerprint() const override { return place_->fingerprint; }
  bool takes_undeclared_arguments() const override { return takes_any_; }
  bool is_checked() const noexcept override { return true; }

  TaskClassPtr with_task_id(std::string task_id) const override {
    TaskMetadata renamed = metadata();
    renamed.task_id = std::move(task_id);
    return std::make_shared<SourceTaskClass>(std::move(renamed), traits(), takes_any_, place_);
  }

 private:
  std::unique_ptr<BaseTask> construct(const Arguments&) const override {
    throw TaskRegistryError(
        "it runs in Python processes, and this is none; run it with the executor process, or make "
        "it in Python");
  }

  bool takes_any_;
  std::shared_ptr<const SourcePlace> place_;
};

}  // namespace

TaskClassPtr make_source_task_class(TaskMetadata metadata, TaskClassTraits traits, bool takes_any,
                                    std::shared_ptr<const SourcePlace> place) {
  return std::make_shared<SourceTaskClass>(std::move(metadata), traits, takes_any,
                                           std::move(place));
}

std::string source_identity(std::string_view root, std::string_view module,
                            std::string_view class_name, const FileIdentity& identity) {
  return fmt::format("{}\n{}\n{}\n{}:{}:{}", root, module, class_name, identity.size,
                     identity.mtime_nanoseconds, identity.inode);
}

std::string source_fingerprint(std::uint64_t content_hash) {
  return fmt::format("source:xxh3:{:016x}", content_hash);
}

bool is_python_task(const TaskClass& task_class) {
  return task_class.location().ends_with(kPythonExtension);
}

bool is_known_by_source_alone(const TaskClass& task_class) {
  return dynamic_cast<const SourceTaskClass*>(&task_class) != nullptr;
}

std::string python_source_identity(const std::string& root, std::string_view module,
                                   std::string_view class_name, const std::string& file) {
  struct stat status {};
  if (::stat(file.c_str(), &status) != 0) return {};
  return source_identity(root, module, class_name, identity_of(status));
}

std::string python_source_fingerprint(const std::string& file) {
  const UniqueFd fd = open_for_reading(file);
  if (!fd.valid()) return {};
  XXH3_state_t state;
  XXH3_64bits_reset(&state);
  std::array<char, 65536> piece;
  for (std::uint64_t at = 0;;) {
    const std::ptrdiff_t got = read_at(fd.get(), at, piece);
    if (got < 0) return {};
    XXH3_64bits_update(&state, piece.data(), static_cast<std::size_t>(got));
    if (got < static_cast<std::ptrdiff_t>(piece.size())) break;
    at += static_cast<std::uint64_t>(got);
  }
  return source_fingerprint(XXH3_64bits_digest(&state));
}

}  // namespace rota::inline v1
