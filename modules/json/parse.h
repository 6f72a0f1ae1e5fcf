#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "modules/json/decode.h"
#include "modules/json/number.h"
#include "modules/json/parse_fault.h"
#include "modules/json/parse_stack.h"
#include "modules/json/parse_string.h"

namespace adyton::json {

/// NaN, Infinity and -Infinity: not JSON, but what Python's json reads and writes.
enum class NonFinite : std::uint8_t { accept, reject };
enum class Constant : std::uint8_t { nan, infinity, minus_infinity };

/// How a handler wants numbers: converted, or as they are written.
enum class NumberForm : std::uint8_t { value, text };

struct ParseOptions {
  ControlCharacters control_characters = ControlCharacters::reject;
  NonFinite non_finite = NonFinite::reject;
  std::size_t max_depth = 1000;  // arrays and objects open at once
};

/// Takes a document apart event by event. Each function returns false to stop the parse. Strings
/// and texts are views of the document. `end_array` gets the number of its elements, `end_object`
/// the number of its members; what they hold came between begin and end.
template <class T>
concept ParseHandler = requires(T handler, const StringToken& token, std::string_view text,
                                std::size_t count) {
  { T::number_form } -> std::convertible_to<NumberForm>;
  { handler.null() } -> std::same_as<bool>;
  { handler.boolean(true) } -> std::same_as<bool>;
  { handler.integer(std::int64_t{}) } -> std::same_as<bool>;            // NumberForm::value
  { handler.big_integer(text) } -> std::same_as<bool>;                  // NumberForm::value
  { handler.real(double{}) } -> std::same_as<bool>;                     // NumberForm::value
  { handler.number(text, NumberToken::Kind{}) } -> std::same_as<bool>;  // NumberForm::text
  { handler.constant(Constant{}) } -> std::same_as<bool>;
  { handler.string(token) } -> std::same_as<bool>;
  { handler.key(token) } -> std::same_as<bool>;
  { handler.begin_array() } -> std::same_as<bool>;
  { handler.end_array(count) } -> std::same_as<bool>;
  { handler.begin_object() } -> std::same_as<bool>;
  { handler.end_object(count) } -> std::same_as<bool>;
};

/// One pass over one document, without recursion: however deep it nests, the machine's stack does
/// not grow.
template <ParseHandler Handler>
class Parser {
 public:
  Parser(std::string_view text, const ParseOptions& options, Handler& handler)
      : options_(options),
        handler_(handler),
        begin_(text.data()),
        end_(text.data() + text.size()),
        p_(begin_) {}

  std::optional<ParseError> run() {
    skip_space();
    Next next = Next::value;
    while (true) {
      switch (next) {
        case Next::value:
          next = value();
          break;
        case Next::key:
          next = key();
          break;
        case Next::delimiter:
          next = delimiter();
          break;
        case Next::end:
          skip_space();
          if (p_ == end_) return std::nullopt;
          return ParseError{ParseFault::extra_data, offset(p_)};
        case Next::fault:
          return error_;
      }
    }
  }

 private:
  enum class Next : std::uint8_t { value, key, delimiter, end, fault };
  enum class Container : std::uint8_t { none, array, object };
  struct Frame {
    std::size_t count;
    Container container;
  };

  std::size_t offset(const char* p) const { return static_cast<std::size_t>(p - begin_); }

  [[gnu::noinline, gnu::cold]] Next fail(ParseFault fault, const char* where,
                                         const char* comma = nullptr) {
    error_ = {fault, offset(where), comma == nullptr ? 0 : offset(comma)};
    return Next::fault;
  }

  Next after(bool accepted) { return accepted ? Next::delimiter : fail(ParseFault::stopped, p_); }

  static bool is_space(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }

  void skip_space() {
    if (static_cast<unsigned char>(*p_) > ' ') return;
    while (is_space(*p_)) {
      ++p_;
#if defined(__SSE2__)
      // Indentation comes in long runs of blanks.
      while (end_ - p_ >= 16 &&
             _mm_movemask_epi8(_mm_cmpeq_epi8(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p_)),
                                              _mm_set1_epi8(' '))) == 0xFFFF) {
        p_ += 16;
      }
#endif
    }
  }

  /// True, and p_ behind it, if the text goes on with `word`. The NUL at the end stops the compare.
  template <std::size_t N>
  bool take(const char (&word)[N]) {
    for (std::size_t i = 0; i + 1 < N; ++i) {
      if (p_[i] != word[i]) return false;
    }
    p_ += N - 1;
    return true;
  }

  Next value() {
    switch (*p_) {
      case '"': {
        StringToken token;
        if (!scan_string(token)) return Next::fault;
        return after(handler_.string(token));
      }
      case '{':
        return begin_object();
      case '[':
        return begin_array();
      case 't':
        return take("true") ? after(handler_.boolean(true)) : unexpected();
      case 'f':
        return take("false") ? after(handler_.boolean(false)) : unexpected();
      case 'n':
        return take("null") ? after(handler_.null()) : unexpected();
      default:
        return number();
    }
  }

  Next unexpected() {
    return fail(ParseFault::expected_value, p_);
  }

  Next number() {
    const char* const start = p_;
    const NumberToken token = scan_number(p_, end_);
    if (token.kind == NumberToken::Kind::none) return constant();
    p_ = token.end;
    const std::string_view text(start, static_cast<std::size_t>(p_ - start));
    if constexpr (Handler::number_form == NumberForm::text) {
      return after(handler_.number(text, token.kind));
    } else {
      switch (token.kind) {
        case NumberToken::Kind::integer:
          return after(handler_.integer(token.integer));
        case NumberToken::Kind::real:
          return after(handler_.real(token.real));
        default:
          return after(handler_.big_integer(text));
      }
    }
  }

  Next constant() {
    const char* const start = p_;
    Constant constant;
    if (take("NaN")) {
      constant = Constant::nan;
    } else if (take("Infinity")) {
      constant = Constant::infinity;
    } else if (take("-Infinity")) {
      constant = Constant::minus_infinity;
    } else {
      return unexpected();
    }
    if (options_.non_finite == NonFinite::reject) return fail(ParseFault::non_finite_number, start);
    return after(handler_.constant(constant));
  }

  bool push(Container container, ParseFault fault) {
    if (frames_.size() >= options_.max_depth) {
      fail(fault, p_);
      return false;
    }
    frames_.push({count_, container_});
    container_ = container;
    count_ = 0;
    return true;
  }

  void pop() {
    const Frame frame = frames_.pop();
    count_ = frame.count;
    container_ = frame.container;
  }

  Next begin_array() {
    if (!push(Container::array, ParseFault::array_too_deep)) return Next::fault;
    ++p_;
    if (!handler_.begin_array()) return fail(ParseFault::stopped, p_);
    skip_space();
    return *p_ == ']' ? end_array() : Next::value;
  }

  Next begin_object() {
    if (!push(Container::object, ParseFault::object_too_deep)) return Next::fault;
    ++p_;
    if (!handler_.begin_object()) return fail(ParseFault::stopped, p_);
    skip_space();
    return *p_ == '}' ? end_object() : Next::key;
  }

  Next end_array() {
    ++p_;
    const std::size_t count = count_;
    pop();
    return after(handler_.end_array(count));
  }

  Next end_object() {
    ++p_;
    const std::size_t count = count_;
    pop();
    return after(handler_.end_object(count));
  }

  Next key() {
    if (*p_ != '"') return fail(ParseFault::expected_key, p_);
    StringToken token;
    if (!scan_string(token)) return Next::fault;
    if (!handler_.key(token)) return fail(ParseFault::stopped, p_);
    skip_space();
    if (*p_ != ':') return fail(ParseFault::expected_colon, p_);
    ++p_;
    skip_space();
    return Next::value;
  }

  /// After a value: what separates it from the next, or ends its container.
  Next delimiter() {
    if (container_ == Container::none) return Next::end;
    ++count_;
    skip_space();
    if (*p_ == ',') {
      const char* const comma = p_++;
      skip_space();
      if (container_ == Container::array) {
        if (*p_ == ']') return fail(ParseFault::trailing_comma_in_array, p_, comma);
        return Next::value;
      }
      if (*p_ == '}') return fail(ParseFault::trailing_comma_in_object, p_, comma);
      return Next::key;
    }
    if (*p_ == ']' && container_ == Container::array) return end_array();
    if (*p_ == '}' && container_ == Container::object) return end_object();
    return fail(ParseFault::expected_comma, p_);
  }

  /// Reads the string at p_ (its opening quote), leaving p_ behind its closing quote.
  bool scan_string(StringToken& token) {
    const char* const open = p_++;
    unsigned high = 0;
    bool escaped = false;
    while (*(p_ = skip_plain(p_, end_, high)) != '"') {
      if (!scan_special(open, escaped)) return false;
    }
    token.raw = {open + 1, static_cast<std::size_t>(p_ - open - 1)};
    token.length = token.raw.size();
    ++p_;
    return (high == 0 && !escaped) || measure_string(token);
  }

  /// p_ is at a backslash or a control character within the string that began at `open`.
  bool scan_special(const char* open, bool& escaped) {
    if (*p_ == '\\') {
      escaped = true;
      if (auto fault = skip_escape(p_, end_, open)) {
        fail(fault->fault, fault->where);
        return false;
      }
      return true;
    }
    if (p_ == end_) {
      fail(ParseFault::unterminated_string, open);
      return false;
    }
    if (options_.control_characters == ControlCharacters::reject) {
      fail(ParseFault::control_character, p_);
      return false;
    }
    ++p_;
    return true;
  }

  bool measure_string(StringToken& token) {
    if (auto measured = measure(token.raw)) {
      token = *measured;
      return true;
    }
    fail(ParseFault::invalid_utf8, token.raw.data());
    return false;
  }

  const ParseOptions options_;
  Handler& handler_;
  const char* const begin_;
  const char* const end_;
  const char* p_;
  std::size_t count_ = 0;
  Container container_ = Container::none;
  ParseError error_{};
  ParseStack<Frame, 64> frames_;
};

/// Parses one document, RFC 8259 with the extensions `options` names; nullopt if it is one. A NUL
/// must be readable behind `text`, as behind a std::string. Duplicate keys are the handler's
/// affair. Throws only what the handler throws, and std::bad_alloc. Any thread.
template <ParseHandler Handler>
std::optional<ParseError> parse(std::string_view text, const ParseOptions& options,
                                Handler& handler) {
  return Parser<Handler>(text, options, handler).run();
}

}  // namespace adyton::json
