// SPDX-License-Identifier: Apache-2.0
#include "discovery/manifest.h"

#include "os/one_line.h"
#include "os/text.h"
#include "task/docstring.h"
#include <rota/plugin.h>
#include <rota/task_declaration.h>

#include <optional>

#include <fmt/format.h>

namespace rota::inline v1 {
namespace {

Refusal malformed(std::string_view what) {
  return {RefusalReason::malformed_note,
          fmt::format("its manifest is malformed: {}; build it again", what)};
}

bool is_plain_text(std::string_view text) noexcept {
  return is_utf8(text) && text.find('\0') == std::string_view::npos;
}

// Takes little-endian numbers and texts off the front of bytes.
class Bytes {
 public:
  explicit Bytes(std::string_view bytes) : rest_(bytes) {}

  std::size_t left() const noexcept { return rest_.size(); }
  std::optional<std::uint32_t> number(std::size_t width) {
    const auto bytes = text(width);
    if (!bytes) return std::nullopt;
    std::uint32_t value = 0;
    for (std::size_t at = width; at-- > 0;)
      value = (value << 8U) | static_cast<std::uint8_t>((*bytes)[at]);
    return value;
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

std::optional<Refusal> check_abi(Bytes& bytes) {
  const auto major = bytes.number(2);
  const auto minor = bytes.number(2);
  const auto cxx_abi = bytes.number(4);
  if (!major || !minor || !cxx_abi) return malformed("it is too short");
  if (*major != ROTA_PLUGIN_ABI_MAJOR || *minor > ROTA_PLUGIN_ABI_MINOR) {
    return Refusal{
        RefusalReason::abi_differs,
        fmt::format("it is made for version {}.{} of the plugin interface, this is {}.{}; build it "
                    "against this version of Rota",
                    *major, *minor, ROTA_PLUGIN_ABI_MAJOR, ROTA_PLUGIN_ABI_MINOR)};
  }
  if (*cxx_abi != 0 && *cxx_abi != detail::kCxxAbi) {
    return Refusal{
        RefusalReason::cxx_abi_differs,
        fmt::format(
            "it is made with another C++ standard library or mode ({:#x}, this is {:#x}); build "
            "it with the compiler settings of this Rota",
            *cxx_abi, detail::kCxxAbi)};
  }
  return std::nullopt;
}

// Fills in one class from record after record.
class ManifestReader {
 public:
  std::optional<Refusal> record(std::uint32_t tag, std::string_view value) {
    if (tag == ROTA_TAG_PARAMETER) return parameter(value);
    if (tag > ROTA_TAG_DEPENDENCIES) return std::nullopt;
    value = value.substr(0, value.find_last_not_of('\0') + 1);
    if (!is_plain_text(value)) return malformed("a text is not UTF-8");
    if (tag == ROTA_TAG_DEPENDENCY) {
      declared_.dependencies = true;
      metadata_.dependencies.emplace_back(value);
      return std::nullopt;
    }
    if (tag == ROTA_TAG_DEPENDENCIES) return dependencies(value);
    if ((seen_ & (1U << tag)) != 0) return malformed(fmt::format("record {} is there twice", tag));
    seen_ |= 1U << tag;
    text(tag, value);
    return std::nullopt;
  }

  OrRefusal<TaskMetadata> finish() {
    if ((seen_ & (1U << ROTA_TAG_TASK_ID)) == 0) return malformed("it has no task id");
    apply_docstring(docstring_, declared_, metadata_);
    return std::move(metadata_);
  }

 private:
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

  std::optional<Refusal> dependencies(std::string_view ids) {
    declared_.dependencies = true;
    while (!ids.empty()) {
      const std::size_t end = std::min(ids.find(','), ids.size());
      const std::string_view id = trim(ids.substr(0, end));
      if (!id.empty()) metadata_.dependencies.emplace_back(id);
      ids.remove_prefix(std::min(end + 1, ids.size()));
    }
    return std::nullopt;
  }

  std::optional<Refusal> parameter(std::string_view value) {
    Bytes bytes(value);
    const auto type = bytes.number(1);
    const auto flags = bytes.number(1);
    const auto name_size = bytes.number(2);
    const auto default_size = bytes.number(2);
    const auto description_size = bytes.number(2);
    if (!description_size || *type > static_cast<std::uint32_t>(ParameterType::text)) {
      return malformed("a parameter is broken");
    }
    const auto name = bytes.text(*name_size);
    const auto default_text = bytes.text(*default_size);
    const auto description = bytes.text(*description_size);
    if (!name || !default_text || !description || bytes.left() != 0)
      return malformed("a parameter is broken");
    // Each by itself: two of them could be broken so that they are whole side by side.
    for (const std::string_view text : {*name, *default_text, *description}) {
      if (!is_plain_text(text)) return malformed("a text is not UTF-8");
    }
    Parameter parameter{.name = std::string(*name),
                        .type = static_cast<ParameterType>(*type),
                        .description = std::string(*description),
                        .required = (*flags & ROTA_PARAMETER_REQUIRED) != 0};
    if ((*flags & ROTA_PARAMETER_HAS_DEFAULT) != 0) {
      try {
        parameter.default_value = Value::parse(*default_text, parameter.type);
      } catch (const ArgumentError& error) {
        return Refusal{RefusalReason::invalid_task,
                       one_line(fmt::format("task {}: the default of parameter {} is wrong: {}",
                                            metadata_.task_id, parameter.name, error.what()))};
      }
    }
    metadata_.parameters.push_back(std::move(parameter));
    return std::nullopt;
  }

  TaskMetadata metadata_;
  DeclaredFields declared_;
  std::string_view docstring_;
  std::uint32_t seen_ = 0;
};

}  // namespace

OrRefusal<TaskMetadata> parse_manifest(std::string_view descriptor) {
  Bytes bytes(descriptor);
  if (auto refusal = check_abi(bytes)) return *std::move(refusal);
  ManifestReader reader;
  while (bytes.left() != 0) {
    const auto tag = bytes.number(1);
    const auto zero = bytes.number(1);
    const auto length = bytes.number(2);
    const auto value = length ? bytes.text(*length) : std::nullopt;
    if (!value || *zero != 0) return malformed("a record runs past the end");
    if (auto refusal = reader.record(*tag, *value)) return *std::move(refusal);
  }
  return reader.finish();
}

}  // namespace rota::inline v1
