// SPDX-License-Identifier: Apache-2.0
// Whatever a file called *.so is, it ends in a status and one sentence, spoils no other, and hangs nothing. The
// files are a sound plugin with one thing wrong. Knows the format of rota/plugin.h and no reader of it.
#include "os/temporary_folder.h"
#include <rota/rota.h>

#include <elf.h>
#include <fcntl.h>
#include <sys/fsuid.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <fstream>
#include <iterator>
#include <stdexcept>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rota {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr std::uint64_t kHuge = ~std::uint64_t{0};

// The bytes of the sound plugin, with names for their places. "The note" is that of t_count, wherever it is.
class Image {
 public:
  Image() {
    std::ifstream in(SOUND_PLUGIN, std::ios::binary);
    bytes_.assign(std::istreambuf_iterator<char>(in), {});
    const std::string_view owner_and_type{"\1\0\x54\x52Rota\0\0\0\0", 12};
    const std::string_view id{"\1\0\7\0t_count", 11};
    for (std::size_t at = bytes_.find(owner_and_type); at != std::string::npos;
         at = bytes_.find(owner_and_type, at + 1)) {
      note_ = at - offsetof(Elf64_Nhdr, n_type);
      if (std::string_view(bytes_).substr(descriptor() + 8).starts_with(id)) return;
    }
    throw std::runtime_error("no note of t_count in " SOUND_PLUGIN);
  }

  const std::string& bytes() const { return bytes_; }
  void assign(std::string bytes) { bytes_ = std::move(bytes); }
  void cut(std::size_t size) { bytes_.resize(size); }
  // Bytes that the file has behind these; they take no room.
  void follow_by(std::uint64_t bytes) { hole_ = bytes; }
  std::uint64_t file_size() const { return bytes_.size() + hole_; }

  template <class T>
  T get(std::size_t at) const {
    T value;
    std::memcpy(&value, bytes_.data() + at, sizeof value);
    return value;
  }
  template <class T>
  void set(std::size_t at, T value) {
    std::memcpy(bytes_.data() + at, &value, sizeof value);
  }

  void header(void (*change)(Elf64_Ehdr&)) {
    auto header = get<Elf64_Ehdr>(0);
    change(header);
    set(0, header);
  }
  // The first segment of a type; for notes, the one that holds ours.
  void segment(Elf64_Word type, void (*change)(Elf64_Phdr&)) {
    const auto header = get<Elf64_Ehdr>(0);
    for (std::size_t index = 0; index < header.e_phnum; ++index) {
      const std::size_t at = header.e_phoff + index * sizeof(Elf64_Phdr);
      auto segment = get<Elf64_Phdr>(at);
      const bool holds_ours =
          segment.p_offset <= note_ && note_ < segment.p_offset + segment.p_filesz;
      if (segment.p_type != type || (type == PT_NOTE && !holds_ours)) continue;
      change(segment);
      return set(at, segment);
    }
    throw std::runtime_error("no such segment");
  }
  // Where the last part of the file that is loaded ends.
  std::uint64_t end_of_code() const {
    const auto header = get<Elf64_Ehdr>(0);
    std::uint64_t end = 0;
    for (std::size_t index = 0; index < header.e_phnum; ++index) {
      const auto segment = get<Elf64_Phdr>(header.e_phoff + index * sizeof(Elf64_Phdr));
      if (segment.p_type == PT_LOAD) end = std::max(end, segment.p_offset + segment.p_filesz);
    }
    return end;
  }
  void no_sections() {
    header([](Elf64_Ehdr& header) { header.e_shnum = 0; });
  }

  void rename_owners() {
    const std::string_view owner{"Rota\0\0\0\0", 8};
    for (std::size_t at = bytes_.find(owner); at != std::string::npos; at = bytes_.find(owner))
      bytes_[at] = 'L';
  }

  std::size_t note() const { return note_; }
  std::size_t descriptor() const { return note_ + sizeof(Elf64_Nhdr) + 8; }
  // Of the first record with that tag in the note.
  std::size_t record(std::uint8_t tag) const {
    const std::size_t end = descriptor() + get<Elf64_Nhdr>(note_).n_descsz;
    for (std::size_t at = descriptor() + 8; at < end; at += 4 + get<std::uint16_t>(at + 2)) {
      if (get<std::uint8_t>(at) == tag) return at;
    }
    throw std::runtime_error("no such record");
  }
  void write_text(std::uint8_t tag, std::string_view text) {
    if (get<std::uint16_t>(record(tag) + 2) != text.size())
      throw std::runtime_error("other length");
    bytes_.replace(record(tag) + 4, text.size(), text);
  }

 private:
  std::string bytes_;
  std::uint64_t hole_ = 0;
  std::size_t note_ = 0;
};

// ---- damaged bytes -------------------------------------------------------------------------------

struct Damage {
  const char* name;
  void (*apply)(Image&);
  RefusalReason reason;
  const char* words;             // in the sentence
  std::size_t classes_left = 0;  // that are still found in the file
};

void PrintTo(const Damage& damage, std::ostream* out) { *out << damage.name; }

using R = RefusalReason;

const Damage kDamages[] = {
    // The file and its header.
    {"Empty", [](Image& i) { i.cut(0); }, R::not_elf, "not an ELF file"},
    {"ThreeBytes", [](Image& i) { i.cut(3); }, R::not_elf, "not an ELF file"},
    {"Text", [](Image& i) { i.assign("a text of people\n"); }, R::not_elf, "not an ELF file"},
    {"Zeros", [](Image& i) { i.assign(std::string(8192, '\0')); }, R::not_elf, "not an ELF file"},
    {"HeaderCut", [](Image& i) { i.cut(40); }, R::truncated, "header"},
    {"CutBehindTheHeader", [](Image& i) { i.cut(64); }, R::truncated, "program header table"},
    {"LastPartCut", [](Image& i) { i.cut(i.end_of_code() - 1); }, R::truncated, "code"},
    {"Class32Bit", [](Image& i) { i.set<char>(EI_CLASS, ELFCLASS32); }, R::other_machine,
     "another processor"},
    {"BigEndian", [](Image& i) { i.set<char>(EI_DATA, ELFDATA2MSB); }, R::other_machine,
     "another processor"},
    {"OtherMachine", [](Image& i) { i.header([](auto& h) { h.e_machine = EM_S390; }); },
     R::other_machine, "another processor"},
    {"Executable", [](Image& i) { i.header([](auto& h) { h.e_type = ET_EXEC; }); },
     R::other_machine, "no shared library"},
    {"ObjectFile", [](Image& i) { i.header([](auto& h) { h.e_type = ET_REL; }); }, R::other_machine,
     "no shared library"},
    {"CoreDump", [](Image& i) { i.header([](auto& h) { h.e_type = ET_CORE; }); }, R::other_machine,
     "no shared library"},
    // Program headers.
    {"ProgramHeadersBeyondTheEnd",
     [](Image& i) { i.header([](auto& h) { h.e_phoff = 1ULL << 40U; }); }, R::truncated,
     "program header table"},
    {"ProgramHeadersAtTheLastOffset",
     [](Image& i) { i.header([](auto& h) { h.e_phoff = kHuge - 7; }); }, R::truncated,
     "program header table"},
    {"ProgramHeaderSizeWrong", [](Image& i) { i.header([](auto& h) { h.e_phentsize = 32; }); },
     R::truncated, "program header table"},
    {"ProgramHeaders65535", [](Image& i) { i.header([](auto& h) { h.e_phnum = 65535; }); },
     R::truncated, "program header table"},
    {"SectionHeadersBeyondTheEnd",
     [](Image& i) {
       i.segment(PT_NOTE, [](auto& s) { s.p_type = PT_NULL; });
       i.header([](auto& h) { h.e_shoff = kHuge; });
     },
     R::truncated, "section header table"},
    {"LoadedSegmentBeyondTheEnd",
     [](Image& i) { i.segment(PT_LOAD, [](auto& s) { s.p_filesz = 1ULL << 30U; }); }, R::truncated,
     "code"},
    {"LoadedSegmentThatWraps",
     [](Image& i) { i.segment(PT_LOAD, [](auto& s) { s.p_offset = kHuge - 4095; }); }, R::truncated,
     "code"},
    {"NoteSegmentBeyondTheEnd",
     [](Image& i) { i.segment(PT_NOTE, [](auto& s) { s.p_offset = 1ULL << 40U; }); }, R::truncated,
     "note segment"},
    {"NoteSegmentOfLargestSize",
     [](Image& i) { i.segment(PT_NOTE, [](auto& s) { s.p_filesz = kHuge; }); }, R::truncated,
     "note segment"},
    {"NoteSegmentOf100MiB",
     [](Image& i) {
       i.segment(PT_NOTE, [](auto& s) { s.p_filesz = 100U << 20U; });
       i.follow_by(100U << 20U);
     },
     R::too_big, "more than"},
    {"NoHeadersOfEitherKind",
     [](Image& i) {
       i.no_sections();
       i.header([](auto& h) { h.e_phnum = 0; });
     },
     R::no_task, "without task classes"},
    // Notes.
    {"NoNoteOfOurs", [](Image& i) { i.rename_owners(); }, R::no_task, "without task classes"},
    {"OwnerCutByTheEndOfTheSegment",
     [](Image& i) {
       i.no_sections();
       i.segment(PT_NOTE, [](auto& s) { s.p_filesz = sizeof(Elf64_Nhdr) + 2; });
     },
     R::no_task, "without task classes"},
    {"DescriptorPastTheEnd", [](Image& i) { i.set<Elf64_Word>(i.note() + 4, 0x7FFFFFFF); },
     R::malformed_note, "past its end"},
    {"DescriptorOfLargestSize", [](Image& i) { i.set<Elf64_Word>(i.note() + 4, 0xFFFFFFFF); },
     R::malformed_note, "past its end"},
    {"AbiMajorDiffers", [](Image& i) { i.set<std::uint16_t>(i.descriptor(), 2); }, R::abi_differs,
     "version 2.0", 1},
    {"AbiMinorAbove", [](Image& i) { i.set<std::uint16_t>(i.descriptor() + 2, 9); }, R::abi_differs,
     "version 1.9", 1},
    {"CxxAbiDiffers", [](Image& i) { i.set<std::uint32_t>(i.descriptor() + 4, 0x808); },
     R::cxx_abi_differs, "another C++ standard library", 1},
    // Records.
    {"RecordPastTheEnd",
     [](Image& i) { i.set<std::uint16_t>(i.record(ROTA_TAG_VERSION) + 2, 0xFFFF); },
     R::malformed_note, "past the end", 1},
    {"RecordWithoutItsZero", [](Image& i) { i.set<char>(i.record(ROTA_TAG_VERSION) + 1, 1); },
     R::malformed_note, "malformed", 1},
    {"NoId", [](Image& i) { i.set<char>(i.record(ROTA_TAG_TASK_ID), 99); }, R::malformed_note,
     "no task id", 1},
    {"TwoIds", [](Image& i) { i.set<char>(i.record(ROTA_TAG_TASK_TYPE), ROTA_TAG_TASK_ID); },
     R::malformed_note, "twice", 1},
    {"OneIdForBothClasses", [](Image& i) { i.write_text(ROTA_TAG_TASK_ID, "t_throw"); },
     R::invalid_task, "2 of its classes have the id t_throw"},
    {"BadId", [](Image& i) { i.write_text(ROTA_TAG_TASK_ID, "1 count"); }, R::invalid_task,
     "task_id '1 count' is none", 1},
    {"IdThatEndsTheLine", [](Image& i) { i.write_text(ROTA_TAG_TASK_ID, "t\n\x1b[2Jy"); },
     R::invalid_task, "task_id 't\\n\\x1B[2Jy' is none", 1},
    {"ClassNameThatEndsTheLineAndBadId",
     [](Image& i) {
       i.write_text(ROTA_TAG_TASK_ID, "1 count");
       i.write_text(ROTA_TAG_CLASS_NAME, "Count\nask");
     },
     R::invalid_task, "Count\\nask", 1},
    {"BadVersion", [](Image& i) { i.write_text(ROTA_TAG_VERSION, "1\n2\t3"); }, R::invalid_task,
     "version '1\\n2\\t3' is none", 1},
    {"BadDependency", [](Image& i) { i.write_text(ROTA_TAG_DEPENDENCY, "t throw"); },
     R::invalid_task, "dependency 't throw' is no task id", 1},
    {"TextNotUtf8", [](Image& i) { i.write_text(ROTA_TAG_DESCRIPTION, "Co\xED\xA0\x80s"); },
     R::malformed_note, "not UTF-8", 1},
    {"TextWithNulInside",
     [](Image& i) { i.write_text(ROTA_TAG_DESCRIPTION, std::string_view("Cou\0ts", 6)); },
     R::malformed_note, "not UTF-8", 1},
    {"ParameterWhoseLengthsDisagree",
     [](Image& i) { i.set<std::uint16_t>(i.record(ROTA_TAG_PARAMETER) + 6, 0xFFFF); },
     R::malformed_note, "parameter is broken", 1},
    {"ParameterOfUnknownType", [](Image& i) { i.set<char>(i.record(ROTA_TAG_PARAMETER) + 4, 99); },
     R::malformed_note, "parameter is broken", 1},
    {"ParameterWithoutAName",
     [](Image& i) {
       i.set<std::uint16_t>(i.record(ROTA_TAG_PARAMETER) + 6, 0);
       i.set<std::uint16_t>(i.record(ROTA_TAG_PARAMETER) + 10, 1);
     },
     R::invalid_task, "parameter", 1},
    {"ParameterDefaultNotOfItsType",
     [](Image& i) { i.set<char>(i.record(ROTA_TAG_PARAMETER) + 13, '\n'); }, R::invalid_task,
     "default of parameter k", 1},
};

// ---- what is the same for all --------------------------------------------------------------------

void expect_one_sentence(const std::string& message) {
  ASSERT_THAT(message, Not(IsEmpty()));
  EXPECT_LT(message.size(), 1000U);
  for (const char c : message) EXPECT_FALSE(c == 0x7F || (c >= 0 && c < 0x20)) << message;
  EXPECT_THAT(std::string(" .:;,-"), Not(HasSubstr(message.substr(message.size() - 1)))) << message;
}

class FilesTest : public ::testing::Test {
 protected:
  // A sound plugin beside the file, which must be found in any case.
  FilesTest() { fs::copy_file(SOUND_PLUGIN, folder_ / "sound.so"); }

  fs::path put(const Image& image) {
    const fs::path file = folder_ / "bad.so";
    std::ofstream(file, std::ios::binary) << image.bytes();
    fs::resize_file(file, image.file_size());
    fs::permissions(file, fs::perms::owner_read | fs::perms::owner_write);
    return file;
  }

  const RefusedFile& only_refusal(const Discovery& discovery, const fs::path& file) {
    EXPECT_EQ(discovery.refused.size(), 1U);
    if (discovery.refused.empty()) throw std::runtime_error("nothing was refused");
    EXPECT_EQ(discovery.refused[0].file, file);
    expect_one_sentence(discovery.refused[0].message);
    return discovery.refused[0];
  }

  TemporaryFolder folder_;
};

class DamagedFiles : public FilesTest, public ::testing::WithParamInterface<Damage> {};

TEST_P(DamagedFiles, EndInAStatusAndOneSentence) {
  Image image;
  GetParam().apply(image);
  const fs::path file = put(image);
  const Discovery alone = discover_file(file);
  const RefusedFile& refused = only_refusal(alone, file);
  EXPECT_EQ(refused.reason, GetParam().reason) << to_string(refused.reason);
  EXPECT_THAT(refused.message, HasSubstr(GetParam().words));
  EXPECT_EQ(alone.task_classes.size(), GetParam().classes_left);

  const Discovery both = discover({.roots = {folder_.path()}});
  EXPECT_EQ(only_refusal(both, file).message, refused.message);
  EXPECT_EQ(both.task_classes.size(), 2U);
}

INSTANTIATE_TEST_SUITE_P(Table, DamagedFiles, ::testing::ValuesIn(kDamages),
                         [](const auto& info) { return std::string(info.param.name); });

TEST(SoundFile, IsSoundAndSoEachOfThoseIsRefusedForItsDamage) {
  EXPECT_EQ(discover_file(SOUND_PLUGIN).task_classes.size(), 2U);
  EXPECT_THAT(discover_file(SOUND_PLUGIN).refused, IsEmpty());
}

TEST_F(FilesTest, WithoutTheirSectionHeadersArePlugins) {
  Image image;
  image.no_sections();
  EXPECT_EQ(discover_file(put(image)).task_classes.size(), 2U);
}

// ---- what is no regular file ---------------------------------------------------------------------

struct Oddity {
  const char* name;
  void (*make)(const fs::path&);
  RefusalReason reason;
  const char* words;
};

void PrintTo(const Oddity& oddity, std::ostream* out) { *out << oddity.name; }

void must(int result, const char* what) {
  if (result != 0) throw std::runtime_error(what);
}

void make_socket(const fs::path& file) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (file.native().size() >= sizeof address.sun_path) throw std::runtime_error("path too long");
  file.native().copy(address.sun_path, file.native().size());
  const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  must(::bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address), "bind");
  ::close(fd);
}

// Nobody writes to the fifo and nobody listens at the socket: who opens one to read waits for ever, and the
// time limit of the test ends it.
const Oddity kOddities[] = {
    {"Fifo", [](const fs::path& file) { must(::mkfifo(file.c_str(), 0600), "mkfifo"); },
     R::not_regular, "no regular file"},
    {"LinkToAFifo",
     [](const fs::path& file) {
       must(::mkfifo((file.parent_path() / "fifo").c_str(), 0600), "mkfifo");
       fs::create_symlink("fifo", file);
     },
     R::not_regular, "no regular file"},
    {"LinkToADeviceWithoutEnd", [](const fs::path& file) { fs::create_symlink("/dev/zero", file); },
     R::not_regular, "no regular file"},
    {"LinkToATerminal", [](const fs::path& file) { fs::create_symlink("/dev/ptmx", file); },
     R::not_regular, "no regular file"},
    {"Socket", make_socket, R::not_regular, "no regular file"},
    {"LinkToNothing", [](const fs::path& file) { fs::create_symlink("nowhere", file); },
     R::unreadable, "No such file"},
    {"LinkToItself", [](const fs::path& file) { fs::create_symlink(file, file); }, R::unreadable,
     "symbolic links"},
};

class OddFiles : public FilesTest, public ::testing::WithParamInterface<Oddity> {};

TEST_P(OddFiles, AreRefusedWithoutWaiting) {
  const fs::path file = folder_ / "bad.so";
  GetParam().make(file);
  const Discovery alone = discover_file(file);
  EXPECT_EQ(only_refusal(alone, file).reason, GetParam().reason);
  EXPECT_THAT(alone.refused[0].message, HasSubstr(GetParam().words));
  const Discovery both = discover({.roots = {folder_.path()}});
  EXPECT_EQ(only_refusal(both, file).reason, GetParam().reason);
  EXPECT_EQ(both.task_classes.size(), 2U);
}

INSTANTIATE_TEST_SUITE_P(Table, OddFiles, ::testing::ValuesIn(kOddities),
                         [](const auto& info) { return std::string(info.param.name); });

TEST_F(FilesTest, ThatAreFoldersAreLookedThroughAsFolders) {
  const fs::path file = folder_ / "bad.so";
  fs::create_directory(file);
  EXPECT_EQ(discover_file(file).refused.at(0).reason, R::not_regular);
  fs::rename(folder_ / "sound.so", file / "sound.so");
  const Discovery discovery = discover({.roots = {folder_.path()}});
  EXPECT_EQ(discovery.task_classes.size(), 2U);
  EXPECT_THAT(discovery.refused, IsEmpty());
}

// Opens files of this thread as a user who is not root would, though the process is root's.
class WithoutRootsRights {
 public:
  WithoutRootsRights() {
    if (::geteuid() == 0) ::setfsuid(kNobody);
  }
  WithoutRootsRights(const WithoutRootsRights&) = delete;
  WithoutRootsRights& operator=(const WithoutRootsRights&) = delete;
  ~WithoutRootsRights() {
    if (::geteuid() == 0) ::setfsuid(0);
  }

 private:
  static constexpr uid_t kNobody = 65534;
};

TEST_F(FilesTest, ThatTheUserMayNotReadAreRefused) {
  fs::permissions(folder_.path(), fs::perms(0755));
  const fs::path file = put(Image());
  fs::permissions(file, fs::perms::none);
  const WithoutRootsRights rights;
  const Discovery discovery = discover({.roots = {folder_.path()}});
  EXPECT_EQ(only_refusal(discovery, file).reason, R::unreadable);
  EXPECT_THAT(discovery.refused[0].message, HasSubstr("Permission denied"));
  EXPECT_EQ(discovery.task_classes.size(), 2U);
}

}  // namespace
}  // namespace rota
