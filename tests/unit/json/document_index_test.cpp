#include "modules/json/document_index.h"

#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "modules/json/children.h"
#include "tests/unit/json/support.h"

using namespace adyton::json;

namespace {

const std::string document =
    R"( {"a" : [1, [], {"b":"}]\"", "c\n" :{}}, -2.5e3 ],"é":[[[true]]], "":null, "s":"x,y" } )";

Fault build(DocumentIndex& index, const Padded& text, std::size_t deepest = max_depth) {
  return index.build(text.view(), deepest);
}

/// The value written with the index alone, without white space, its keys as they lie.
void write(const DocumentIndex& index, Spot spot, std::string& out) {
  if (!index.is_container(spot)) {
    out += index.raw(spot);
    return;
  }
  const bool object = index.at(spot) == '{';
  out += object ? '{' : '[';
  const char* separator = "";
  for (Children children(index, spot); children.next(); separator = ",") {
    out += separator;
    if (object) out += '"' + std::string(children.key()) + "\":";
    write(index, children.value(), out);
  }
  out += object ? '}' : ']';
}

std::string written(std::string_view text) {
  const Padded padded(text);
  DocumentIndex index;
  REQUIRE_FALSE(build(index, padded));
  std::string out;
  write(index, index.root(), out);
  return out;
}

/// Where each container ends, by a second, slow way.
std::vector<std::string> containers_of(std::string_view text) {
  std::vector<std::string> all;
  std::vector<std::pair<std::size_t, std::size_t>> open;  // which, and where it begins
  bool in_string = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (in_string) {
      if (text[i] == '\\') {
        ++i;
      } else {
        in_string = text[i] != '"';
      }
    } else if (text[i] == '"') {
      in_string = true;
    } else if (text[i] == '{' || text[i] == '[') {
      open.emplace_back(all.size(), i);
      all.emplace_back();
    } else if (text[i] == '}' || text[i] == ']') {
      all[open.back().first] = text.substr(open.back().second, i + 1 - open.back().second);
      open.pop_back();
    }
  }
  return all;
}

void collect(const DocumentIndex& index, Spot spot, std::vector<std::string>& all) {
  if (!index.is_container(spot)) return;
  CHECK(spot.number == all.size());
  all.emplace_back(index.raw(spot));
  for (Children children(index, spot); children.next();) collect(index, children.value(), all);
}

}  // namespace

TEST_CASE("every container's end is known, and what is numbered behind it") {
  for (const std::string& text : {document, lengthened(document)}) {
    const Padded padded(text);
    DocumentIndex index;
    REQUIRE_FALSE(build(index, padded));
    std::vector<std::string> found;
    collect(index, index.root(), found);
    CHECK(found == containers_of(text));
    CHECK(index.containers() == found.size());
    CHECK(index.behind(index.root()).number == found.size());
  }
}

TEST_CASE("a document is gone through as it lies") {
  const std::string expected =
      R"({"a":[1,[],{"b":"}]\"","c\n":{}},-2.5e3],"é":[[[true]]],"":null,"s":"x,y"})";
  CHECK(written(document) == expected);
  CHECK(written(lengthened(document)) == expected);
  CHECK(written(" 17 ") == "17");
  CHECK(written("17") == "17");
  CHECK(written("true") == "true");
  CHECK(written("\"\"") == "\"\"");
  CHECK(written("[ ]") == "[]");
  CHECK(written("{\n}") == "{}");
}

TEST_CASE("a text cut anywhere is no document, as the validator says") {
  for (std::size_t size = 0; size < document.size(); ++size) {
    const std::string_view cut(document.data(), size);
    for (const std::string& text : {std::string(cut), lengthened(cut)}) {
      const Padded padded(text);
      DocumentIndex index;
      const Fault fault = build(index, padded);
      const Fault expected = validate(padded.view());
      // Cut within a character, or behind the last bracket.
      if (!expected) {
        CHECK(static_cast<bool>(fault) == (size < document.size() - 1));
        continue;
      }
      REQUIRE(fault);
      CHECK(fault.offset == expected.offset);
      CHECK(std::string_view(fault.message) == expected.message);
    }
  }
}

TEST_CASE("a byte changed anywhere gives what the validator gives") {
  for (const char byte : {'"', '\\', '{', '}', '[', ']', ',', ':', '\x01', 'x', ' ', '0'}) {
    for (std::size_t i = 0; i < document.size(); ++i) {
      std::string text = document;
      text[i] = byte;
      for (const std::string& variant : {text, lengthened(text)}) {
        const Padded padded(variant);
        DocumentIndex index;
        const Fault fault = build(index, padded);
        const Fault expected = validate(padded.view());
        if (!expected && fault) CHECK(std::string_view(fault.message) == "not UTF-8");
        if (expected) {
          REQUIRE(fault);
          CHECK(fault.offset == expected.offset);
        }
      }
    }
  }
}

TEST_CASE("what is not UTF-8 is no document") {
  for (const char* text :
       {"\"\xff\"", "\"\xc3\"", "\"\xed\xa0\x80\"", "[\"\xf8\x88\x80\x80\x80\"]"}) {
    for (const std::string& variant : {std::string(text), lengthened(text)}) {
      const Padded padded(variant);
      DocumentIndex index;
      CHECK(build(index, padded));
    }
  }
}

TEST_CASE("documents nest as deep as the caller says") {
  const auto nested = [](std::size_t depth) {
    std::string text;
    for (std::size_t i = 0; i < depth; ++i) text += i % 2 == 0 ? "[" : "{\"k\":";
    text += "0";
    for (std::size_t i = depth; i-- > 0;) text += i % 2 == 0 ? "]" : "}";
    return text;
  };
  for (const std::size_t depth : {0u, 1u, 5u, 1024u, 5000u}) {
    const Padded padded(nested(depth));
    DocumentIndex enough;
    CHECK_FALSE(build(enough, padded, depth));
    CHECK(enough.containers() == depth);
    if (depth == 0) continue;
    DocumentIndex less;
    CHECK(build(less, padded, depth - 1));
  }
}

TEST_CASE("an index is small") {
  std::string text = "[";
  for (int i = 0; i < 1000; ++i) text += "{\"key\":[1,2,\"three\"]},";
  text += "0]";
  const Padded padded(text);
  DocumentIndex index;
  REQUIRE_FALSE(build(index, padded));
  CHECK(index.containers() == 2001);
  CHECK(index.memory() <= 2001 * 8);
}
