// SPDX-License-Identifier: Apache-2.0
// Changes a table of notes note by note and record by record, so that most inputs get past the lengths. Knows
// the format of rota/plugin.h, and nothing of the readers.
#include "notes_mutator.h"

#include <rota/plugin.h>

#include <algorithm>
#include <cstring>
#include <random>
#include <vector>

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t max_size);

namespace rota::inline v1 {
namespace {

struct Record {
  std::uint8_t tag = 0;
  std::string value;
};

struct Note {
  std::uint32_t type = ROTA_NOTE_TYPE;
  std::string owner{ROTA_NOTE_OWNER, sizeof(ROTA_NOTE_OWNER)};
  std::string versions;  // the numbers before the records
  std::vector<Record> records;
};

constexpr std::size_t kVersionsBytes = 8;

std::uint32_t number_at(std::string_view bytes, std::size_t at, std::size_t width) {
  std::uint32_t value = 0;
  std::memcpy(&value, bytes.data() + at, width);
  return value;
}

void append_number(std::string& bytes, std::uint64_t value, std::size_t width) {
  bytes.append(reinterpret_cast<const char*>(&value), width);
}

void pad(std::string& bytes) { bytes.resize((bytes.size() + 3) / 4 * 4); }

std::vector<Record> read_records(std::string_view bytes) {
  std::vector<Record> records;
  while (bytes.size() >= 4) {
    const std::size_t length = std::min<std::size_t>(number_at(bytes, 2, 2), bytes.size() - 4);
    records.push_back({static_cast<std::uint8_t>(bytes[0]), std::string(bytes.substr(4, length))});
    bytes.remove_prefix(4 + length);
  }
  return records;
}

// What can be read of it; the rest is left out.
std::vector<Note> read_notes(std::string_view table) {
  std::vector<Note> notes;
  while (table.size() >= 12) {
    const std::size_t owner = number_at(table, 0, 4);
    const std::size_t descriptor = number_at(table, 4, 4);
    const std::size_t start = 12 + (owner + 3) / 4 * 4;
    if (start > table.size() || descriptor > table.size() - start) break;
    const std::string_view content = table.substr(start, descriptor);
    notes.push_back({number_at(table, 8, 4), std::string(table.substr(12, owner)),
                     std::string(content.substr(0, std::min(kVersionsBytes, content.size()))),
                     read_records(content.substr(std::min(kVersionsBytes, content.size())))});
    table.remove_prefix(std::min(table.size(), (start + descriptor + 3) / 4 * 4));
  }
  return notes;
}

std::string write_notes(const std::vector<Note>& notes) {
  std::string table;
  for (const Note& note : notes) {
    std::string descriptor = note.versions;
    for (const Record& record : note.records) {
      append_number(descriptor, record.tag, 2);
      append_number(descriptor, record.value.size(), 2);
      descriptor += record.value;
    }
    append_number(table, note.owner.size(), 4);
    append_number(table, descriptor.size(), 4);
    append_number(table, note.type, 4);
    table += note.owner;
    pad(table);
    table += descriptor;
    pad(table);
  }
  return table;
}

class Mutation {
 public:
  explicit Mutation(unsigned seed) : random_(seed) {}

  void change(std::vector<Note>& notes) {
    if (notes.empty() || below(20) == 0)
      notes.push_back({.versions = std::string("\1\0\0\0\0\0\0\0", kVersionsBytes)});
    const std::size_t at = below(notes.size());
    switch (below(12)) {
      case 0:
        notes.push_back(Note(notes[at]));
        break;
      case 1:
        notes.erase(notes.begin() + static_cast<std::ptrdiff_t>(at));
        break;
      case 2:
        mutate(notes[at].versions);
        break;
      case 3:
        mutate(notes[at].owner);
        break;
      default:
        change(notes[at]);
    }
  }

 private:
  std::size_t below(std::size_t count) { return random_() % count; }

  void mutate(std::string& bytes) {
    const std::size_t old = bytes.size();
    bytes.resize(old + 32);
    bytes.resize(
        LLVMFuzzerMutate(reinterpret_cast<std::uint8_t*>(bytes.data()), old, bytes.size()));
  }

  void change(Note& note) {
    if (note.records.empty() || below(8) == 0)
      note.records.push_back({static_cast<std::uint8_t>(1 + below(12)), "t_new"});
    Record& record = note.records[below(note.records.size())];
    switch (below(6)) {
      case 0:
        note.records.push_back(Record(record));
        break;
      case 1:
        record.tag = static_cast<std::uint8_t>(below(16));
        break;
      case 2:
        std::swap(record, note.records[below(note.records.size())]);
        break;
      case 3:
        record = {ROTA_TAG_PARAMETER, parameter(record.value)};
        break;
      default:
        mutate(record.value);
    }
  }

  // A parameter whose lengths agree, with parts of `text` for its texts.
  std::string parameter(const std::string& text) {
    std::size_t cuts[] = {below(text.size() + 1), below(text.size() + 1)};
    std::ranges::sort(cuts);
    std::string value;
    append_number(value, below(6), 1);
    append_number(value, below(4), 1);
    append_number(value, cuts[0], 2);
    append_number(value, cuts[1] - cuts[0], 2);
    append_number(value, text.size() - cuts[1], 2);
    return value + text;
  }

  std::minstd_rand random_;
};

}  // namespace

std::string mutate_notes(std::string_view table, unsigned seed) {
  std::vector<Note> notes = read_notes(table);
  Mutation(seed).change(notes);
  return write_notes(notes);
}

}  // namespace rota::inline v1
