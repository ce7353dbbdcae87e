// SPDX-License-Identifier: Apache-2.0
#include "discovery/manifest.h"

#include "os/one_line.h"
#include "os/text.h"
#include "task/docstring.h"
#include <rota/plugin.h>
#include <rota/task_declaration.h>

#include <algorithm>
#include <array>
#include <optional>

#include <fmt/format.h>

namespace rota::inline v1 {
namespace {

Refusal malformed(std::string_view what) {
  return {RefusalReason::malformed_note,
          fmt::format("its manifest is malformed: {}; build it again", what)};
}

// A little-endian number of some bytes.
std::uint32_t number_in(std::string_view bytes, std::size_t from, std::size_t width) noexcept {
  std::uint32_t value = 0;
  for (std::size_t at = width; at-- > 0;)
    value = (value << 8U) | static_cast<std::uint8_t>(bytes[from + at]);
  return value;
}

// Takes little-endian numbers and texts off the front of bytes.
class Bytes {
 public:
  explicit Bytes(std::string_view bytes) : rest_(bytes) {}

  std::size_t left() const noexcept { return rest_.size(); }
  std::optional<std::uint32_t> number(std::size_t width) {
    const auto bytes = text(width);
    return bytes ? std::optional(number_in(*bytes, 0, width)) : std::nullopt;
  }
  std::optional<std::string_view> text(std::size_t size) {
    if (size > rest_.size()) return std::nullopt;
    const std::string_view taken = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return taken;
  }

 private:
  std::string_view rest_;
};

struct Record {
  std::uint32_t tag;
  std::string_view value;
};

// A tag, a zero, the length of the value in two bytes, the value.
std::optional<Record> next_record(Bytes& bytes) {
  const auto head = bytes.text(4);
  if (!head || (*head)[1] != '\0') return std::nullopt;
  const auto value = bytes.text(number_in(*head, 2, 2));
  if (!value) return std::nullopt;
  return Record{number_in(*head, 0, 1), *value};
}

std::string_view without_padding(std::string_view value) noexcept {
  return value.substr(0, value.find_last_not_of('\0') + 1);
}

constexpr std::size_t kAbiBytes = 8;  // major, minor, C++ ABI

std::optional<Refusal> check_abi(Bytes& bytes) {
  const auto head = bytes.text(kAbiBytes);
  if (!head) return malformed("it is too short");
  const std::uint32_t major = number_in(*head, 0, 2);
  const std::uint32_t minor = number_in(*head, 2, 2);
  const std::uint32_t cxx_abi = number_in(*head, 4, 4);
  if (major != ROTA_PLUGIN_ABI_MAJOR || minor > ROTA_PLUGIN_ABI_MINOR) {
    return Refusal{
        RefusalReason::abi_differs,
        fmt::format("it is made for version {}.{} of the plugin interface, this is {}.{}; build it "
                    "against this version of Rota",
                    major, minor, ROTA_PLUGIN_ABI_MAJOR, ROTA_PLUGIN_ABI_MINOR)};
  }
  if (cxx_abi != 0 && cxx_abi != detail::kCxxAbi) {
    return Refusal{
        RefusalReason::cxx_abi_differs,
        fmt::format(
            "it is made with another C++ standard library or mode ({:#x}, this is {:#x}); build "
            "it with the compiler settings of this Rota",
            cxx_abi, detail::kCxxAbi)};
  }
  return std::nullopt;
}

struct ParameterRecord {
  ParameterType type;
  bool required;
  std::optional<std::string_view> default_text;
  std::string_view name;
  std::string_view description;
};

OrRefusal<ParameterRecord> read_parameter(std::string_view value) {
  Bytes bytes(value);
  const auto type = bytes.number(1);
  const auto flags = bytes.number(1);
  const auto name_size = bytes.number(2);
  const auto default_size = bytes.number(2);
  const auto description_size = bytes.number(2);
  if (!description_size || *type > static_cast<std::uint32_t>(ParameterType::text))
    return malformed("a parameter is broken");
  const auto name = bytes.text(*name_size);
  const auto default_text = bytes.text(*default_size);
  const auto description = bytes.text(*description_size);
  if (!name || !default_text || !description || bytes.left() != 0)
    return malformed("a parameter is broken");
  // Each by itself: two of them could be broken so that they are whole side by side.
  for (const std::string_view text : {*name, *default_text, *description}) {
    if (!is_plain_text(text)) return malformed("a text is not UTF-8");
  }
  ParameterRecord read{.type = static_cast<ParameterType>(*type),
                       .required = (*flags & ROTA_PARAMETER_REQUIRED) != 0,
                       .default_text = {},
                       .name = *name,
                       .description = *description};
  if ((*flags & ROTA_PARAMETER_HAS_DEFAULT) != 0) read.default_text = *default_text;
  return read;
}

void set_policy_from(TaskPolicy& policy, std::string_view setting) {
  const std::size_t equals = std::min(setting.find('='), setting.size());
  set_policy(policy, setting.substr(0, equals),
             setting.substr(std::min(equals + 1, setting.size())));
}

// Gives each record to `taker`, when all of its format is right: text(), parameter(), policy(),
// dependencies_are_declared() with how many come now at most, dependency().
template <class Taker>
class ManifestReader {
 public:
  explicit ManifestReader(Taker& taker) : taker_(taker) {}

  std::optional<Refusal> read(std::string_view descriptor) {
    Bytes bytes(descriptor);
    if (auto refusal = check_abi(bytes)) return refusal;
    while (bytes.left() != 0) {
      const auto next = next_record(bytes);
      if (!next) return malformed("a record runs past the end");
      if (auto refusal = record(*next)) return refusal;
    }
    if ((seen_ & (1U << ROTA_TAG_TASK_ID)) == 0) return malformed("it has no task id");
    return std::nullopt;
  }

 private:
  std::optional<Refusal> record(const Record& record) {
    if (record.tag == ROTA_TAG_PARAMETER) {
      auto parameter = read_parameter(record.value);
      if (auto* refusal = std::get_if<Refusal>(&parameter)) return std::move(*refusal);
      return taker_.parameter(std::get<ParameterRecord>(parameter));
    }
    if (record.tag > ROTA_TAG_POLICY) return std::nullopt;
    const std::string_view value = without_padding(record.value);
    if (!is_plain_text(value)) return malformed("a text is not UTF-8");
    if (record.tag == ROTA_TAG_POLICY) return taker_.policy(value);
    if (record.tag == ROTA_TAG_DEPENDENCY || record.tag == ROTA_TAG_DEPENDENCIES) {
      if (record.tag == ROTA_TAG_DEPENDENCY) {
        taker_.dependencies_are_declared(1);
        taker_.dependency(value);
      } else {
        dependencies(value);
      }
      return std::nullopt;
    }
    if ((seen_ & (1U << record.tag)) != 0)
      return malformed(fmt::format("record {} is there twice", record.tag));
    seen_ |= 1U << record.tag;
    taker_.text(record.tag, value);
    return std::nullopt;
  }

  void dependencies(std::string_view ids) {
    taker_.dependencies_are_declared(static_cast<std::size_t>(std::ranges::count(ids, ',') + 1));
    while (!ids.empty()) {
      const std::size_t end = std::min(ids.find(','), ids.size());
      const std::string_view id = trim(ids.substr(0, end));
      if (!id.empty()) taker_.dependency(id);
      ids.remove_prefix(std::min(end + 1, ids.size()));
    }
  }

  Taker& taker_;
  std::uint32_t seen_ = 0;
};

// Lays it out.
class MetadataMaker {
 public:
  explicit MetadataMaker(TaskMetadata& metadata) : metadata_(metadata) {}

  void text(std::uint32_t tag, std::string_view value) {
    const auto declare = [&](std::string& field, bool& declared) {
      field = value;
      declared = true;
    };
    switch (tag) {
      case ROTA_TAG_TASK_ID:
        metadata_.task_id = value;
        break;
      case ROTA_TAG_TASK_TYPE:
        declare(metadata_.task_type, declared_.task_type);
        break;
      case ROTA_TAG_DESCRIPTION:
        declare(metadata_.description, declared_.description);
        break;
      case ROTA_TAG_VERSION:
        declare(metadata_.version, declared_.version);
        break;
      case ROTA_TAG_AUTHOR:
        declare(metadata_.author, declared_.author);
        break;
      case ROTA_TAG_CLASS_NAME:
        metadata_.class_name = value;
        break;
      case ROTA_TAG_DOCSTRING:
        docstring_ = value;
        break;
      default:
        break;
    }
  }
  void dependencies_are_declared(std::size_t most) {
    declared_.dependencies = true;
    if (most > 1) metadata_.dependencies.reserve(metadata_.dependencies.size() + most);
  }
  void dependency(std::string_view id) { metadata_.dependencies.emplace_back(id); }
  std::optional<Refusal> parameter(const ParameterRecord& record) {
    Parameter parameter{.name = std::string(record.name),
                        .type = record.type,
                        .description = std::string(record.description),
                        .required = record.required};
    if (record.default_text) {
      try {
        parameter.default_value = Value::parse(*record.default_text, parameter.type);
      } catch (const ArgumentError& error) {
        return Refusal{RefusalReason::invalid_task,
                       one_line(fmt::format("task {}: the default of parameter {} is wrong: {}",
                                            metadata_.task_id, parameter.name, error.what()))};
      }
    }
    metadata_.parameters.push_back(std::move(parameter));
    return std::nullopt;
  }

  std::optional<Refusal> policy(std::string_view setting) {
    try {
      set_policy_from(metadata_.policy, setting);
    } catch (const ArgumentError& error) {
      return Refusal{RefusalReason::invalid_task,
                     one_line(fmt::format("task {}: its policy {}; correct it in ROTA_TASK",
                                          metadata_.task_id, error.what()))};
    }
    return std::nullopt;
  }

  void finish() { apply_docstring(docstring_, declared_, metadata_); }

 private:
  TaskMetadata& metadata_;
  DeclaredFields declared_;
  std::string_view docstring_;
};

// A few names, all different: quicker than a set, and needs no memory.
class FewNames {
 public:
  // False for one that is there, or one too many.
  bool add(std::string_view name) noexcept {
    const auto end = names_.begin() + static_cast<std::ptrdiff_t>(count_);
    if (count_ == names_.size() || std::find(names_.begin(), end, name) != end) return false;
    names_[count_++] = name;
    return true;
  }

 private:
  std::array<std::string_view, 16> names_;
  std::size_t count_ = 0;
};

// Lays nothing out: is it without doubt one that validate_task_class would find nothing wrong with?
class SoundnessCheck {
 public:
  void text(std::uint32_t tag, std::string_view value) noexcept {
    if (tag == ROTA_TAG_TASK_ID) {
      task_id_ = value;
      require(is_valid_task_id(value) && needed_.add(value));
    } else if (tag == ROTA_TAG_VERSION) {
      require(is_valid_version(value));
    } else if (tag == ROTA_TAG_DOCSTRING) {
      require(value.find('@') == std::string_view::npos);  // it may have tags
    }
  }
  void dependencies_are_declared(std::size_t) noexcept {}
  // With the own id among them: no class needs itself.
  void dependency(std::string_view id) noexcept {
    require(is_valid_task_id(id) && needed_.add(id));
  }
  std::optional<Refusal> parameter(const ParameterRecord& record) {
    require(is_valid_task_id(record.name) && parameters_.add(record.name));
    if (record.default_text && is_sound_) Value::parse(*record.default_text, record.type);
    return std::nullopt;
  }

  std::optional<Refusal> policy(std::string_view setting) {
    TaskPolicy policy;
    if (is_sound_) set_policy_from(policy, setting);
    return std::nullopt;
  }

  std::string_view task_id() const noexcept { return is_sound_ ? task_id_ : std::string_view(); }

 private:
  void require(bool holds) noexcept { is_sound_ = is_sound_ && holds; }

  std::string_view task_id_;
  FewNames needed_;
  FewNames parameters_;
  bool is_sound_ = true;
};

}  // namespace

std::optional<Refusal> read_manifest(std::string_view descriptor, TaskMetadata& metadata) {
  MetadataMaker maker(metadata);
  if (auto refusal = ManifestReader(maker).read(descriptor)) return refusal;
  maker.finish();
  return std::nullopt;
}

OrRefusal<TaskMetadata> parse_manifest(std::string_view descriptor) {
  TaskMetadata metadata;
  if (auto refusal = read_manifest(descriptor, metadata)) return *std::move(refusal);
  return metadata;
}

std::string_view sound_manifest_task_id(std::string_view descriptor) {
  SoundnessCheck check;
  try {
    if (ManifestReader(check).read(descriptor)) return {};
  } catch (const ArgumentError&) {
    return {};
  }
  return check.task_id();
}

std::string_view manifest_task_id(std::string_view descriptor) noexcept {
  Bytes bytes(descriptor);
  bytes.text(kAbiBytes);
  for (auto record = next_record(bytes); record; record = next_record(bytes)) {
    if (record->tag == ROTA_TAG_TASK_ID) return without_padding(record->value);
  }
  return {};
}

}  // namespace rota::inline v1
