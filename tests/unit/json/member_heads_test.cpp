#include "modules/json/member_heads.h"

#include <algorithm>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "tests/unit/json/located.h"
#include "tests/unit/json/support.h"

using namespace adyton::json;
using adyton::json::detail::MemberHead;
using adyton::json::detail::MemberHeads;

namespace {

using Random = std::mt19937;

bool one_in(Random& random, unsigned n) {
  return random() % n == 0;
}

template <class List>
const auto& one_of(Random& random, const List& list) {
  return list[random() % std::size(list)];
}

/// A JSON text as its tokens, to be written with or without white space between them.
using Tokens = std::vector<std::string>;

/// A text, and where each token begins and ends.
struct Written {
  std::string text;
  std::vector<std::size_t> begins;
  std::vector<std::size_t> ends;

  Written(const Tokens& tokens, auto&& space) {
    for (const std::string& token : tokens) {
      text += space(token);
      begins.push_back(text.size());
      text += token;
      ends.push_back(text.size());
    }
  }
  /// The number of the token that begins or ends at an offset: what does not depend on the space.
  static std::ptrdiff_t number(const std::vector<std::size_t>& offsets, std::uint32_t offset) {
    if (offset == no_offset) return -1;
    const auto found = std::lower_bound(offsets.begin(), offsets.end(), offset);
    REQUIRE(found != offsets.end());
    REQUIRE(*found == offset);
    return found - offsets.begin();
  }
};

/// Values of all kinds in objects whose members keep their order from object to object, but for
/// some that come, go, are repeated or written otherwise.
class Records {
 public:
  explicit Records(unsigned seed) : random_(seed) {}

  Tokens next() {
    Tokens tokens;
    disorder_ = one_of(random_, std::vector<unsigned>{2, 5, 20, 1000});
    object(tokens, 0);
    return tokens;
  }
  Random& random() { return random_; }

 private:
  static inline const std::vector<std::string> keys = {"a",
                                                       "b",
                                                       "c",
                                                       "d",
                                                       "name",
                                                       "user",
                                                       "items",
                                                       "id",
                                                       "sixteen bytes __",
                                                       "x y",
                                                       "a key of twenty-two __",
                                                       "a key longer than any head is __"};

  void object(Tokens& out, unsigned depth) {
    out.push_back("{");
    std::vector<std::string> members(keys.begin() + depth, keys.begin() + depth + 8);
    if (one_in(random_, disorder_)) std::shuffle(members.begin(), members.end(), random_);
    bool first = true;
    for (const std::string& key : members) {
      if (one_in(random_, 2 * disorder_)) continue;
      const int times = one_in(random_, 4 * disorder_) ? 2 : 1;
      for (int i = 0; i < times; ++i) {
        if (!first) out.push_back(",");
        first = false;
        out.push_back(one_in(random_, disorder_) ? other_key(key) : '"' + key + '"');
        out.push_back(":");
        value(out, depth + 1);
      }
    }
    out.push_back("}");
  }

  std::string other_key(const std::string& key) {
    switch (random_() % 4) {
      case 0:  // the same, its first letter escaped
        return std::string("\"\\u00") + (key[0] < 'p' ? '6' : '7') +
               "0123456789abcdef"[key[0] & 15] + key.substr(1) + '"';
      case 1:
        return '"' + key + "_\"";
      case 2:
        return "\"\"";
      default:
        return '"' + std::to_string(random_() % 1000) + '"';
    }
  }

  void value(Tokens& out, unsigned depth) {
    const auto kind = random_() % (depth < 4 ? 8 : 6);
    if (kind == 6) return object(out, depth);
    if (kind == 7) {
      out.push_back("[");
      for (unsigned i = 0, n = random_() % 4; i < n; ++i) {
        if (i != 0) out.push_back(",");
        value(out, depth + 1);
      }
      out.push_back("]");
      return;
    }
    out.push_back(
        one_of(random_, std::vector<std::string>{"1", "-2.5e3", "null", "false", "\"text\"", "\"\"",
                                                 "\"a \\\"quoted\\\" one\"", "{}", "[]",
                                                 '"' + std::string(random_() % 80, 'x') + '"'}));
    if (one_in(random_, 500)) out.back() = '"' + std::string(5000, 'y') + '"';
  }

  Random random_;
  unsigned disorder_ = 1;
};

struct Question {
  FieldSet fields;
  Select select;
  Locations warm;
};

std::vector<Question> questions() {
  std::vector<Question> out;
  for (const std::vector<const char*>& texts : std::vector<std::vector<const char*>>{
           {"/a", "/user", "/d"},
           {"/a/b", "/user/name", "/user/x y/id", "/c", "/b/sixteen bytes __"},
           {"/*"},
           {"/a/*/name", "/name", "/c/1", "/c/0/d"},
           {"/a/x", "/*/name", "/user/c"},
           {"/a key of twenty-two __", "/a key longer than any head is __/id", "/b"},
           {}}) {
    std::vector<Pointer> pointers;
    for (const char* text : texts) pointers.push_back(*Pointer::parse(text));
    for (const Select select : {Select::fields, Select::rest}) {
      out.push_back({FieldSet(pointers), select, {}});
    }
  }
  return out;
}

/// One who has seen many texts finds what one finds who sees his first.
void check_warm_as_cold(Question& question, const std::string& text) {
  const Padded padded(text);
  Locations cold;
  const FieldSet unused(question.fields.pointers());
  const Fault expected = unused.locate(padded.view(), cold, question.select);
  const Fault fault = question.fields.locate(padded.view(), question.warm, question.select);
  CAPTURE(text);
  REQUIRE(fault.offset == expected.offset);
  REQUIRE(fault.message == expected.message);
  if (!fault) REQUIRE(found_in(question.warm) == found_in(cold));
}

/// What is found, offsets told as tokens.
Found tokens_found(const Question& question, const Written& written, Locations& locations) {
  const Padded padded(written.text);
  REQUIRE_FALSE(question.fields.locate(padded.view(), locations, question.select));
  for (Match& m : locations.matches) {
    const auto to_token = [](const std::vector<std::size_t>& offsets, std::uint32_t& offset) {
      offset = static_cast<std::uint32_t>(Written::number(offsets, offset));
    };
    for (std::uint32_t* offset : {&m.member, &m.begin, &m.container, &m.comma, &m.next}) {
      to_token(written.begins, *offset);
    }
    to_token(written.ends, m.end);
  }
  for (Gap& gap : locations.gaps) {
    gap.begin = static_cast<std::uint32_t>(Written::number(written.begins, gap.begin));
    gap.end = static_cast<std::uint32_t>(Written::number(written.ends, gap.end));
  }
  return found_in(locations);
}

constexpr auto no_space = [](const std::string&) { return ""; };
/// As Python's json writes.
constexpr auto some_space = [](const std::string& token) {
  return token == "," || token == ":" || token == "{" || token == "}" ? "" : " ";
};
/// Before each comma, too: so no head is ever kept.
constexpr auto much_space = [](const std::string&) { return " \t"; };

}  // namespace

TEST_CASE("what was learnt from other records changes nothing in what is found") {
  auto all = questions();
  Records records(1);
  for (int i = 0; i < 4000; ++i) {
    const Tokens tokens = records.next();
    const std::string text = one_in(records.random(), 3) ? Written(tokens, some_space).text
                                                         : Written(tokens, no_space).text;
    for (Question& question : all) check_warm_as_cold(question, text);
  }
}

TEST_CASE("a member known by its head is found where one that is read is found") {
  auto all = questions();
  Records records(2);
  for (int i = 0; i < 2000; ++i) {
    const Tokens tokens = records.next();
    for (Question& question : all) {
      Question unused{FieldSet(question.fields.pointers()), question.select, {}};
      const Found expected = tokens_found(unused, Written(tokens, much_space), unused.warm);
      CAPTURE(Written(tokens, no_space).text);
      REQUIRE(tokens_found(question, Written(tokens, no_space), question.warm) == expected);
      REQUIRE(tokens_found(question, Written(tokens, some_space), question.warm) == expected);
    }
  }
}

TEST_CASE("what was learnt hides no fault and makes none") {
  auto all = questions();
  Records records(3);
  Random& random = records.random();
  for (int i = 0; i < 3000; ++i) {
    std::string text = Written(records.next(), no_space).text;
    for (Question& question : all) check_warm_as_cold(question, text);
    for (int damage = 0; damage < 3; ++damage) {
      std::string damaged = text;
      const std::size_t at = random() % damaged.size();
      switch (random() % 4) {
        case 0:
          damaged[at] = "\"\\{}[],: \n0e-"[random() % 13];
          break;
        case 1:
          damaged.erase(at, 1 + random() % 3);
          break;
        case 2:
          damaged.insert(at, 1, "\"\\{}[],: \n0e-"[random() % 13]);
          break;
        default:
          damaged.resize(at);
      }
      for (Question& question : all) check_warm_as_cold(question, damaged);
    }
  }
}

TEST_CASE("a text that is cut ends there, whatever is known and stands behind it") {
  for (Question& question : questions()) {
    Records records(5);
    for (int i = 0; i < 40; ++i) {
      const Padded whole(Written(records.next(), no_space).text);
      REQUIRE_FALSE(question.fields.locate(whole.view(), question.warm, question.select));
      for (std::size_t size = 0; size < std::min<std::size_t>(whole.view().size(), 400); ++size) {
        const std::string_view cut = whole.view().substr(0, size);
        Locations cold;
        const Padded alone(cut);
        const FieldSet unused(question.fields.pointers());
        const Fault expected = unused.locate(alone.view(), cold, question.select);
        const Fault fault = question.fields.locate(cut, question.warm, question.select);
        REQUIRE(fault.offset == expected.offset);
        REQUIRE(fault.message == expected.message);
      }
    }
  }
}

TEST_CASE("what was learnt for one set of fields is nothing to another") {
  auto all = questions();
  Records records(4);
  Question together{std::move(all[0].fields), Select::fields, {}};
  for (int i = 0; i < 500; ++i) {
    const std::string text = Written(records.next(), no_space).text;
    for (Question& question : all) {
      if (&question == &all[0]) continue;
      std::swap(together.fields, question.fields);
      check_warm_as_cold(together, text);
      std::swap(together.fields, question.fields);
    }
  }
}

TEST_CASE("a head stands where all its bytes stand") {
  const std::string padding(MemberHead::longest, '#');
  for (std::size_t size = 4; size <= MemberHead::longest; ++size) {
    const std::string bytes = ",\"" + std::string(size - 4, 'k') + "\":";
    const std::string text = bytes + padding;
    const MemberHead head(text.data(), text.data() + 1, text.data() + size - 1, text.data() + size,
                          nullptr);
    const std::string other = bytes + std::string(MemberHead::longest, '!');
    REQUIRE(head.stands_at(other.data()));
    CHECK(head.end(other.data()) == other.data() + size);
    for (std::size_t i = 0; i < size; ++i) {
      std::string wrong = other;
      wrong[i] = '~';
      CHECK_FALSE(head.stands_at(wrong.data()));
    }
  }
  const std::string zeros(MemberHead::longest, '\0');
  CHECK_FALSE(MemberHead().stands_at(zeros.data()));
  CHECK_FALSE(MemberHead().stands_at(padding.data()));
}

namespace {

struct Member {
  std::string text;
  MemberHead head;

  explicit Member(int number)
      : text(",\"" + std::to_string(number) + "\":" + std::string(MemberHead::longest, ' ')),
        head(text.data(), text.data() + 1, text.data() + text.find(':'),
             text.data() + text.find(':') + 1, nullptr) {}
};

/// An object whose members have these numbers; how many of them were known from others.
int read_object(MemberHeads& heads, const std::vector<int>& numbers) {
  int known = 0;
  MemberHead* last = heads.start();
  for (const int number : numbers) {
    const Member member(number);
    if (MemberHead* const next = heads.known(last, member.text.data())) {
      ++known;
      last = next;
    } else if (heads.learning(last)) {
      last = heads.learn(last, member.head);
    } else {
      continue;
    }
    REQUIRE(last->same_as(member.head));
  }
  return known;
}

}  // namespace

TEST_CASE("two heads that have followed another are known again") {
  MemberHeads heads;
  CHECK(read_object(heads, {1, 2, 3, 4}) == 0);
  CHECK(read_object(heads, {1, 2, 3, 4}) == 4);
  CHECK(read_object(heads, {1, 2, 4}) == 2);
  for (int i = 0; i < 3; ++i) {
    CHECK(read_object(heads, {1, 2, 4}) == 3);
    CHECK(read_object(heads, {1, 2, 3, 4}) == 4);
  }
  CHECK(read_object(heads, {1, 1, 1}) == 2);
  CHECK(read_object(heads, {1, 1, 1}) == 3);
}

TEST_CASE("heads that don't come again are given up, and tried again later") {
  MemberHeads heads;
  int number = 0;
  const auto others = [&] { return std::vector<int>{number++, number++, number++, number++}; };
  while (heads.learning(heads.start())) REQUIRE(read_object(heads, others()) == 0);
  CHECK(number < 2000);
  CHECK(heads.known(heads.start(), Member(number - 1).text.data()) == nullptr);
  int objects = 0;
  while (!heads.learning(heads.start())) ++objects;
  CHECK(objects > 500);
  CHECK(read_object(heads, {-1, -2, -3}) == 0);
  CHECK(read_object(heads, {-1, -2, -3}) == 3);
}
