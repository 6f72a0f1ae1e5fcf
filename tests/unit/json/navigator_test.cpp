#include "modules/json/navigator.h"

#include <chrono>
#include <functional>
#include <string>

#include <doctest/doctest.h>

#include "modules/json/children.h"
#include "modules/json/pointer_to.h"
#include "tests/unit/json/support.h"

using namespace adyton::json;

namespace {

std::size_t hash_of(std::string_view name) {
  return std::hash<std::string_view>()(name);
}
std::size_t same_hash(std::string_view) {
  return 7;
}

/// A document to navigate in.
struct Indexed {
  explicit Indexed(std::string_view text, NameTable::Hash hash = hash_of)
      : padded(text), navigator(index, hash) {
    REQUIRE_FALSE(index.build(padded.view(), max_depth));
  }
  std::string text(std::optional<Spot> spot) const {
    return spot ? std::string(index.raw(*spot)) : "none";
  }
  std::string at(std::string_view pointer) {
    const auto tokens = Pointer::parse(pointer, Pointer::Stars::plain)->tokens();
    const auto found = navigator.follow(index.root(), tokens);
    return (found.found == tokens.size() ? "" : std::to_string(found.found) + " of ") +
           text(found.spot);
  }

  Padded padded;
  DocumentIndex index;
  Navigator navigator;
};

/// An object of many members, each of whose values names its number.
std::string large_object(std::size_t members) {
  std::string text = "{";
  for (std::size_t i = 0; i < members; ++i) {
    text += "\"key " + std::to_string(i) + "\" : [" + std::to_string(i) + "], ";
  }
  return text + "\"last\":0}";
}

}  // namespace

TEST_CASE("a member is found by its name unescaped, and the last of a repeated name counts") {
  Indexed document(R"({"a":1,"\u0062":2,"a":3,"é":4,"a\"b":5,"":6})");
  const Spot root = document.index.root();
  for (int round = 0; round < 10; ++round) {
    CHECK(document.text(document.navigator.member(root, "a")) == "3");
    CHECK(document.text(document.navigator.member(root, "b")) == "2");
    CHECK(document.text(document.navigator.member(root, "é")) == "4");
    CHECK(document.text(document.navigator.member(root, "a\"b")) == "5");
    CHECK(document.text(document.navigator.member(root, "")) == "6");
    CHECK_FALSE(document.navigator.member(root, "a\\\"b"));
    CHECK_FALSE(document.navigator.member(root, "c"));
  }
  CHECK(document.navigator.size(root) == 5);
  const auto members = document.navigator.members(root);
  REQUIRE(members->size() == 5);
  CHECK(members->name(0) == "a");
  CHECK(document.text(members->value(0)) == "3");
  CHECK(members->name(1) == "b");
  CHECK(members->name(3) == "a\"b");
}

TEST_CASE("a large object is looked up in the same way by its table") {
  for (const NameTable::Hash hash : {&hash_of, &same_hash}) {
    const std::size_t count = hash == &hash_of ? 3000 : 300;
    Indexed document(large_object(count), hash);
    const Spot root = document.index.root();
    for (std::size_t i = 0; i < count; ++i) {
      const std::string number = std::to_string(i);
      CHECK(document.text(document.navigator.member(root, "key " + number)) == "[" + number + "]");
      CHECK_FALSE(document.navigator.member(root, "kex " + number));
    }
    CHECK(document.navigator.size(root) == count + 1);
    CHECK(document.navigator.memory() > 0);
  }
}

TEST_CASE("a large object's repeated and escaped names are as a small one's") {
  std::string text = large_object(500);
  text.back() = ',';
  text += R"("key 3":"again","k\u0065y 4":"and again"})";
  Indexed document(text);
  const auto members = document.navigator.members(document.index.root());
  CHECK(members->size() == 501);
  CHECK(members->name(3) == "key 3");
  CHECK(document.text(members->find("key 3")) == "\"again\"");
  CHECK(document.text(members->find("key 4")) == "\"and again\"");
  CHECK_FALSE(members->find("k\\u0065y 4"));
}

TEST_CASE("elements are found by their number") {
  std::string text = "[";
  for (int i = 0; i < 2000; ++i) text += std::to_string(i) + (i % 3 == 0 ? ", [{}], " : " ,\n");
  text += "\"end\"]";
  Indexed document(text);
  const Spot root = document.index.root();
  const auto all = document.navigator.elements(root);
  REQUIRE(all->size() == 2000 + 667 + 1);
  Indexed other(text);
  for (std::size_t i = all->size(); i-- > 0;) {
    CHECK(document.text(document.navigator.element(root, i)) == document.text((*all)[i]));
    CHECK(other.text(other.navigator.element(root, i)) == document.text((*all)[i]));
  }
  CHECK_FALSE(document.navigator.element(root, all->size()));
  CHECK(document.navigator.size(root) == all->size());
}

TEST_CASE("looking up all of a large container takes no quadratic time") {
  std::string array = "[0";
  for (int i = 1; i < 100'000; ++i) array += ",0";
  Indexed elements(array + "]");
  Indexed members(large_object(100'000));
  const auto start = std::chrono::steady_clock::now();
  std::size_t found = 0;
  for (std::size_t i = 0; i < 100'000; ++i) {
    found += elements.navigator.element(elements.index.root(), 99'999 - i) ? 1 : 0;
    found += members.navigator.member(members.index.root(), "key " + std::to_string(i)) ? 1 : 0;
    found += elements.navigator.size(elements.index.root()) == 100'000 ? 1 : 0;
    found += members.navigator.size(members.index.root()) == 100'001 ? 1 : 0;
  }
  CHECK(found == 400'000);
  // One by one it would be 10^10 members.
  CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(10));
}

TEST_CASE("small containers take no memory for tables") {
  Indexed document(R"({"a":[1,2,{"b":3}]})");
  for (int round = 0; round < 100; ++round) CHECK(document.at("/a/2/b") == "3");
  CHECK(document.navigator.memory() == 0);
}

TEST_CASE("a pointer is followed as RFC 6901 says") {
  Indexed document(R"({"foo":["bar","baz"],"":0,"a/b":1,"c%d":2,"e^f":3,"g|h":4,"i\\j":5,)"
                   R"("k\"l":6," ":7,"m~n":8,"*":{"01":9,"-":10}})");
  CHECK(document.at("/foo") == R"(["bar","baz"])");
  CHECK(document.at("/foo/0") == "\"bar\"");
  CHECK(document.at("/") == "0");
  CHECK(document.at("/a~1b") == "1");
  CHECK(document.at("/c%d") == "2");
  CHECK(document.at("/e^f") == "3");
  CHECK(document.at("/g|h") == "4");
  CHECK(document.at("/i\\j") == "5");
  CHECK(document.at("/k\"l") == "6");
  CHECK(document.at("/ ") == "7");
  CHECK(document.at("/m~0n") == "8");
  CHECK(document.at("/*/01") == "9");
  CHECK(document.at("/*/-") == "10");
  CHECK(document.at("/foo/2") == R"(1 of ["bar","baz"])");
  CHECK(document.at("/foo/-") == R"(1 of ["bar","baz"])");
  CHECK(document.at("/foo/00") == R"(1 of ["bar","baz"])");
  CHECK(document.at("/foo/0/x") == R"(2 of "bar")");
  CHECK(document.at("/nothing/at/all").starts_with("0 of {"));
}

TEST_CASE("the place of a byte is told as a pointer") {
  const std::string text = R"( {"a/b" : [1, {"c":"de"}], "~":null} )";
  Indexed document(text);
  const auto where = [&](std::string_view part) {
    return pointer_to(document.index, text.find(part));
  };
  CHECK(where("{\"a") == "");
  CHECK(where("a/b") == "/a~1b");
  CHECK(where("1,") == "/a~1b/0");
  CHECK(where("{\"c") == "/a~1b/1");
  CHECK(where("\"c") == "/a~1b/1/c");
  CHECK(where("e\"}") == "/a~1b/1/c");
  CHECK(where("null") == "/~0");
  CHECK(where("} ") == "");
}
