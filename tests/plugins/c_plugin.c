/* SPDX-License-Identifier: Apache-2.0
 * A plugin in plain C: a task class of one operation, one of several with a state that they share, and
 * some that fail in each way that one can. Its tests tell it by files what to do. */
#include <rota/plugin.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int write_greeting(void* state, const rota_host* host, rota_error* error) {
  (void)state;
  const char* name = host->argument(host->context, "name");
  if (name == NULL) name = "nobody";
  FILE* file = fopen("greeting.txt", "w");
  if (file == NULL) {
    snprintf(error->text, sizeof error->text, "greeting.txt cannot be written");
    return 1;
  }
  fprintf(file, "hello %s\n", name);
  fclose(file);
  host->log(host->context, ROTA_LOG_INFO, "greeted");
  host->set_metric(host->context, "letters", (double)strlen(name));
  return host->track_output(host->context, "greeting.txt");
}
ROTA_C_TASK(greeting, NULL, write_greeting, "t_greet", "greeting", "Greets", "1.2.0", "C team", "");

/* What the operations of t_sum share. */
struct rows {
  int values[3];
  int sum;
};

static void note(const char* what) {
  FILE* trace = fopen("trace.txt", "a");
  if (trace == NULL) return;
  fprintf(trace, "%s\n", what);
  fclose(trace);
}

static int open_rows(const rota_host* host, void** state, rota_error* error) {
  const char* rows = host->argument(host->context, "rows");
  note("open");
  if (rows != NULL && strcmp(rows, "none") == 0) {
    error->code = ROTA_ERROR_ARGUMENT;
    snprintf(error->text, sizeof error->text, "rows=none: there is nothing to sum");
    return 1;
  }
  *state = calloc(1, sizeof(struct rows));
  return *state == NULL;
}

static void close_rows(void* state) {
  note("close");
  free(state);
}

static int read_rows(void* state, const rota_host* host, rota_error* error) {
  (void)host;
  (void)error;
  struct rows* rows = state;
  note("read");
  for (int at = 0; at < 3; ++at) rows->values[at] = at + 1;
  return 0;
}

static int sum_rows(void* state, const rota_host* host, rota_error* error) {
  struct rows* rows = state;
  const char* limit = host->argument(host->context, "limit");
  note("sum");
  for (int at = 0; at < 3; ++at) rows->sum += rows->values[at];
  if (limit != NULL && rows->sum > atoi(limit)) {
    snprintf(error->text, sizeof error->text, "the sum %d is above the limit %s", rows->sum, limit);
    return 1;
  }
  return 0;
}

static int tell_sum(void* state, const rota_host* host, rota_error* error) {
  (void)error;
  const struct rows* rows = state;
  note("tell");
  return host->set_metric(host->context, "sum", rows->sum);
}

static const rota_operation sum_steps[] = {ROTA_C_OPERATION("read", read_rows, &sum_steps[1]),
                                           ROTA_C_OPERATION("sum", sum_rows, &sum_steps[2]),
                                           ROTA_C_OPERATION("tell", tell_sum, NULL)};
ROTA_C_TASK_OF(summing, &greeting, sum_steps, open_rows, close_rows, "t_sum", "sum", "Sums",
               "2.0.0", "C team", "t_greet");

static int fail_silently(void* state, const rota_host* host, rota_error* error) {
  (void)state;
  (void)host;
  (void)error;
  return 7;
}
ROTA_C_TASK(silent, &summing, fail_silently, "t_silent", "failing", "Fails", "1.0.0", "C team", "");

static int promise_a_file(void* state, const rota_host* host, rota_error* error) {
  (void)state;
  (void)error;
  return host->track_output(host->context, "never/written.txt");
}
ROTA_C_TASK(careless, &silent, promise_a_file, "t_careless", "failing", "Promises a file", "1.0.0",
            "C team", "t_greet,t_sum , t_silent");

ROTA_C_PLUGIN(&careless);
