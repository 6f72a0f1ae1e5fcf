#pragma once

#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "host/base/cpu.h"
#include "modules/json/block.h"
#include "modules/json/decode.h"
#include "modules/json/key_pattern.h"
#include "modules/json/number.h"
#include "modules/json/parse_fault.h"
#include "modules/json/parse_stack.h"
#include "modules/json/parse_string.h"
#include "modules/json/shadow_text.h"
#include "modules/json/string_decoder.h"

namespace adyton::json {

/// NaN, Infinity and -Infinity: not JSON, but what Python's json reads and writes.
enum class NonFinite : std::uint8_t { accept, reject };
enum class Constant : std::uint8_t { nan, infinity, minus_infinity };

/// How a handler wants numbers: converted, or as they are written, or only the reals so.
enum class NumberForm : std::uint8_t { value, text, real_text };

/// What has a name, in the order that their first letters give.
enum class Literal : std::uint8_t { false_, null, true_ };

inline std::string_view name_of(Literal literal) {
  return literal == Literal::null ? "null" : literal == Literal::true_ ? "true" : "false";
}

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
  { handler.literal(Literal{}) } -> std::same_as<bool>;
  { handler.integer(std::int64_t{}) } -> std::same_as<bool>;            // not NumberForm::text
  { handler.big_integer(text) } -> std::same_as<bool>;                  // not NumberForm::text
  { handler.real(double{}) } -> std::same_as<bool>;                     // NumberForm::value
  { handler.number(text, NumberToken::Kind{}) } -> std::same_as<bool>;  // not NumberForm::value
  { handler.constant(Constant{}) } -> std::same_as<bool>;
  { handler.string(token) } -> std::same_as<bool>;
  { handler.key(token) } -> std::same_as<bool>;
  { handler.begin_array() } -> std::same_as<bool>;
  { handler.end_array(count) } -> std::same_as<bool>;
  { handler.begin_object() } -> std::same_as<bool>;
  { handler.end_object(count) } -> std::same_as<bool>;
};

/// A handler that may know which key comes next: `expected_key` names it, or is null; if the
/// document has it there, `take_expected_key` is called in place of `key`.
template <class T>
concept ForeseesKeys = requires(T handler) {
  { handler.expected_key() } -> std::same_as<const KeyPattern*>;
  handler.take_expected_key();
};

/// A handler that takes integers beyond std::int64_t, but not beyond std::uint64_t, as such.
template <class T>
concept TakesUnsigned = requires(T handler) {
  { handler.unsigned_integer(std::uint64_t{}) } -> std::same_as<bool>;
};

/// An open container, and how much there was in the one around it.
struct ParseFrame {
  enum class Container : std::uint8_t { array, object };

  std::size_t count;
  Container container;
};

/// What a parse has and keeps, but for the place it has come to.
template <class Handler>
struct ParseWork {
  ParseWork(std::string_view text, const ParseOptions& parse_options, Handler& parse_handler,
            ShadowStrings* shadow_strings)
      : options(parse_options),
        handler(parse_handler),
        shadow(shadow_strings),
        begin(text.data()),
        end(text.data() + text.size()),
        decoder(end, options.control_characters) {}

  const ParseOptions options;
  Handler& handler;
  ShadowStrings* const shadow;  // null where the text is no shadow
  const char* const begin;
  const char* const end;
  StringDecoder decoder;
  ParseStack<ParseFrame, 256> frames;
  ParseError error{};

  // How much white space there was last, up to a Block's worth: before what stands so many
  // containers deep, and elsewhere.
  static constexpr std::size_t depths = 32;
  std::uint8_t space_before[depths] = {};
  std::uint8_t space_before_other = 0;
};

}  // namespace adyton::json

#define ADYTON_JSON_INLINE [[gnu::always_inline]] inline

#define ADYTON_JSON_LEVEL baseline
#define ADYTON_JSON_BLOCK BaselineBlock
#define ADYTON_JSON_TARGET
#include "modules/json/parse_loop.h"
#undef ADYTON_JSON_LEVEL
#undef ADYTON_JSON_BLOCK
#undef ADYTON_JSON_TARGET

#if defined(__x86_64__)
#define ADYTON_JSON_LEVEL avx2
#define ADYTON_JSON_BLOCK Avx2Block
#define ADYTON_JSON_TARGET [[gnu::target("avx2,bmi,bmi2")]]
#include "modules/json/parse_loop.h"
#undef ADYTON_JSON_LEVEL
#undef ADYTON_JSON_BLOCK
#undef ADYTON_JSON_TARGET
#endif

#undef ADYTON_JSON_INLINE

namespace adyton::json {

/// One pass over one document, without recursion: however deep it nests, the machine's stack does
/// not grow.
template <ParseHandler Handler>
class Parser {
 public:
  Parser(std::string_view text, const ParseOptions& options, Handler& handler,
         ShadowStrings* shadow)
      : work_(text, options, handler, shadow) {}

  std::optional<ParseError> run() {
    return loop() ? std::nullopt : std::optional<ParseError>(work_.error);
  }

 private:
  bool loop() {
#if defined(__x86_64__)
    if (vector_level() >= VectorLevel::avx2) return avx2::ParseLoop<Handler>(work_).run();
#endif
    return baseline::ParseLoop<Handler>(work_).run();
  }

  ParseWork<Handler> work_;
};

/// Parses one document, RFC 8259 with the extensions `options` names; nullopt if it is one. A NUL
/// must be readable behind `text`, as behind a std::string. Duplicate keys are the handler's
/// affair. Throws only what the handler throws, and std::bad_alloc. Any thread.
template <ParseHandler Handler>
std::optional<ParseError> parse(std::string_view text, const ParseOptions& options,
                                Handler& handler, ShadowStrings* shadow = nullptr) {
  return Parser<Handler>(text, options, handler, shadow).run();
}

}  // namespace adyton::json
