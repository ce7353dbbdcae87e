// SPDX-License-Identifier: Apache-2.0
#include <rota/arguments.h>

#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rota {
namespace {

using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

TEST(Value, KeepsTheTypeItWasMadeFrom) {
  EXPECT_EQ(Value().type_name(), "null");
  EXPECT_EQ(Value(true).type_name(), "boolean");
  EXPECT_EQ(Value(4).type_name(), "integer");
  EXPECT_EQ(Value(4U).type_name(), "integer");
  EXPECT_EQ(Value(0.5F).type_name(), "number");
  EXPECT_EQ(Value("text").type_name(), "text");
  EXPECT_NE(Value(1), Value(1.0));
  EXPECT_THROW(Value(std::numeric_limits<std::uint64_t>::max()), ArgumentError);
}

TEST(Value, IsReadFromTextAsTheTypeAskedFor) {
  EXPECT_EQ(Value::parse("4", ParameterType::integer), Value(4));
  EXPECT_EQ(Value::parse("4", ParameterType::number), Value(4.0));
  EXPECT_EQ(Value::parse("4", ParameterType::text), Value("4"));
  EXPECT_EQ(Value::parse("yes", ParameterType::boolean), Value(true));
  EXPECT_EQ(Value::parse("4", ParameterType::any), Value(4));
  EXPECT_EQ(Value::parse("4x", ParameterType::any), Value("4x"));
  EXPECT_EQ(Value::parse("", ParameterType::text), Value(""));
}

TEST(Value, RefusesTextOfAnotherType) {
  EXPECT_THAT([] { Value::parse("four", ParameterType::integer); },
              ThrowsMessage<ArgumentError>(HasSubstr("'four' is no integer")));
  EXPECT_THROW(Value::parse("4.5", ParameterType::integer), ArgumentError);
  EXPECT_THROW(Value::parse("9223372036854775808", ParameterType::integer), ArgumentError);
  EXPECT_THROW(Value::parse("nan", ParameterType::number), ArgumentError);
  EXPECT_THROW(Value::parse("", ParameterType::number), ArgumentError);
  EXPECT_THROW(Value::parse("maybe", ParameterType::boolean), ArgumentError);
}

TEST(Arguments, AreMadeFromABracedList) {
  const Arguments arguments = {{"threads", 4}, {"source", "data"}, {"threads", 5}};
  EXPECT_EQ(arguments.size(), 2U);
  EXPECT_EQ(arguments.get<int>("threads"), 5);
  EXPECT_EQ(arguments.get<std::string>("source"), "data");
}

TEST(Arguments, GiveAnIntegerWhereANumberIsAskedFor) {
  const Arguments arguments = {{"k", 5}};
  EXPECT_EQ(arguments.get<double>("k"), 5.0);
}

TEST(Arguments, NameWhatIsMissingOrOfAnotherType) {
  const Arguments arguments = {{"threads", "four"}, {"k", 300}};
  EXPECT_THAT([&] { arguments.get<int>("none"); },
              ThrowsMessage<ArgumentError>(HasSubstr("argument none is missing")));
  EXPECT_THAT(
      [&] { arguments.get<int>("threads"); },
      ThrowsMessage<ArgumentError>(HasSubstr("argument threads is text (four), not an integer")));
  EXPECT_THROW(arguments.get<std::uint8_t>("k"), ArgumentError);
  EXPECT_THROW(arguments.get<bool>("k"), ArgumentError);
}

TEST(Arguments, GiveTheFallbackOnlyForWhatIsNotThere) {
  const Arguments arguments = {{"k", 3}, {"nothing", Value()}};
  EXPECT_EQ(arguments.get<int>("k", 7), 3);
  EXPECT_EQ(arguments.get<int>("none", 7), 7);
  EXPECT_EQ(arguments.get<int>("nothing", 7), 7);
}

TEST(Arguments, EqualOnesGiveEqualJson) {
  const Arguments one = {{"b", 1}, {"a", 1.0}, {"c", Value()}, {"d", "quote \" line\n"}};
  const Arguments other = {{"d", "quote \" line\n"}, {"c", Value()}, {"a", 1.0}, {"b", 1}};
  EXPECT_EQ(one.to_json(), other.to_json());
  EXPECT_EQ(one.to_json(), R"({"a":1.0,"b":1,"c":null,"d":"quote \" line\n"})");
}

TEST(Arguments, JsonHoldsWhatJsonCannotSay) {
  EXPECT_EQ((Arguments{{"x", std::nan("")}}.to_json()), R"({"x":null})");
  EXPECT_EQ((Arguments{{"x", "\xFF"}}.to_json()), "{\"x\":\"\xEF\xBF\xBD\"}");
}

}  // namespace
}  // namespace rota
