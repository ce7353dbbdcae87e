// SPDX-License-Identifier: Apache-2.0
// How libFuzzer changes an ELF file: a field of its headers gets a number at an edge, the notes of its first note
// segment or section change by records, or bytes change anywhere.
#include "notes_mutator.h"

#include <elf.h>

#include <algorithm>
#include <cstring>
#include <random>

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t max_size);

namespace rota::inline v1 {
namespace {

// Of a file as small as those of the corpus: all headers are at its start.
constexpr std::size_t kHeaderBytes = sizeof(Elf64_Ehdr) + 2 * sizeof(Elf64_Shdr);

void set_field(std::string& file, std::minstd_rand& random) {
  const std::uint64_t size = file.size();
  const std::uint64_t edges[] = {0,
                                 1,
                                 4,
                                 8,
                                 sizeof(Elf64_Phdr),
                                 size,
                                 size - 1,
                                 size + 1,
                                 0xFFFF,
                                 0x10000,
                                 1U << 31,
                                 ~0U,
                                 ~0ULL,
                                 ~0ULL - 7,
                                 ~0ULL - size,
                                 PT_LOAD,
                                 PT_NOTE,
                                 SHT_NOTE,
                                 sizeof(Elf64_Shdr),
                                 size / 2};
  const std::uint64_t value = edges[random() % std::size(edges)];
  const std::size_t width = std::size_t{1} << (1 + random() % 3);
  const std::size_t at = random() % std::min(file.size(), kHeaderBytes) / width * width;
  if (at + width <= file.size()) std::memcpy(file.data() + at, &value, width);
}

// The table of notes is taken to be all that follows the headers, as in the corpus.
void change_notes(std::string& file, std::minstd_rand& random) {
  constexpr std::size_t kOwner = 12;
  const std::size_t owner = file.find(std::string("Rota\0", 5), kOwner);
  if (owner == std::string::npos) return;
  const std::size_t start = owner - kOwner;
  const std::size_t before = file.size() - start;
  file.replace(start, before, mutate_notes(std::string_view(file).substr(start), random()));
  const std::uint64_t after = file.size() - start;
  // Whichever field held its size still does.
  for (std::size_t at = sizeof(Elf64_Ehdr); at + 8 <= start; at += 8) {
    std::uint64_t value = 0;
    std::memcpy(&value, file.data() + at, sizeof value);
    if (value == before) std::memcpy(file.data() + at, &after, sizeof after);
  }
}

}  // namespace
}  // namespace rota::inline v1

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size,
                                               std::size_t max_size, unsigned seed) {
  std::minstd_rand random(seed);
  const unsigned choice = random() % 3;
  if (choice == 0 || size < sizeof(Elf64_Ehdr)) return LLVMFuzzerMutate(data, size, max_size);
  std::string file(reinterpret_cast<const char*>(data), size);
  choice == 1 ? rota::set_field(file, random) : rota::change_notes(file, random);
  const std::size_t taken = std::min(file.size(), max_size);
  std::copy_n(file.data(), taken, data);
  return taken;
}
