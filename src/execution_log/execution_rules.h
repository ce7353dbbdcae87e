// SPDX-License-Identifier: Apache-2.0
// The rules that every execution log keeps, whatever it stores executions in, and their messages.
#pragma once

#include "execution_log/owners.h"
#include <rota/execution_log.h>

#include <string>
#include <string_view>

namespace rota::inline v1 {

// Throw LogError for what no log may hold. `location` is the log's.
//
// The end of an execution that has begun: success, failed, timeout, cancelled or lost.
void check_end_of_begun(const ExecutionEnd& end, std::string_view location);
// The end of an execution that is written as a whole: any final state.
void check_whole_end(const ExecutionEnd& end, std::string_view location);

std::string lost_message(const Owner& owner);
// For the AlreadyRunningError: which task, whose, since when, what to do.
std::string already_running_message(const Execution& active);

// An active execution whose owner is certainly dead is shown as lost, before anyone has written it so:
// it has a state and a message, and no end.
void show_lost_if_owner_is_dead(Execution& execution, const Owners& owners);

}  // namespace rota::inline v1
