// SPDX-License-Identifier: Apache-2.0
// Values, arguments and metadata between Python and C++. Knows nothing of tasks that run.
//
// All of these need the GIL.
#pragma once

#include <rota/arguments.h>
#include <rota/execution_log.h>
#include <rota/task_metadata.h>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <nanobind/nanobind.h>

namespace rota::python {

namespace nb = nanobind;

// As str() does; lone surrogates, which names of files may hold, are written as \udcff.
std::string to_text(nb::handle object);
// None, bool, int, float and str, and what gives an index or is a path. Throws ArgumentError that names `what`.
Value to_value(nb::handle object, std::string_view what);
// A dict with str keys, or None.
Arguments to_arguments(nb::handle dict);
nb::object from_value(const Value& value);
nb::dict from_arguments(const Arguments& arguments);

// Through Python's json; written as the library writes it: without spaces, names in order.
nb::object from_json(std::string_view text);
std::string to_json(nb::handle object);

// str or os.PathLike.
std::filesystem::path to_path(nb::handle path);
std::vector<std::filesystem::path> to_paths(nb::handle paths);
nb::object from_path(const std::filesystem::path& path);

// An aware datetime in UTC.
nb::object from_time(TimePoint time);
// A datetime (a naive one is local time) or seconds since 1970.
TimePoint to_time(nb::handle time, const char* name);
// How many: never below 0.
std::size_t to_count(std::int64_t number, const char* name);
std::chrono::microseconds to_duration(double seconds);

// A dict with the keys of the PAMOLA Core document, parameters, policy, and tags as further keys.
TaskMetadata to_metadata(nb::handle dict);
nb::dict from_metadata(const TaskMetadata& metadata);

// For who keeps an object without the GIL: it is freed under it, and left alone once Python has ended.
std::shared_ptr<nb::object> share(nb::object object);

// The exception itself; "ValueError: bad", in one line; the whole traceback.
nb::object exception_of(const nb::python_error& error);
std::string describe_exception(const nb::python_error& error);
std::string traceback_of(nb::python_error& error);

}  // namespace rota::python
