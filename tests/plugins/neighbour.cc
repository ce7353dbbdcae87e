// SPDX-License-Identifier: Apache-2.0
// A library that a plugin brings along, in its own folder.
extern "C" [[gnu::visibility("default")]] int number_from_beside() { return 42; }
