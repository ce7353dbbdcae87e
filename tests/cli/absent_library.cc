// SPDX-License-Identifier: Apache-2.0
// A library that a plugin needs, and that is not where the plugin is copied to.
extern "C" int a_function_of_the_absent_library();
extern "C" int a_function_of_the_absent_library() { return 0; }
