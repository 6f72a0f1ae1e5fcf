#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "modules/json/scan.h"

namespace adyton::pipeline {

/// Finds the end of one JSON value that comes in pieces and is not kept, checking its syntax as
/// json::skip_value() does. UTF-8 is not looked at.
class ValueSkipper {
 public:
  enum class Outcome { more, done, fault };

  /// Takes what of `piece` belongs to the value: `used` bytes of it. After `done` or `fault` it
  /// must not be called again. A number is done when something follows it. On a fault `used` is
  /// where.
  Outcome take(std::string_view piece, std::size_t& used);

  /// What was expected, as json::Fault has it.
  const char* fault() const { return fault_; }

 private:
  enum class State : unsigned char {
    value,        // here one begins
    first_value,  //   or the array ends
    first_key,    // here one begins, or the object ends
    key,
    colon,
    comma,  // or the end of the container
    in_string,
    escape,
    hex,
    literal,
    minus,  // of a number; what stood last
    zero,
    integer,
    point,
    fraction,
    e,
    e_sign,
    exponent,
    done,
  };

  bool step(char c);
  bool begin_value(char c);
  bool open(char c);
  bool close(char c);
  bool number(char c);
  bool fail(const char* message);
  void end_value();

  State state_ = State::value;
  bool in_key_ = false;       // the string is a member's key
  unsigned digits_left_ = 0;  // of \uXXXX
  std::string_view literal_left_;
  std::vector<char> open_;  // the brackets around
  const char* fault_ = nullptr;
};

}  // namespace adyton::pipeline
