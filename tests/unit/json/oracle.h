#pragma once

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <boost/json/basic_parser_impl.hpp>
#include <doctest/doctest.h>

#include "host/base/text.h"
#include "modules/json/parse.h"
#include "modules/json/scan.h"
#include "tests/unit/json/support.h"

// Boost.JSON 1.81 is stricter than RFC 8259 in two ways, and in those alone may it differ: it wants
// both halves of a surrogate pair, and an exponent that fits an int. Scanner and parser must agree
// in everything but UTF-8: the scanner leaves it to is_utf8(), the parser takes surrogates in three
// bytes, as Python's "surrogatepass" does.

namespace adyton::json::test {

/// What a document holds, in its order: words, numbers as they are written, strings in UTF-8.
class Told {
 public:
  static constexpr NumberForm number_form = NumberForm::text;

  bool literal(Literal literal) { return add(name_of(literal)); }
  bool integer(std::int64_t) { return false; }
  bool big_integer(std::string_view) { return false; }
  bool real(double) { return false; }
  bool number(std::string_view digits, NumberToken::Kind) { return add(digits); }
  bool constant(Constant) { return false; }
  bool string(const StringToken& token) { return add(cat('"', to_utf8(token))); }
  bool key(const StringToken& token) { return add(cat(':', to_utf8(token))); }
  bool begin_array() { return add("["); }
  bool end_array(std::size_t count) { return add(cat(']', count)); }
  bool begin_object() { return add("{"); }
  bool end_object(std::size_t count) { return add(cat('}', count)); }

  bool add(std::string_view event) {
    text += event;
    text += '\n';
    return true;
  }

  std::string text;
};

/// The same as Boost.JSON tells it, which gives strings and numbers in parts.
struct BoostTold {
  static constexpr std::size_t max_object_size = -1;
  static constexpr std::size_t max_array_size = -1;
  static constexpr std::size_t max_key_size = -1;
  static constexpr std::size_t max_string_size = -1;
  using Code = boost::json::error_code;
  using View = boost::json::string_view;

  bool on_document_begin(Code&) { return true; }
  bool on_document_end(Code&) { return true; }
  bool on_array_begin(Code&) { return told.begin_array(); }
  bool on_array_end(std::size_t count, Code&) { return told.end_array(count); }
  bool on_object_begin(Code&) { return told.begin_object(); }
  bool on_object_end(std::size_t count, Code&) { return told.end_object(count); }
  bool on_string_part(View s, std::size_t, Code&) { return keep(s); }
  bool on_string(View s, std::size_t, Code&) { return finish("\"", s); }
  bool on_key_part(View s, std::size_t, Code&) { return keep(s); }
  bool on_key(View s, std::size_t, Code&) { return finish(":", s); }
  bool on_number_part(View s, Code&) { return keep(s); }
  bool on_int64(std::int64_t, View s, Code&) { return finish("", s); }
  bool on_uint64(std::uint64_t, View s, Code&) { return finish("", s); }
  bool on_double(double, View s, Code&) { return finish("", s); }
  bool on_bool(bool value, Code&) { return told.literal(value ? Literal::true_ : Literal::false_); }
  bool on_null(Code&) { return told.literal(Literal::null); }
  bool on_comment_part(View, Code&) { return true; }
  bool on_comment(View, Code&) { return true; }

  bool keep(View s) {
    part.append(s.data(), s.size());
    return true;
  }
  bool finish(std::string_view before, View s) {
    keep(s);
    told.add(cat(before, part));
    part.clear();
    return true;
  }

  Told told;
  std::string part;
};

/// Boost.JSON's view of a text: whether it is JSON, and what it holds.
struct BoostVerdict {
  bool accepted;
  bool strict;  // refused for a reason of its own
  std::string told;

  explicit BoostVerdict(std::string_view text) {
    boost::json::parse_options options;
    options.max_depth = json::max_depth;
    boost::json::basic_parser<BoostTold> parser(options);
    boost::json::error_code code;
    const std::size_t read = parser.write_some(false, text.data(), text.size(), code);
    if (!code && read != text.size()) code = boost::json::error::extra_data;
    accepted = !code.failed();
    strict = code == boost::json::error::exponent_overflow || text.find("\\ud") != text.npos ||
             text.find("\\uD") != text.npos;
    told = parser.handler().told.text;
  }
};

/// The parser gets a text at the end of its memory block, which a sanitizer watches.
inline std::optional<ParseError> parsed(std::string_view text, Told& told) {
  const auto block = std::make_unique<char[]>(text.size() + 1);
  std::copy(text.begin(), text.end(), block.get());
  block[text.size()] = '\0';
  ParseOptions options;
  options.max_depth = json::max_depth;
  return parse({block.get(), text.size()}, options, told);
}

inline bool has_encoded_surrogate(std::string_view text) {
  for (std::size_t i = 1; i < text.size(); ++i) {
    if (text[i - 1] == '\xED' && static_cast<unsigned char>(text[i]) >= 0xA0) return true;
  }
  return false;
}

/// Parser and scanner take what Boost.JSON takes, and the parser tells what Boost.JSON tells.
inline void check_against_boost(std::string_view text) {
  INFO(std::string(text));
  Told told;
  const auto error = parsed(text, told);
  const bool scanned = !validated(text) && is_utf8(text);
  if (has_encoded_surrogate(text)) return;
  REQUIRE(scanned == !error.has_value());
  if (error) REQUIRE(error->offset <= text.size());
  const BoostVerdict boost(text);
  if (boost.accepted) REQUIRE_FALSE(error.has_value());
  if (!error && !boost.strict) REQUIRE(boost.accepted);
  if (boost.accepted) REQUIRE(told.text == boost.told);
}

}  // namespace adyton::json::test
