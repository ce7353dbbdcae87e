/* SPDX-License-Identifier: Apache-2.0
 * Two task classes in C that leave a file behind when they run. */
#include <rota/plugin.h>

#include <stdio.h>

static int leave(const char* name) {
  FILE* file = fopen(name, "w");
  return file == NULL || fclose(file) != 0;
}

static int first(void* state, const rota_host* host, rota_error* error) {
  (void)state, (void)host, (void)error;
  return leave("t_first.ran");
}
ROTA_C_TASK(first_task, NULL, first, "t_first", "test", "The first", "1.2.0", "Tests", "");

static int second(void* state, const rota_host* host, rota_error* error) {
  (void)state, (void)host, (void)error;
  return leave("t_second.ran");
}
ROTA_C_TASK(second_task, &first_task, second, "t_second", "test", "The second", "1.2.0", "Tests",
            "t_first");

ROTA_C_PLUGIN(&second_task);
