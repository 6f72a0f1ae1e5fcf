#include "host/pipeline/value_skipper.h"

namespace adyton::pipeline {
namespace {

bool is_space(char c) {
  return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}
bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_hex(char c) {
  const char lower = static_cast<char>(c | 0x20);
  return is_digit(c) || (lower >= 'a' && lower <= 'f');
}
bool is_plain(char c) {
  return c != '"' && c != '\\' && static_cast<unsigned char>(c) >= 0x20;
}

}  // namespace

ValueSkipper::Outcome ValueSkipper::take(std::string_view piece, std::size_t& used) {
  for (used = 0; used < piece.size(); ++used) {
    if (state_ == State::in_string) {
      while (used < piece.size() && is_plain(piece[used])) ++used;
      if (used == piece.size()) break;
    }
    const char c = piece[used];
    if (state_ >= State::minus && number(c)) continue;
    if (fault_ != nullptr) return Outcome::fault;
    if (state_ == State::done) return Outcome::done;
    if (!step(c)) return Outcome::fault;
    if (state_ == State::done) {
      ++used;
      return Outcome::done;
    }
  }
  return Outcome::more;
}

bool ValueSkipper::fail(const char* message) {
  fault_ = message;
  return false;
}

void ValueSkipper::end_value() {
  state_ = open_.empty() ? State::done : State::comma;
}

/// One character that is not a number's.
bool ValueSkipper::step(char c) {
  switch (state_) {
    case State::in_string:
      if (c == '\\') return state_ = State::escape, true;
      if (c != '"') return fail("a control character in a string must be escaped");
      if (in_key_) return state_ = State::colon, true;
      return end_value(), true;
    case State::escape:
      state_ = State::in_string;
      if (c == 'u') return state_ = State::hex, digits_left_ = 4, true;
      if (std::string_view("\"\\/bfnrt").find(c) != std::string_view::npos) return true;
      return fail("unknown escape in a string");
    case State::hex:
      if (!is_hex(c)) return fail("expected four hexadecimal digits after \\u");
      if (--digits_left_ == 0) state_ = State::in_string;
      return true;
    case State::literal:
      if (c != literal_left_.front()) return fail("expected a value");
      literal_left_.remove_prefix(1);
      if (literal_left_.empty()) end_value();
      return true;
    default:
      break;
  }
  if (is_space(c)) return true;
  switch (state_) {
    case State::first_value:
      if (c == ']') return close(c);
      return begin_value(c);
    case State::first_key:
      if (c == '}') return close(c);
      [[fallthrough]];
    case State::key:
      if (c != '"') return fail("expected a key in double quotes");
      in_key_ = true;
      return state_ = State::in_string, true;
    case State::colon:
      if (c != ':') return fail("expected a colon after the key");
      return state_ = State::value, true;
    case State::comma:
      if (c != ',') return close(c);
      return state_ = open_.back() == '{' ? State::key : State::value, true;
    default:
      return begin_value(c);
  }
}

bool ValueSkipper::begin_value(char c) {
  if (c == '{' || c == '[') return open(c);
  if (c == '"') {
    in_key_ = false;
    return state_ = State::in_string, true;
  }
  if (c == '-') return state_ = State::minus, true;
  if (c == '0') return state_ = State::zero, true;
  if (is_digit(c)) return state_ = State::integer, true;
  state_ = State::literal;
  if (c == 't') return literal_left_ = "rue", true;
  if (c == 'f') return literal_left_ = "alse", true;
  if (c == 'n') return literal_left_ = "ull", true;
  return fail("expected a value");
}

bool ValueSkipper::open(char c) {
  if (open_.size() == json::max_depth) return fail("nested too deep");
  open_.push_back(c);
  return state_ = c == '{' ? State::first_key : State::first_value, true;
}

bool ValueSkipper::close(char c) {
  const bool object = open_.back() == '{';
  if (c != (object ? '}' : ']'))
    return fail(object ? "expected a comma or }" : "expected a comma or ]");
  open_.pop_back();
  return end_value(), true;
}

/// True if `c` belongs to the number; else it has ended, or there is a fault.
bool ValueSkipper::number(char c) {
  const bool digit = is_digit(c);
  const bool e = c == 'e' || c == 'E';
  switch (state_) {
    case State::minus:
      if (digit) return state_ = c == '0' ? State::zero : State::integer, true;
      return fail("expected a digit");
    case State::integer:
      if (digit) return true;
      [[fallthrough]];
    case State::zero:
      if (c == '.') return state_ = State::point, true;
      if (e) return state_ = State::e, true;
      break;
    case State::point:
      if (digit) return state_ = State::fraction, true;
      return fail("expected a digit");
    case State::fraction:
      if (digit) return true;
      if (e) return state_ = State::e, true;
      break;
    case State::e:
      if (c == '+' || c == '-') return state_ = State::e_sign, true;
      [[fallthrough]];
    case State::e_sign:
      if (digit) return state_ = State::exponent, true;
      return fail("expected a digit");
    case State::exponent:
      if (digit) return true;
      break;
    default:
      return false;
  }
  end_value();
  return false;
}

}  // namespace adyton::pipeline
