// SPDX-License-Identifier: Apache-2.0
// All of Rota. The headers in reading order:
#pragma once

// clang-format off
#include <rota/version.h>           // which version this is
#include <rota/error.h>             // what is thrown
#include <rota/arguments.h>         // values by name
#include <rota/policy.h>            // how a task is run: retries, limits, pools
#include <rota/task_metadata.h>     // what a task class says of itself
#include <rota/logger.h>            // diagnostic messages
#include <rota/operation.h>         // one step of a task
#include <rota/execution_log.h>     // the history of executions
#include <rota/exchange.h>          // the history as JSON and CSV
#include <rota/lineage.h>           // what files were made from
#include <rota/base_task.h>         // the base of tasks
#include <rota/task_class.h>        // a type that can be made into a task
#include <rota/task_declaration.h>  // ROTA_TASK
#include <rota/project.h>           // where the log and the plugins are
#include <rota/discovery.h>         // plugins, read without loading them
#include <rota/python_source.h>     // Python classes, told from their source
#include <rota/task_registry.h>     // the registry
#include <rota/graph.h>             // what needs what
#include <rota/callable_graph.h>    // callables and what each needs, without tasks
#include <rota/unlogged_run.h>      // running tasks without a log
#include <rota/plan.h>              // what will run, and why
#include <rota/worker.h>            // a program that tasks run in
#include <rota/runner.h>            // running it
// clang-format on
