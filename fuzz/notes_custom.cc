// SPDX-License-Identifier: Apache-2.0
// How libFuzzer changes a table of notes: half of the time by records, else as bytes.
#include "notes_mutator.h"

#include <algorithm>

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t max_size);

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size,
                                               std::size_t max_size, unsigned seed) {
  if (seed % 2 == 0) return LLVMFuzzerMutate(data, size, max_size);
  const std::string changed =
      rota::mutate_notes({reinterpret_cast<const char*>(data), size}, seed / 2);
  const std::size_t taken = std::min(changed.size(), max_size);
  std::copy_n(changed.data(), taken, data);
  return taken;
}
