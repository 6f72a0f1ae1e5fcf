#include "modules/json/pointer.h"

#include <doctest/doctest.h>

using namespace adyton::json;

namespace {
Pointer pointer(std::string_view text) {
  return *Pointer::parse(text);
}
}  // namespace

TEST_CASE("a pointer's tokens are unescaped, a star is a wildcard, ~2 a literal star") {
  const Pointer p = pointer("/a~1b/~0/*/~2/");
  REQUIRE(p.tokens().size() == 5);
  CHECK(p.tokens()[0].key == "a/b");
  CHECK(p.tokens()[1].key == "~");
  CHECK(p.tokens()[2].any);
  CHECK(p.tokens()[3].key == "*");
  CHECK_FALSE(p.tokens()[3].any);
  CHECK(p.tokens()[4].key == "");
  CHECK(p.has_wildcard());
  CHECK_FALSE(pointer("/~2").has_wildcard());
  CHECK(pointer("").tokens().empty());
  CHECK(pointer("/**").tokens()[0].key == "**");
}

TEST_CASE("what is no pointer is refused with the way out") {
  CHECK(Pointer::parse("a").error().message.find("\"/a\"") != std::string::npos);
  CHECK_FALSE(Pointer::parse("/a~").ok());
  CHECK_FALSE(Pointer::parse("/a~3").ok());
  CHECK_FALSE(Pointer::parse("/\xff").ok());
}

TEST_CASE("pointers overlap where they could name the same value or one inside the other") {
  CHECK(overlap(pointer("/a"), pointer("/a")));
  CHECK(overlap(pointer("/a"), pointer("/a/b")));
  CHECK(overlap(pointer("/*"), pointer("/a/b")));
  CHECK(overlap(pointer("/a/*"), pointer("/*/b")));
  CHECK(overlap(pointer(""), pointer("/x")));
  CHECK_FALSE(overlap(pointer("/a/x"), pointer("/*/y")));
  CHECK_FALSE(overlap(pointer("/a"), pointer("/ab")));
  CHECK_FALSE(overlap(pointer("/~2"), pointer("/a")));
}

TEST_CASE("an array takes a plain decimal as an index") {
  CHECK(array_index("0") == 0);
  CHECK(array_index("12") == 12);
  for (const char* key : {"", "01", "-1", "+1", "1a", "-", "99999999999999999999"}) {
    CAPTURE(key);
    CHECK_FALSE(array_index(key));
  }
}

TEST_CASE("in a plain pointer a star is a key as any other, and ~2 no escape") {
  const auto plain = Pointer::parse("/*/a~1b/~0", Pointer::Stars::plain);
  REQUIRE(plain);
  REQUIRE(plain->tokens().size() == 3);
  CHECK_FALSE(plain->has_wildcard());
  CHECK(plain->tokens()[0].key == "*");
  CHECK(plain->tokens()[1].key == "a/b");
  CHECK(plain->tokens()[2].key == "~");
  CHECK(Pointer::parse("/~2", Pointer::Stars::any));
  CHECK_FALSE(Pointer::parse("/~2", Pointer::Stars::plain));
  CHECK_FALSE(Pointer::parse("a", Pointer::Stars::plain));
  CHECK(Pointer::parse("/\xed\xa0\x80", Pointer::Stars::plain));
  CHECK_FALSE(Pointer::parse("/\xed\xa0\x80"));
}

TEST_CASE("a token is written so that it is read again") {
  for (const char* key : {"", "a", "~", "/", "~1", "a/b~c", "~01", "*"}) {
    const auto pointer = Pointer::parse("/" + written_token(key), Pointer::Stars::plain);
    REQUIRE(pointer);
    REQUIRE(pointer->tokens().size() == 1);
    CHECK(pointer->tokens()[0].key == key);
  }
}
