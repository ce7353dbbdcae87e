// SPDX-License-Identifier: Apache-2.0
#include "task/docstring.h"

#include <gtest/gtest.h>

namespace rota {
namespace {

constexpr const char* kDocstring =
    "Profiles the customers.\n"
    "In two passes.\n"
    "\n"
    "  @author: Data team\n"
    "  @Version: 2.1.0\n"
    "  @TEAM: privacy: core\n"
    "  @reviewed\n"
    "  @task_id: t_other\n"
    "  @dependencies: t_a, t_b ,\n";

TEST(Docstring, FillsWhatIsNotDeclared) {
  TaskMetadata metadata{.task_id = "t_x"};
  apply_docstring(kDocstring, metadata);
  EXPECT_EQ(metadata.author, "Data team");
  EXPECT_EQ(metadata.version, "2.1.0");
  EXPECT_EQ(metadata.description, "Profiles the customers.\nIn two passes.");
  EXPECT_EQ(metadata.dependencies, (std::vector<std::string>{"t_a", "t_b"}));
}

TEST(Docstring, KeepsOtherTagsUnderTheirNameInLowerCase) {
  TaskMetadata metadata;
  apply_docstring(kDocstring, metadata);
  EXPECT_EQ(metadata.tags,
            (std::map<std::string, std::string>{{"team", "privacy: core"}, {"reviewed", ""}}));
}

TEST(Docstring, NeverChangesTheId) {
  TaskMetadata metadata{.task_id = "t_x"};
  apply_docstring(kDocstring, metadata);
  EXPECT_EQ(metadata.task_id, "t_x");
  metadata.task_id.clear();
  apply_docstring(kDocstring, metadata);
  EXPECT_EQ(metadata.task_id, "");
}

TEST(Docstring, NeverChangesWhatIsDeclared) {
  TaskMetadata metadata{
      .description = "Mine", .version = "1.1.0", .dependencies = {"t_z"}, .author = "Me"};
  apply_docstring(kDocstring, metadata);
  EXPECT_EQ(metadata.description, "Mine");
  EXPECT_EQ(metadata.version, "1.1.0");
  EXPECT_EQ(metadata.author, "Me");
  EXPECT_EQ(metadata.dependencies, std::vector<std::string>{"t_z"});
}

TEST(Docstring, NeverChangesWhatIsDeclaredToBeTheDefault) {
  TaskMetadata metadata;
  apply_docstring(kDocstring, DeclaredFields{.version = true, .author = true}, metadata);
  EXPECT_EQ(metadata.version, "1.0.0");
  EXPECT_EQ(metadata.author, "unknown");
}

TEST(Docstring, TakesNoTagFromTheMiddleOfALineOrAnEmptyValue) {
  TaskMetadata metadata;
  apply_docstring("mail me@author: x\n@ version: 2\n@author:\n@version", metadata);
  EXPECT_EQ(metadata.author, "unknown");
  EXPECT_EQ(metadata.version, "1.0.0");
  EXPECT_TRUE(metadata.tags.empty());
}

}  // namespace
}  // namespace rota
