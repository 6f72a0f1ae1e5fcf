#include "modules/json/known_shapes.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

#include "tests/unit/json/located.h"
#include "tests/unit/json/support.h"

using namespace adyton::json;
using adyton::json::detail::KnownShapes;
using adyton::json::detail::Skeleton;

namespace {

using Random = std::mt19937;

template <class List>
const auto& one_of(Random& random, const List& list) {
  return list[random() % std::size(list)];
}

/// One who has located the fields in texts of this shape.
class Warm {
 public:
  Warm(std::initializer_list<const char*> pointers, std::string_view text,
       Select select = Select::fields)
      : set_(fields(pointers)), select_(select) {
    for (int i = 0; i < 3; ++i) REQUIRE_FALSE(set_.locate(Padded(text).view(), found_, select));
    if (Skeleton::available()) CHECK(knows(text));
  }

  /// Whether the text's shape is known.
  bool knows(std::string_view text) {
    const Padded padded(text);
    Findings found;
    KnownShapes& shapes = found_.notes->shapes;
    return shapes.usable(text.size()) && shapes.known(padded.view(), select_, found);
  }

  /// It finds what is found by one who has seen nothing yet. Gives whether the text is JSON.
  bool as_cold(std::string_view text) {
    const Padded padded(text);
    Locations cold;
    const FieldSet unused(set_.pointers());
    const Fault expected = unused.locate(padded.view(), cold, select_);
    const Fault fault = set_.locate(padded.view(), found_, select_);
    CAPTURE(text);
    REQUIRE(fault.offset == expected.offset);
    REQUIRE(fault.message == expected.message);
    if (!fault) REQUIRE(found_in(found_) == found_in(cold));
    return !fault;
  }

  /// The same; and the shape is known without reading the text.
  void known_as_cold(std::string_view text) {
    if (Skeleton::available()) {
      CAPTURE(text);
      REQUIRE(knows(text));
    }
    REQUIRE(as_cold(text));
  }

 private:
  FieldSet set_;
  Select select_;
  Locations found_;
};

const std::string record =
    R"({"id":17,"user":{"name":"Ada","email":"a@b.c"},"tags":["x",{"n":1}],"amount":-2.5e3,"gone":null})";

/// The record with something in the place of something else.
std::string with(std::string_view old, std::string_view other) {
  std::string text = record;
  const auto at = text.find(old);
  REQUIRE(at != std::string::npos);
  return text.replace(at, old.size(), other);
}

}  // namespace

TEST_CASE("a record of a known shape is not read, whatever its scalars and its white space") {
  for (const Select select : {Select::fields, Select::rest}) {
    Warm warm({"/user/name", "/id", "/tags/1/n", "/missing"}, record, select);
    for (const char* scalar :
         {"0", "-0", "7", "123456789012345", "1234567890123456", "12345678901234567890123", "-1.5",
          "0.000000000000000000001", "1e5", "1.25E-10", "null", "true", "false", "\"\"",
          "\"a \\\"b\\\" c\"", "\"\\u00e9 {[,:]}\"", "  12  "}) {
      warm.known_as_cold(with("17", scalar));
      warm.known_as_cold(with("\"Ada\"", scalar));
      warm.known_as_cold(with("-2.5e3", scalar));
      warm.known_as_cold(with("\"x\"", scalar));
      warm.known_as_cold(with("null", scalar));
    }
    warm.known_as_cold(with(":{", "  :  {  "));
    warm.known_as_cold("  " + with("},", " }  ,  ") + "   ");
    warm.known_as_cold(with("\"email\"", "\"email\" "));
  }
}

TEST_CASE("what is written in the scalars is checked") {
  Warm warm({"/user/name", "/id"}, record);
  for (const char* scalar : {"01",
                             "-",
                             "-01",
                             "1.",
                             ".5",
                             "1.e5",
                             "1e",
                             "1e+",
                             "+1",
                             "1x",
                             "1 2",
                             "nul",
                             "nulls",
                             "True",
                             "tru",
                             "falsey",
                             "Infinity",
                             "NaN",
                             "'a'",
                             "\\n",
                             "1\\n",
                             "\\\"",
                             "0x1",
                             "--1",
                             "1-",
                             "12345678901234567890123x",
                             "\"a\"b",
                             "1\"a\"",
                             "\"a\" \"b\"",
                             "\xc3\xa9",
                             "1\xc2\xa0",
                             "\"\\x\"",
                             "\"\\u12\"",
                             "\"a",
                             "",
                             "\"\t\"",
                             "nullnull",
                             "123456789012345x",
                             "1.5.5",
                             "1e5.5",
                             "\x7f"}) {
    CHECK_FALSE(warm.as_cold(with("17", scalar)));
    CHECK_FALSE(warm.as_cold(with("\"Ada\"", scalar)));
    CHECK_FALSE(warm.as_cold(with("-2.5e3", scalar)));
    CHECK_FALSE(warm.as_cold(with("null", scalar)));
    CHECK_FALSE(warm.as_cold(with("1}", std::string(scalar) + '}')));
  }
}

TEST_CASE("a key is a string, and where fields lead in it is the one that was read") {
  Warm warm(
      {"/user/name", "/id", "/a key longer than thirty-two bytes, which is compared in pieces"},
      record);
  for (const char* key : {"id", "user", "name", "email", "tags", "n", "amount", "gone"}) {
    const std::string quoted = '"' + std::string(key) + '"';
    for (const char* other : {"1", "1 ", "null", "null ", "x", "{}", "", "true"}) {
      CHECK_FALSE(warm.as_cold(with(quoted, other)));
    }
    for (const char* other : {"\"id\"", "\"name\"", "\"user\"", "\"i\\u0064\"", "\"\"", "\"xx\"",
                              "\"idx\"", "\"nam\""}) {
      CHECK(warm.as_cold(with(quoted, other)));
    }
  }
  // Where no field leads, any string will do.
  warm.known_as_cold(with("\"n\"", "\"m\""));
  const std::string long_key(70, 'k');
  const std::string text = R"({"a":1,")" + long_key + R"(":{"b":2,"c":3,"d":4,"e":5,"f":6,"g":7}})";
  Warm other({"/a", "/x"}, text);
  for (std::size_t i = 0; i < long_key.size(); ++i) {
    std::string changed = text;
    changed[8 + i] = 'x';
    if (Skeleton::available()) CHECK_FALSE(other.knows(changed));
    CHECK(other.as_cold(changed));
  }
}

TEST_CASE("every cut and every single damage is told as if nothing had been learnt") {
  for (const Select select : {Select::fields, Select::rest}) {
    Warm warm({"/user/name", "/tags/1", "/gone"}, record, select);
    for (std::size_t size = 0; size < record.size(); ++size) {
      CHECK_FALSE(warm.as_cold(record.substr(0, size)));
    }
    for (std::size_t i = 0; i < record.size(); ++i) {
      std::string damaged = record;
      for (const char c :
           {'"', '\\', '{', '}', '[', ']', ',', ':', ' ', '0', 'e', '-', '.', '\n', '\x80'}) {
        damaged[i] = c;
        warm.as_cold(damaged);
      }
      warm.as_cold(std::string(record).erase(i, 1));
      warm.as_cold(std::string(record).insert(i, 1, '"'));
      warm.as_cold(std::string(record).insert(i, 1, ','));
    }
  }
}

TEST_CASE("texts of a known shape are known in any script, and only in UTF-8") {
  const auto text_of = [](std::size_t before, std::string_view word) {
    return R"({"id":1,"text":")" + std::string(before, 'x').append(word) +
           std::string(200 - before, 'y') + "\"}";
  };
  Warm warm({"/id"}, text_of(0, ""));
  for (std::size_t before = 0; before <= 200; ++before) {
    for (const char* good : {"é", "€", "𝄞"}) warm.known_as_cold(text_of(before, good));
    for (const char* bad : {"\x80", "\xc3", "\xe2\x82", "\xed\xa0\x80", "\xff"}) {
      CHECK_FALSE(warm.knows(text_of(before, bad)));
      CHECK_FALSE(warm.as_cold(text_of(before, bad)));
    }
  }
}

TEST_CASE("from a text that is no JSON nothing is learnt, nor from the next in its place") {
  Warm warm({"/id"}, R"([0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22])");
  for (int times = 0; times < 3; ++times) CHECK_FALSE(warm.as_cold(with("17", "01")));
  CHECK(warm.as_cold(R"({"id":     7})"));  // too short for a shape
  CHECK_FALSE(warm.knows(record));
  CHECK(warm.as_cold(record));
}

TEST_CASE("a scalar alone ends with its text, whatever stands behind it") {
  const FieldSet set = fields({"/a"});
  Locations found;
  const std::string blanks(60, ' ');
  for (int i = 0; i < 3; ++i) REQUIRE_FALSE(set.locate(Padded(blanks + "10").view(), found));
  const std::string more = blanks + "1.5}" + blanks + blanks;
  CHECK(set.locate(std::string_view(more).substr(0, blanks.size() + 2), found));
  CHECK_FALSE(set.locate(std::string_view(more).substr(0, blanks.size() + 3), found));
}

TEST_CASE("shapes come and go; what is found is the same") {
  Random random(1);
  const auto value = [&](auto&& self, unsigned depth) -> std::string {
    switch (random() % (depth < 3 ? 5 : 3)) {
      case 0:
        return one_of(random, std::vector<std::string>{"1", "null", "-2.5", "\"text\"", "\"\\n\""});
      case 1:
        return "\"" + std::string(random() % 30, 'x') + "\"";
      case 2:
        return std::to_string(random());
      case 3: {
        std::string text = "[";
        for (auto left = random() % 3; left > 0; --left) {
          text += self(self, depth + 1) + (left > 1 ? "," : "");
        }
        return text + "]";
      }
      default: {
        std::string text = "{";
        for (auto left = random() % 4; left > 0; --left) {
          text += '"' + one_of(random, std::vector<std::string>{"a", "b", "c", "name"}) + "\":";
          text += self(self, depth + 1) + (left > 1 ? "," : "");
        }
        return text + "}";
      }
    }
  };
  for (const auto& pointers :
       {fields({"/a", "/b/c"}), fields({"/*/name", "/a/0"}), fields({"/b/*", "/c/name"})}) {
    Locations warm;
    int known = 0;
    for (int i = 0; i < 20000; ++i) {
      const std::string text = "{\"a\":" + value(value, 1) + ",\"b\":" + value(value, 1) +
                               ",\"long enough\":\"" + std::string(40, 'x') + "\"}";
      const Padded padded(text);
      const Select select = random() % 2 == 0 ? Select::fields : Select::rest;
      Locations cold;
      const FieldSet unused(pointers.pointers());
      REQUIRE_FALSE(unused.locate(padded.view(), cold, select));
      REQUIRE_FALSE(pointers.locate(padded.view(), warm, select));
      CAPTURE(text);
      REQUIRE(found_in(warm) == found_in(cold));
      Findings found;
      KnownShapes& shapes = warm.notes->shapes;
      if (shapes.usable(text.size()) && shapes.known(padded.view(), select, found)) ++known;
    }
    if (Skeleton::available()) CHECK(known > 500);
  }
}

TEST_CASE("texts of ever new shapes are given up for a while") {
  if (!Skeleton::available()) return;
  KnownShapes shapes;
  Findings found;
  const auto text = [](int members) {
    std::string out = "[";
    for (int i = 0; i < 100; ++i) out += (members >> (i % 20) & 1) != 0 ? "[]," : "0,";
    return out + "0]";
  };
  int given_up_after = 0;
  for (int i = 0; shapes.usable(100) && i < 100000; ++i) {
    CHECK_FALSE(shapes.known(Padded(text(i)).view(), Select::fields, found));
    CHECK_FALSE(shapes.learning());  // only what is met again is learnt
    ++given_up_after;
  }
  CHECK(given_up_after < 2000);
  int rest = 1;
  while (!shapes.usable(100)) ++rest;
  CHECK(rest > 500);
  // So are those with control characters, of which no shape is known.
  const std::string tabs = "[1,\t2]" + std::string(80, ' ');
  for (int i = 0; shapes.usable(100); ++i) {
    REQUIRE(i < 2000);
    CHECK_FALSE(shapes.known(Padded(tabs).view(), Select::fields, found));
  }
}

TEST_CASE("shapes are forgotten before they take much memory") {
  const auto text = [](int members) {
    std::string out = "{\"id\":1";
    for (int i = 0; i < members; ++i) out += ",\"" + std::to_string(i) + "\":0";
    return out + '}';
  };
  Warm warm({"/id"}, text(700));
  for (int i = 701; i < 740; ++i) {
    for (int times = 0; times < 3; ++times) CHECK(warm.as_cold(text(i)));
    if (Skeleton::available()) CHECK(warm.knows(text(i)));
  }
  // One of two may have made room for itself alone, not both.
  int most_known = 0;
  for (const int last : {740, 741}) {
    for (int times = 0; times < 3; ++times) CHECK(warm.as_cold(text(last)));
    int known = 0;
    for (int i = 700; i <= last; ++i) known += warm.knows(text(i)) ? 1 : 0;
    most_known = std::max(most_known, known);
  }
  if (Skeleton::available()) CHECK(most_known >= 2);
  CHECK(most_known < 30);
}

TEST_CASE("threads that locate the same fields lend each other what they learnt") {
  const FieldSet set = fields({"/user/name", "/id"});
  const std::array<std::string, 2> texts{record, with("\"x\"", "[\"x\",\"y\"]")};
  std::atomic<int> wrong = 0;
  std::vector<std::thread> threads;
  for (int number = 0; number < 4; ++number) {
    threads.emplace_back([&] {
      for (std::size_t i = 0; i < 2000; ++i) {
        Locations found;  // so that notes go round
        for (const std::string& text : texts) {
          const Padded padded(text);
          if (set.locate(padded.view(), found) || found.matches.size() != 2) ++wrong;
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(wrong == 0);
}

TEST_CASE("what was learnt serves the next Locations") {
  if (!Skeleton::available()) return;
  const FieldSet set = fields({"/id"});
  const Padded text(record);
  const void* first = nullptr;
  {
    Locations found;
    for (int i = 0; i < 3; ++i) REQUIRE_FALSE(set.locate(text.view(), found));
    first = found.notes.get();
  }
  Locations one;
  REQUIRE_FALSE(set.locate(text.view(), one));
  CHECK(one.notes.get() == first);
  Findings ignored;
  CHECK(one.notes->shapes.known(text.view(), Select::fields, ignored));
  Locations two;
  REQUIRE_FALSE(set.locate(text.view(), two));
  CHECK(two.notes.get() != first);
  // Given back when another set's are borrowed, or moved over; kept by a Locations alone.
  const FieldSet other = fields({"/user"});
  REQUIRE_FALSE(other.locate(text.view(), one));
  two = std::move(one);
  Locations three;
  REQUIRE_FALSE(set.locate(text.view(), three));
  Locations alone;
  { REQUIRE_FALSE(fields({"/gone"}).locate(text.view(), alone)); }
  CHECK(alone.matches.size() == 1);
}
