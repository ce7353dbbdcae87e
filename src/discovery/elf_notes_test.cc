// SPDX-License-Identifier: Apache-2.0
#include "discovery/elf_notes.h"

#include "os/file.h"
#include <rota/plugin.h>

#include <elf.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstring>
#include <random>

#include <gtest/gtest.h>

namespace rota {
namespace {

using Notes = std::vector<std::string>;

std::string note(std::string_view owner, std::uint32_t type, std::string_view descriptor,
                 std::size_t alignment = 4) {
  const Elf64_Nhdr header{static_cast<Elf64_Word>(owner.size() + 1),
                          static_cast<Elf64_Word>(descriptor.size()), type};
  std::string bytes(reinterpret_cast<const char*>(&header), sizeof header);
  bytes.append(owner).push_back('\0');
  bytes.resize((bytes.size() + alignment - 1) / alignment * alignment);
  bytes.append(descriptor);
  bytes.resize((bytes.size() + alignment - 1) / alignment * alignment);
  return bytes;
}

std::string ours(std::string_view descriptor, std::size_t alignment = 4) {
  return note(ROTA_NOTE_OWNER, ROTA_NOTE_TYPE, descriptor, alignment);
}

template <class T>
void append(std::string& bytes, const T& value) {
  bytes.append(reinterpret_cast<const char*>(&value), sizeof value);
}

enum class Where { segment, section };

// The smallest shared library that holds a table of notes.
std::string library(std::string_view table, Where where = Where::segment) {
  Elf64_Ehdr header{};
  std::memcpy(header.e_ident, ELFMAG, SELFMAG);
  header.e_ident[EI_CLASS] = ELFCLASS64;
  header.e_ident[EI_DATA] = ELFDATA2LSB;
  header.e_type = ET_DYN;
#if defined(__x86_64__)
  header.e_machine = EM_X86_64;
#elif defined(__aarch64__)
  header.e_machine = EM_AARCH64;
#endif
  std::string bytes;
  if (where == Where::segment) {
    header.e_phoff = sizeof header;
    header.e_phnum = 1;
    header.e_phentsize = sizeof(Elf64_Phdr);
    append(bytes, header);
    Elf64_Phdr segment{};
    segment.p_type = PT_NOTE;
    segment.p_offset = sizeof header + sizeof segment;
    segment.p_filesz = table.size();
    segment.p_align = 4;
    append(bytes, segment);
  } else {
    header.e_shoff = sizeof header;
    header.e_shnum = 1;
    header.e_shentsize = sizeof(Elf64_Shdr);
    append(bytes, header);
    Elf64_Shdr section{};
    section.sh_type = SHT_NOTE;
    section.sh_offset = sizeof header + sizeof section;
    section.sh_size = table.size();
    section.sh_addralign = 4;
    append(bytes, section);
  }
  return bytes.append(table);
}

OrRefusal<ElfNotes> read_all(const std::string& bytes) {
  const UniqueFd fd(::memfd_create("elf", MFD_CLOEXEC));
  EXPECT_EQ(::write(fd.get(), bytes.data(), bytes.size()), static_cast<ssize_t>(bytes.size()));
  return read_elf_notes(fd.get(), bytes.size());
}

OrRefusal<Notes> read(const std::string& bytes) {
  auto answer = read_all(bytes);
  if (auto* refusal = std::get_if<Refusal>(&answer)) return std::move(*refusal);
  return std::get<ElfNotes>(answer).descriptors;
}

RefusalReason reason(const OrRefusal<Notes>& answer) {
  const auto* refusal = std::get_if<Refusal>(&answer);
  EXPECT_NE(refusal, nullptr);
  return refusal == nullptr ? RefusalReason::no_task : refusal->reason;
}

TEST(ElfNotes, AreFoundInSegments) {
  EXPECT_EQ(std::get<Notes>(read(library(ours("one") + note("GNU", 3, "id") + ours("second")))),
            (Notes{"one", "second"}));
}

TEST(ElfNotes, AreFoundInSectionsWhereNoSegmentHasThem) {
  EXPECT_EQ(std::get<Notes>(read(library(ours("one"), Where::section))), Notes{"one"});
  EXPECT_TRUE(std::get<ElfNotes>(read_all(library(ours("one"), Where::section))).by_sections);
  EXPECT_FALSE(std::get<ElfNotes>(read_all(library(ours("one")))).by_sections);
}

TEST(ElfNotes, OfMoreClassesThanAPluginMayHaveAreTooBig) {
  std::string table;
  for (int count = 0; count < 10'000; ++count) table += ours("");
  EXPECT_EQ(std::get<Notes>(read(library(table))).size(), 10'000U);
  EXPECT_EQ(reason(read(library(table + ours("")))), RefusalReason::too_big);
}

TEST(ElfNotes, OfOthersAreNotOurs) {
  EXPECT_TRUE(
      std::get<Notes>(read(library(note("GNU", ROTA_NOTE_TYPE, "x") + note("Rota", 7, "x"))))
          .empty());
  EXPECT_TRUE(std::get<Notes>(read(library(""))).empty());
}

TEST(ElfNotes, InATableAlignedToEightAreFound) {
  EXPECT_EQ(std::get<Notes>(find_notes(ours("one", 8) + ours("four", 8), 8)),
            (Notes{"one", "four"}));
}

TEST(ElfNotes, BrokenOnesOfOthersEndTheTableAndOursAreRefused) {
  std::string foreign = note("GNU", 3, "id");
  foreign[4] = '\x7F';  // its descriptor is longer than the table
  EXPECT_EQ(std::get<Notes>(find_notes(ours("one") + foreign, 4)), Notes{"one"});
  std::string broken = ours("descriptor");
  broken[4] = '\x7F';
  EXPECT_EQ(reason(find_notes(broken, 4)), RefusalReason::malformed_note);
}

TEST(ElfNotes, FilesThatAreNoLibraryOfThisMachineAreRefused) {
  EXPECT_EQ(reason(read("")), RefusalReason::not_elf);
  EXPECT_EQ(reason(read("#!/bin/sh\n")), RefusalReason::not_elf);
  EXPECT_EQ(reason(read(std::string("\x7f"
                                    "ELF\x02\x01",
                                    6))),
            RefusalReason::truncated);
  std::string bytes = library(ours("x"));
  bytes[EI_CLASS] = ELFCLASS32;
  EXPECT_EQ(reason(read(bytes)), RefusalReason::other_machine);
  bytes = library(ours("x"));
  bytes[offsetof(Elf64_Ehdr, e_machine)] = EM_SPARC;
  EXPECT_EQ(reason(read(bytes)), RefusalReason::other_machine);
  bytes = library(ours("x"));
  bytes[offsetof(Elf64_Ehdr, e_type)] = ET_EXEC;
  EXPECT_EQ(reason(read(bytes)), RefusalReason::other_machine);
}

TEST(ElfNotes, EveryTruncationIsSeen) {
  const std::string bytes = library(ours("descriptor"));
  for (std::size_t size = SELFMAG; size < bytes.size(); ++size) {
    EXPECT_EQ(reason(read(bytes.substr(0, size))), RefusalReason::truncated) << size;
  }
}

TEST(ElfNotes, OfALibraryWhoseCodeIsCutOffAreRefused) {
  std::string bytes = library(ours("one"));
  Elf64_Phdr segment{};
  std::memcpy(&segment, bytes.data() + sizeof(Elf64_Ehdr), sizeof segment);
  segment.p_type = PT_LOAD;
  segment.p_filesz = bytes.size() - segment.p_offset + 1;
  std::memcpy(bytes.data() + sizeof(Elf64_Ehdr), &segment, sizeof segment);
  EXPECT_EQ(reason(read(bytes)), RefusalReason::truncated);
}

TEST(ElfNotes, NoDamageDoesHarm) {
  std::mt19937_64 random(20261123);
  for (const Where where : {Where::segment, Where::section}) {
    const std::string sound =
        library(ours("descriptor") + note("GNU", 3, "id") + ours("second"), where);
    for (int round = 0; round < 5000; ++round) {
      std::string damaged = sound;
      for (std::uint64_t hits = random() % 8 + 1; hits > 0; --hits) {
        damaged[random() % damaged.size()] = static_cast<char>(random() % 3 == 0 ? 0xFF : random());
      }
      if (random() % 4 == 0) damaged.resize(random() % (damaged.size() + 1));
      const auto answer =
          read(damaged);  // ends, with an answer, and the sanitizers have no objection
      const auto* refusal = std::get_if<Refusal>(&answer);
      EXPECT_TRUE(refusal == nullptr || !refusal->message.empty());
    }
  }
}

}  // namespace
}  // namespace rota
