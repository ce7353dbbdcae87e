// SPDX-License-Identifier: Apache-2.0
#include "values.h"

#include <cmath>

#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

namespace rota::python {
namespace {

std::string name_of_type(nb::handle object) {
  return nb::cast<std::string>(object.type().attr("__name__"));
}

ParameterType parameter_type(const std::string& name) {
  for (const ParameterType type : {ParameterType::boolean, ParameterType::integer,
                                   ParameterType::number, ParameterType::text}) {
    if (name == to_string(type)) return type;
  }
  return ParameterType::any;
}

nb::object get(nb::handle dict, const char* key) { return nb::borrow(dict).attr("get")(key); }

void read_text(nb::handle dict, const char* key, std::string& text) {
  const nb::object value = get(dict, key);
  if (!value.is_none()) text = to_text(value);
}

bool is_field(std::string_view key) {
  for (const std::string_view field :
       {"task_id", "task_type", "description", "version", "class_name", "module", "dependencies",
        "author", "parameters", "policy"}) {
    if (key == field) return true;
  }
  return false;
}

Parameter to_parameter(nb::handle dict) {
  Parameter parameter;
  read_text(dict, "name", parameter.name);
  read_text(dict, "description", parameter.description);
  std::string type;
  read_text(dict, "type", type);
  parameter.type = parameter_type(type);
  parameter.required = nb::cast<bool>(nb::bool_(get(dict, "required")));
  if (const nb::object value = get(dict, "default"); !value.is_none())
    parameter.default_value = to_value(value, parameter.name);
  return parameter;
}

nb::dict from_parameter(const Parameter& parameter) {
  nb::dict dict;
  dict["name"] = parameter.name;
  dict["type"] = std::string(to_string(parameter.type));
  dict["required"] = parameter.required;
  dict["description"] = parameter.description;
  if (!parameter.default_value.is_null()) dict["default"] = from_value(parameter.default_value);
  return dict;
}

nb::object datetime() { return nb::module_::import_("datetime"); }

}  // namespace

std::string to_text(nb::handle object) {
  const nb::str text(object);
  const auto bytes =
      nb::steal<nb::bytes>(PyUnicode_AsEncodedString(text.ptr(), "utf-8", "backslashreplace"));
  if (!bytes.is_valid()) throw nb::python_error();
  return {bytes.c_str(), bytes.size()};
}

Value to_value(nb::handle object, std::string_view what) {
  if (object.is_none()) return {};
  if (PyBool_Check(object.ptr())) return Value(object.ptr() == Py_True);
  if (PyFloat_Check(object.ptr())) return Value(PyFloat_AsDouble(object.ptr()));
  if (PyUnicode_Check(object.ptr())) {
    std::string text;
    if (nb::try_cast(object, text)) return Value(std::move(text));
    throw ArgumentError(std::string(what) +
                        " is no Unicode text: it holds a lone surrogate; encode it");
  }
  if (nb::hasattr(object, "__fspath__"))
    return Value(to_text(nb::module_::import_("os").attr("fspath")(object)));
  if (PyIndex_Check(object.ptr())) {
    const nb::object integer = nb::steal(PyNumber_Index(object.ptr()));
    if (!integer.is_valid()) throw nb::python_error();
    int overflow = 0;
    const long long value = PyLong_AsLongLongAndOverflow(integer.ptr(), &overflow);
    if (overflow != 0)
      throw ArgumentError(std::string(what) + " is no integer of 64 bits: " + to_text(integer));
    return Value(static_cast<std::int64_t>(value));
  }
  if (nb::hasattr(object, "__float__")) return Value(nb::cast<double>(nb::float_(object)));
  throw ArgumentError(std::string(what) + " is of type " + name_of_type(object) +
                      "; a value is None, a bool, an int, a float or a str");
}

Arguments to_arguments(nb::handle dict) {
  Arguments arguments;
  if (dict.is_none()) return arguments;
  if (PyDict_Check(dict.ptr()) == 0)
    throw nb::type_error(("arguments are given as a dict, not as " + name_of_type(dict)).c_str());
  for (const auto& [key, value] : nb::cast<nb::dict>(dict)) {
    const std::string name = to_text(key);
    Value argument = to_value(value, name);
    const auto* number = std::get_if<double>(&argument.variant());
    // The log would keep null for each of these, and so take one for the other.
    if (number != nullptr && !std::isfinite(*number))
      throw ArgumentError(name + " is " + argument.to_text() + "; give a finite number");
    arguments.set(name, std::move(argument));
  }
  return arguments;
}

nb::object from_value(const Value& value) {
  return std::visit(
      [](const auto& held) -> nb::object {
        if constexpr (std::is_same_v<std::decay_t<decltype(held)>, std::monostate>) {
          return nb::none();
        } else {
          return nb::cast(held);
        }
      },
      value.variant());
}

nb::dict from_arguments(const Arguments& arguments) {
  nb::dict dict;
  for (const auto& [name, value] : arguments)
    dict[nb::str(name.c_str(), name.size())] = from_value(value);
  return dict;
}

nb::object from_json(std::string_view text) {
  if (text == "{}") return nb::dict();
  return nb::module_::import_("json").attr("loads")(nb::str(text.data(), text.size()));
}

std::string to_json(nb::handle object) {
  return nb::cast<std::string>(nb::module_::import_("json").attr("dumps")(
      object, nb::arg("ensure_ascii") = false, nb::arg("sort_keys") = true,
      nb::arg("separators") = nb::make_tuple(",", ":")));
}

std::filesystem::path to_path(nb::handle path) {
  const nb::object bytes = nb::module_::import_("os").attr("fsencode")(path);
  const auto encoded = nb::cast<nb::bytes>(bytes);
  return {std::string(encoded.c_str(), encoded.size())};
}

std::vector<std::filesystem::path> to_paths(nb::handle paths) {
  std::vector<std::filesystem::path> all;
  if (paths.is_none()) return all;
  if (PyUnicode_Check(paths.ptr()) || nb::hasattr(paths, "__fspath__"))
    throw nb::type_error("paths are given as a list, not as a single one");
  for (const nb::handle path : nb::borrow(paths)) all.push_back(to_path(path));
  return all;
}

nb::object from_path(const std::filesystem::path& path) {
  return nb::module_::import_("pathlib").attr("Path")(nb::module_::import_("os").attr("fsdecode")(
      nb::bytes(path.native().data(), path.native().size())));
}

nb::object from_time(TimePoint time) {
  const auto since = time.time_since_epoch().count();
  const nb::object module = datetime();
  const nb::object utc = module.attr("timezone").attr("utc");
  const nb::object epoch = module.attr("datetime")(1970, 1, 1, 0, 0, 0, 0, utc);
  return epoch + module.attr("timedelta")(0, 0, since);
}

TimePoint to_time(nb::handle time, const char* name) {
  const bool is_datetime = nb::hasattr(time, "timestamp");
  if (!is_datetime && !PyFloat_Check(time.ptr()) && !PyLong_Check(time.ptr())) {
    throw nb::type_error((std::string(name) +
                          " is a datetime or a number of seconds since 1970, not " +
                          name_of_type(time))
                             .c_str());
  }
  const nb::object number = is_datetime ? time.attr("timestamp")() : nb::borrow(time);
  const double seconds = PyFloat_AsDouble(number.ptr());
  if (seconds == -1 && PyErr_Occurred() != nullptr) throw nb::python_error();
  if (!std::isfinite(seconds) || std::abs(seconds) > 1e12)
    throw nb::value_error((std::string(name) + " is a time out of range").c_str());
  return TimePoint(std::chrono::microseconds(std::llround(seconds * 1e6)));
}

std::size_t to_count(std::int64_t number, const char* name) {
  if (number < 0)
    throw nb::value_error(
        (std::string(name) + " is 0 or more, not " + std::to_string(number)).c_str());
  return static_cast<std::size_t>(number);
}

std::chrono::microseconds to_duration(double seconds) {
  if (!(seconds >= 0) || seconds > 1e12)
    throw nb::value_error("a duration is a number of seconds from 0 on");
  return std::chrono::microseconds(std::llround(seconds * 1e6));
}

TaskMetadata to_metadata(nb::handle dict) {
  TaskMetadata metadata;
  read_text(dict, "task_id", metadata.task_id);
  read_text(dict, "task_type", metadata.task_type);
  read_text(dict, "description", metadata.description);
  read_text(dict, "version", metadata.version);
  read_text(dict, "class_name", metadata.class_name);
  read_text(dict, "module", metadata.module);
  read_text(dict, "author", metadata.author);
  if (const nb::object ids = get(dict, "dependencies"); !ids.is_none())
    for (const nb::handle id : ids) metadata.dependencies.push_back(to_text(id));
  if (const nb::object all = get(dict, "parameters"); !all.is_none())
    for (const nb::handle one : all) metadata.parameters.push_back(to_parameter(one));
  if (const nb::object policy = get(dict, "policy"); !policy.is_none()) {
    for (const auto& [name, value] : nb::cast<nb::dict>(policy))
      set_policy(metadata.policy, to_text(name), to_value(value, to_text(name)).to_text());
  }
  for (const auto& [key, value] : nb::cast<nb::dict>(dict)) {
    std::string name = to_text(key);
    if (!is_field(name)) metadata.tags.emplace(std::move(name), to_text(value));
  }
  return metadata;
}

nb::dict from_metadata(const TaskMetadata& metadata) {
  nb::dict dict;
  dict["task_id"] = metadata.task_id;
  dict["task_type"] = metadata.task_type;
  dict["description"] = metadata.description;
  dict["version"] = metadata.version;
  dict["class_name"] = metadata.class_name;
  dict["module"] = metadata.module;
  dict["dependencies"] = metadata.dependencies;
  dict["author"] = metadata.author;
  nb::list parameters;
  for (const Parameter& parameter : metadata.parameters)
    parameters.append(from_parameter(parameter));
  dict["parameters"] = parameters;
  for (const auto& [name, value] : metadata.tags) {
    if (!dict.contains(name.c_str())) dict[name.c_str()] = value;
  }
  return dict;
}

std::shared_ptr<nb::object> share(nb::object object) {
  return {new nb::object(std::move(object)), [](nb::object* kept) {
            if (Py_IsInitialized() == 0) {
              kept->release();
            } else {
              const nb::gil_scoped_acquire gil;
              kept->reset();
            }
            delete kept;
          }};
}

nb::object exception_of(const nb::python_error& error) {
  nb::object value = nb::borrow(error.value());
#if PY_VERSION_HEX < 0x030c0000
  // nanobind 2 has what C code raised as it is then: a type, a text to make the exception of, and a traceback.
  if (!value.is_valid() || PyExceptionInstance_Check(value.ptr()) == 0) {
    PyObject* type = error.type().inc_ref().ptr();
    PyObject* made = value.release().ptr();
    PyObject* traceback = error.traceback().release().ptr();
    PyErr_NormalizeException(&type, &made, &traceback);
    if (traceback != nullptr && PyException_SetTraceback(made, traceback) < 0) PyErr_Clear();
    Py_XDECREF(type);
    Py_XDECREF(traceback);
    value = nb::steal(made);
  }
#endif
  return value;
}

std::string describe_exception(const nb::python_error& error) {
  const nb::object exception = exception_of(error);
  std::string text = name_of_type(exception);
  std::string message;
  try {
    message = to_text(exception);
  } catch (const nb::python_error&) {
    message = "(it cannot be told as text)";
  }
  if (!message.empty()) text += ": " + message;
  return text;
}

std::string traceback_of(nb::python_error& error) {
  try {
    const nb::object lines =
        nb::module_::import_("traceback")
            .attr("format_exception")(error.type(), exception_of(error), error.traceback());
    return to_text(nb::str("").attr("join")(lines));
  } catch (const nb::python_error&) {
    return describe_exception(error);
  }
}

}  // namespace rota::python
