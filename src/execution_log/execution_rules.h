// SPDX-License-Identifier: Apache-2.0
// The rules that every execution log keeps, whatever it stores executions in, and their messages.
#pragma once

#include "execution_log/file_names.h"
#include "execution_log/owners.h"
#include <rota/execution_log.h>
#include <rota/export.h>

#include <string>
#include <string_view>

namespace rota::inline v1 {

// Puts what is given with a start where an execution has it.
void take_start(Execution& execution, const ExecutionStart& start);

// Throw LogError for what no log may hold. `location` is the log's.
//
// What is known when an execution begins: its arguments are a JSON object.
void check_start(const ExecutionStart& start, std::string_view location);
// The end of an execution that has begun: success, failed, timeout, cancelled or lost.
void check_end_of_begun(const ExecutionEnd& end, std::string_view location);
// The end of an execution that is written as a whole: any final state.
void check_whole_end(const ExecutionEnd& end, std::string_view location);
// An execution that comes with its times and its free fields.
void check_whole(const Execution& execution, std::string_view location);

// From 1970 to 9999: what a clock can say.
bool is_possible_time(TimePoint time) noexcept;
// The times of an execution that ends now, and its worker, as far as its end tells them. The end is never before
// the start, also where the clock was set back meanwhile, and the start never before `earliest_start`.
void end_at(Execution& execution, TimePoint now, TimePoint earliest_start) noexcept;

// The stamps as a log keeps them: their paths as names, each once. Throws LogError for a size that no log
// may hold.
std::vector<FileStamp> stored_files(const std::vector<FileStamp>& files, const FileNames& names,
                                    std::string_view location);
// The same in their place.
void name_as_stored(std::vector<FileStamp>& files, const FileNames& names,
                    std::string_view location);
// The end with its files as a log keeps them.
ExecutionEnd stored_end(ExecutionEnd end, const FileNames& names, std::string_view location);
// Puts a later stamp of the same file in the place of an earlier one. What hashed the content before knew
// more than what did not, as long as size and time are the same.
void replace_stamp(FileStamp& earlier, const FileStamp& later);
// Throws LogError: files are to be tracked for an execution that is not there.
[[noreturn]] void refuse_unknown_run(std::string_view task_run_id, std::string_view location);

// The free fields of an execution: tags are a JSON object.
void check_update(const RecordUpdate& update, std::string_view task_run_id,
                  std::string_view location);
bool is_json_object(std::string_view text);

// The state that a query asks for; nullopt: any. Not to be asked where contradicts_itself.
std::optional<ExecutionState> state_asked_for(const HistoryQuery& query);
// True when no execution can be in both of the states that it asks for.
bool contradicts_itself(const HistoryQuery& query);
// Whether the query asks for this execution, by its state as shown.
ROTA_EXPORT bool is_asked_for(const Execution& execution, const HistoryQuery& query);

// What a wait for a change is cut to, so that no clock overflows.
inline constexpr std::chrono::hours kLongestWait(24 * 365);

// False for what was not run: skipped_up_to_date, upstream_failed, blocked.
constexpr bool really_ran(ExecutionState state) noexcept { return state <= ExecutionState::lost; }

std::string lost_message(const Owner& owner);
// For the AlreadyRunningError: which task, whose, since when, what to do.
std::string already_running_message(const Execution& active);

// The name of a plan's text: "sha256:" and 64 hex digits.
ROTA_EXPORT std::string plan_hash_of(std::string_view plan);
// Throws LogError for a run without an id, and for a plan whose hash is another.
void check_run(const RunStart& start, std::string_view plan, std::string_view location);
[[noreturn]] void refuse_known_run(std::string_view run_id, std::string_view location);

// What a plan has to know of it; views into it.
PastExecution past_execution_of(const Execution& execution);

// An active execution whose owner is certainly dead is shown as lost, before anyone has written it so:
// it has a state and a message, and no end.
void show_lost_if_owner_is_dead(Execution& execution, const Owners& owners);

}  // namespace rota::inline v1
