#pragma once

#include <string>
#include <string_view>

#include "host/base/text.h"
#include "modules/json/parse.h"

namespace adyton::json::test {

/// A handler without Python: writes each event down, in the order of the document.
///   n t f · i42 b<digits> r<repr> N+ N- NaN · "string" · "key": · [ ]count · { }count
/// Stops, if asked to, at the event of that number (the first is 1).
class Events {
 public:
  static constexpr NumberForm number_form = NumberForm::value;

  explicit Events(int stop_at = 0) : stop_at_(stop_at) {}

  const std::string& text() const { return text_; }
  int count() const { return count_; }

  bool literal(Literal literal) { return add(std::string(1, name_of(literal).front())); }
  bool integer(std::int64_t value) { return add(cat("i", value)); }
  bool big_integer(std::string_view digits) { return add(cat("b", digits)); }
  bool real(double value) {
    char digits[real_capacity];
    return add(cat("r", std::string(digits, write_real(value, digits))));
  }
  bool number(std::string_view, NumberToken::Kind) { return false; }
  bool constant(Constant constant) {
    return add(constant == Constant::nan ? "NaN" : constant == Constant::infinity ? "N+" : "N-");
  }
  bool string(const StringToken& token) { return add(cat('"', to_utf8(token), '"')); }
  bool key(const StringToken& token) { return add(cat('"', to_utf8(token), "\":")); }
  bool begin_array() { return add("["); }
  bool end_array(std::size_t count) { return add(cat("]", count)); }
  bool begin_object() { return add("{"); }
  bool end_object(std::size_t count) { return add(cat("}", count)); }

 private:
  bool add(const std::string& event) {
    if (!text_.empty()) text_ += ' ';
    text_ += event;
    return ++count_ != stop_at_;
  }

  const int stop_at_;
  std::string text_;
  int count_ = 0;
};

/// The same with numbers as they are written.
class TextEvents : public Events {
 public:
  static constexpr NumberForm number_form = NumberForm::text;

  bool number(std::string_view text, NumberToken::Kind kind) {
    kinds += kind == NumberToken::Kind::real ? 'r' : 'i';
    texts += cat(text, ' ');
    return true;
  }

  std::string kinds;
  std::string texts;
};

}  // namespace adyton::json::test
