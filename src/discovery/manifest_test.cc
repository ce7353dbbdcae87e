// SPDX-License-Identifier: Apache-2.0
#include "discovery/manifest.h"

#include <rota/task_class.h>
#include <rota/task_declaration.h>

#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rota {
namespace {

constexpr TaskDeclaration kDeclaration{
    .task_id = "t_1P_profiling",
    .task_type = "profiling",
    .version = "1.0.0",
    .dependencies = {"t_1I_import", "t_1C_clean"},
    .parameters = {{.name = "k",
                    .type = ParameterType::integer,
                    .default_value = "5",
                    .description = "how many"},
                   {.name = "source", .type = ParameterType::text, .required = true}},
    .docstring = "Profiles.\n@author: Data team\n@version: 9.9\n@team: core\n"};

std::string descriptor_of(const TaskDeclaration& declaration) {
  std::string bytes(100'000, '\0');
  detail::NoteWriter note{bytes.data(), 0};
  detail::write_note_descriptor(note, declaration, "ProfilingTask");
  return bytes.substr(0, note.size);
}

RefusalReason reason(std::string_view descriptor) {
  const auto answer = parse_manifest(descriptor);
  const auto* refusal = std::get_if<Refusal>(&answer);
  EXPECT_NE(refusal, nullptr);
  return refusal == nullptr ? RefusalReason::no_task : refusal->reason;
}

TEST(Manifest, SaysWhatWasDeclared) {
  const auto metadata = std::get<TaskMetadata>(parse_manifest(descriptor_of(kDeclaration)));
  EXPECT_EQ(metadata.task_id, "t_1P_profiling");
  EXPECT_EQ(metadata.task_type, "profiling");
  EXPECT_EQ(metadata.class_name, "ProfilingTask");
  EXPECT_EQ(metadata.dependencies, (std::vector<std::string>{"t_1I_import", "t_1C_clean"}));
  ASSERT_EQ(metadata.parameters.size(), 2U);
  EXPECT_EQ(metadata.parameters[0], (Parameter{"k", ParameterType::integer, 5, "how many", false}));
  EXPECT_EQ(metadata.parameters[1], (Parameter{"source", ParameterType::text, Value(), "", true}));
}

TEST(Manifest, TakesFromTheDocstringOnlyWhatIsNotDeclared) {
  const auto metadata = std::get<TaskMetadata>(parse_manifest(descriptor_of(kDeclaration)));
  EXPECT_EQ(metadata.version, "1.0.0");
  EXPECT_EQ(metadata.author, "Data team");
  EXPECT_EQ(metadata.description, "Profiles.");
  EXPECT_EQ(metadata.tags, (std::map<std::string, std::string>{{"team", "core"}}));
}

TEST(Manifest, WithTheIdAloneGivesTheDefaults) {
  const auto metadata = std::get<TaskMetadata>(parse_manifest(descriptor_of({.task_id = "t_x"})));
  EXPECT_EQ(metadata, (TaskMetadata{.task_id = "t_x", .class_name = "ProfilingTask"}));
}

TEST(Manifest, SkipsRecordsThatItDoesNotKnow) {
  std::string bytes = descriptor_of({.task_id = "t_x"});
  bytes += std::string(
      "\x63\x00\x03\x00"
      "abc",
      7);
  EXPECT_TRUE(std::holds_alternative<TaskMetadata>(parse_manifest(bytes)));
}

TEST(Manifest, OfAPluginInCIsRead) {
  std::string bytes = descriptor_of({.task_id = "t_x"});
  bytes.replace(4, 4, std::string(4, '\0'));
  bytes += std::string("\x0A\x00\x0D\x00 t_a ,t_b, \0\0\x03\x00\x03\x00Hm\0", 24);
  const auto metadata = std::get<TaskMetadata>(parse_manifest(bytes));
  EXPECT_EQ(metadata.dependencies, (std::vector<std::string>{"t_a", "t_b"}));
  EXPECT_EQ(metadata.description, "Hm");
}

TEST(Manifest, OfAnotherInterfaceIsRefused) {
  std::string bytes = descriptor_of(kDeclaration);
  bytes[0] = ROTA_PLUGIN_ABI_MAJOR + 1;
  EXPECT_EQ(reason(bytes), RefusalReason::abi_differs);
  bytes = descriptor_of(kDeclaration);
  bytes[2] = ROTA_PLUGIN_ABI_MINOR + 1;
  EXPECT_EQ(reason(bytes), RefusalReason::abi_differs);
  bytes = descriptor_of(kDeclaration);
  bytes[4] = static_cast<char>(bytes[4] ^ 4);
  EXPECT_EQ(reason(bytes), RefusalReason::cxx_abi_differs);
}

TEST(Manifest, ThatIsBrokenIsRefused) {
  EXPECT_EQ(reason(""), RefusalReason::malformed_note);
  const std::string head = descriptor_of(kDeclaration).substr(0, 8);
  EXPECT_EQ(reason(head), RefusalReason::malformed_note);  // no id
  const std::string id = head + std::string("\x01\x00\x03\x00t_x", 7);
  EXPECT_TRUE(std::holds_alternative<TaskMetadata>(parse_manifest(id)));
  EXPECT_EQ(reason(id + id.substr(8)), RefusalReason::malformed_note);  // the id twice
  EXPECT_EQ(reason(id + std::string("\x03\x00\xFF\xFF"
                                    "a",
                                    5)),
            RefusalReason::malformed_note);
  EXPECT_EQ(reason(id + std::string("\x03\x00\x01\x00\xFF", 5)),
            RefusalReason::malformed_note);  // not UTF-8
  EXPECT_EQ(reason(id + std::string("\x03\x00\x03\x00"
                                    "a\x00"
                                    "b",
                                    7)),
            RefusalReason::malformed_note);  // a NUL inside
  EXPECT_EQ(reason(id + std::string("\x09\x00\x01\x00\x01", 5)),
            RefusalReason::malformed_note);  // half a parameter
}

TEST(Manifest, WithADefaultOfAnotherTypeIsNoValidTask) {
  EXPECT_EQ(reason(descriptor_of({.task_id = "t_x",
                                  .parameters = {{.name = "k",
                                                  .type = ParameterType::integer,
                                                  .default_value = "five"}}})),
            RefusalReason::invalid_task);
}

constexpr TaskDeclaration kPlainDeclaration{
    .task_id = "t_1P_profiling",
    .version = "1.0.0",
    .dependencies = {"t_1I_import", "t_1C_clean"},
    .parameters = {{.name = "k", .type = ParameterType::integer, .default_value = "5"},
                   {.name = "source", .type = ParameterType::text, .required = true}},
    .docstring = "Profiles."};

TEST(Manifest, ThatIsPlainlySoundGivesItsIdUnparsed) {
  const std::string plain = descriptor_of(kPlainDeclaration);
  EXPECT_EQ(sound_manifest_task_id(plain), "t_1P_profiling");
  EXPECT_EQ(manifest_task_id(plain), "t_1P_profiling");
  EXPECT_EQ(manifest_task_id(descriptor_of(kDeclaration)), "t_1P_profiling");
}

TEST(Manifest, WhoseTagsMustBeReadIsNotPlainlySound) {
  EXPECT_EQ(sound_manifest_task_id(descriptor_of(kDeclaration)), "");
}

TEST(Manifest, ThatIsNoValidTaskClassIsNotPlainlySound) {
  const auto with = [](std::string_view record) {
    return std::string(sound_manifest_task_id(descriptor_of({.task_id = "t_x"}).append(record)));
  };
  using namespace std::string_view_literals;
  EXPECT_EQ(with(""), "t_x");
  EXPECT_EQ(with("\x06\x00\x03\x00t_x"sv), "");      // it needs itself
  EXPECT_EQ(with("\x0A\x00\x07\x00t_a,t_a"sv), "");  // one of them twice
  EXPECT_EQ(with("\x06\x00\x03\x00t a"sv), "");      // no id
  EXPECT_EQ(with("\x04\x00\x03\x00"
                 "1 0"sv),
            "");                                                                  // no version
  EXPECT_EQ(with("\x09\x00\x09\x00\x04\x00\x01\x00\x00\x00\x00\x00k"sv), "t_x");  // a parameter
  EXPECT_EQ(with("\x09\x00\x09\x00\x04\x00\x01\x00\x00\x00\x00\x00k"
                 "\x09\x00\x09\x00\x04\x00\x01\x00\x00\x00\x00\x00k"sv),
            "");                                                                // the same again
  EXPECT_EQ(with("\x09\x00\x0A\x00\x02\x02\x01\x00\x01\x00\x00\x00kx"sv), "");  // 'x' is no integer
}

std::string damaged_at_random(std::string bytes, std::mt19937_64& random) {
  for (std::uint64_t hits = random() % 6 + 1; hits > 0; --hits)
    bytes[8 + random() % (bytes.size() - 8)] = static_cast<char>(random());
  if (random() % 4 == 0) bytes.resize(random() % (bytes.size() + 1));
  return bytes;
}

TEST(Manifest, NoDamageDoesHarm) {
  std::mt19937_64 random(20261123);
  const std::string sound = descriptor_of(kDeclaration);
  for (int round = 0; round < 20'000; ++round) parse_manifest(damaged_at_random(sound, random));
}

// Property: what is plainly sound parses, is a valid task class, and has that id.
TEST(Manifest, PlainSoundnessNeverSaysMoreThanParsingAndValidation) {
  std::mt19937_64 random(7);
  const std::string plain = descriptor_of(kPlainDeclaration);
  int sound = 0;
  for (int round = 0; round < 50'000; ++round) {
    const std::string damaged = damaged_at_random(plain, random);
    const std::string_view task_id = sound_manifest_task_id(damaged);
    if (task_id.empty()) continue;
    ++sound;
    const auto parsed = parse_manifest(damaged);
    ASSERT_TRUE(std::holds_alternative<TaskMetadata>(parsed)) << round;
    const auto& metadata = std::get<TaskMetadata>(parsed);
    ASSERT_EQ(metadata.task_id, task_id);
    const TaskClassPtr task_class =
        make_task_class(metadata, [](const Arguments&) { return std::unique_ptr<BaseTask>(); });
    ASSERT_THAT(validate_task_class(*task_class), ::testing::IsEmpty()) << round;
  }
  EXPECT_GT(sound, 1000);
}

}  // namespace
}  // namespace rota
