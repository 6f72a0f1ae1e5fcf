#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "modules/json/parse_fault.h"
#include "modules/json/scan.h"
#include "modules/json/stream_text.h"

namespace adyton::json {

/// What a token is. A key is the string before a colon; words are true, false and null.
enum class TokenKind : std::uint8_t { key, string, number, word };

/// Gets the tokens of a text that comes in pieces, as they stand in it. A token's text comes in one
/// or more parts, in order, between begin() and end(), quotes and all; every part is a view of the
/// piece that is being fed. piece() and piece_end() say which bytes are read next and were read;
/// space() which of them stand between tokens.
template <class T>
concept StreamHandler = requires(T handler, const char* place, std::string_view text) {
  handler.piece(place);
  handler.piece_end(place);
  handler.space(place, place);
  handler.begin(TokenKind{});
  handler.text(text);
  handler.end();
  handler.open(char{});
  handler.close(char{});
  handler.comma();
  handler.colon();
};

/// Reads JSON (RFC 8259, no extension) that comes in pieces cut anywhere, within an escape or a
/// character too, and keeps none of it: memory does not grow with the text, however long a string
/// or number is. Containers nest up to max_depth deep. A BOM at the very start is passed over.
/// Whether a text is accepted, where the fault is and what the handler sees (but for how a token's
/// text is parted) does not depend on where it is cut. One thread at a time.
template <StreamHandler Handler>
class StreamReader {
 public:
  explicit StreamReader(Handler& handler) : handler_(handler) {}

  /// The next piece. Its offsets go on from the piece before. Not to be called after a fault.
  std::optional<ParseError> feed(std::string_view piece);

  /// The text ends here: was it one whole document?
  std::optional<ParseError> finish();

  /// Another document begins, `skipped` bytes behind what was fed. Offsets go on.
  void restart(std::size_t skipped) {
    depth_ = 0;
    state_ = State::value;
    offset_ += skipped;
    byte_order_mark_ = false;
    pending_.clear();
  }

  /// Nothing but white space came since the document began.
  bool blank() const { return state_ == State::value && depth_ == 0 && pending_.empty(); }

  /// The offset of the opening quote of a string that what was fed ends in.
  std::optional<std::size_t> open_string() const {
    const bool open = state_ == State::string || state_ == State::escape || state_ == State::hex;
    return open ? std::optional(token_) : std::nullopt;
  }

 private:
  // What comes next, and what the text that was fed ends in.
  enum class State : std::uint8_t {
    value,      // a value, at the top or behind a colon
    element,    // a value behind a comma
    first,      // an array's first element or its end
    first_key,  // an object's first key or its end
    next_key,   // a key behind a comma
    colon,      // the colon
    next,       // a comma or the container's end
    done,       // nothing
    string,     // a string
    escape,     // the byte after a backslash
    hex,        // hexadecimal digits, digits_ of them
    minus,      // a number's first digit
    integer,    // more digits
    zero,       // a number that began with 0
    point,      // the first digit after the point
    fraction,   // more of them
    exponent,   // a sign or a digit
    sign,       // the first digit of the exponent
    power,      // more of them
    word,       // the rest of word_
    fault,
  };

  static bool is_digit(char c) { return c >= '0' && c <= '9'; }
  static bool is_hex(char c) {
    const char lower = static_cast<char>(c | 0x20);
    return is_digit(c) || (lower >= 'a' && lower <= 'f');
  }

  std::size_t offset(const char* p) const { return offset_ + static_cast<std::size_t>(p - begin_); }
  bool in_object() const { return (objects_[depth_ / 64] >> (depth_ % 64) & 1) != 0; }

  [[gnu::noinline, gnu::cold]] const char* fail(ParseFault fault, std::size_t at,
                                                std::size_t comma = 0) {
    error_ = {fault, at, comma};
    state_ = State::fault;
    return end_;
  }

  void run(std::string_view sound);
  const char* skip_space(const char* p) {
    if (p == end_ || static_cast<unsigned char>(*p) > ' ') return p;
    const char* const behind = end_of_space(p, end_);
    if (behind != p) handler_.space(p, behind);
    return behind;
  }

  // Each takes where it goes on and gives where it stopped: at the end of the piece, or where
  // another state takes over.
  const char* at_value(const char* p);
  const char* at_key(const char* p);
  const char* at_colon(const char* p);
  const char* behind_value(const char* p);
  const char* in_string(const char* p);
  const char* in_escape(const char* p);
  const char* in_hex(const char* p);
  const char* in_number(const char* p);
  const char* in_word(const char* p);

  const char* begin_token(const char* p, TokenKind kind, State state) {
    token_ = offset(p);
    text_ = p;
    kind_ = kind;
    state_ = state;
    handler_.begin(kind);
    return p + 1;
  }
  const char* begin_word(const char* p, const char* rest) {
    p = begin_token(p, TokenKind::word, State::word);
    word_ = rest;
    return in_word(p);
  }
  /// `p` is behind the token.
  const char* end_token(const char* p) {
    if (p != text_) handler_.text({text_, static_cast<std::size_t>(p - text_)});
    handler_.end();
    text_ = nullptr;
    state_ = kind_ == TokenKind::key ? State::colon : depth_ == 0 ? State::done : State::next;
    return p;
  }

  const char* open(const char* p);
  const char* close(const char* p);
  /// No digit follows the last point or exponent: the number ended before it.
  const char* cut_number() {
    return fail(depth_ == 0 ? ParseFault::extra_data : ParseFault::expected_comma, number_end_);
  }
  void begin_exponent(const char* p) {
    number_end_ = offset(p);
    state_ = State::exponent;
  }
  bool complete_pending(std::string_view& piece);
  std::optional<ParseError> result() const {
    return state_ == State::fault ? std::optional(error_) : std::nullopt;
  }

  Handler& handler_;
  const char* begin_ = nullptr;  // what is being read
  const char* end_ = nullptr;
  const char* text_ = nullptr;  // the part of a token that has not been handed on, or null
  std::size_t offset_ = 0;      // of begin_
  State state_ = State::value;
  TokenKind kind_ = TokenKind::word;
  bool byte_order_mark_ = true;  // may come
  unsigned digits_ = 0;
  const char* word_ = "";
  std::size_t token_ = 0;       // where the last token begins
  std::size_t escape_ = 0;      // where the last escape does
  std::size_t number_end_ = 0;  // the point or exponent of the last number
  std::size_t comma_ = 0;       // the last comma
  unsigned depth_ = 0;
  // One bit for each open container, from 1 on: set for an object.
  std::array<std::uint64_t, max_depth / 64 + 1> objects_{};
  std::string pending_;  // the beginning of a character
  ParseError error_{};
};

template <StreamHandler Handler>
std::optional<ParseError> StreamReader<Handler>::feed(std::string_view piece) {
  if (!pending_.empty() && !complete_pending(piece)) return result();
  const SoundText sound = sound_text(piece);
  run(piece.substr(0, sound.size));
  if (state_ == State::fault) return error_;
  if (sound.rest == SoundText::Rest::broken) fail(ParseFault::invalid_utf8, offset_);
  if (sound.rest == SoundText::Rest::unfinished) pending_ = piece.substr(sound.size);
  return result();
}

/// Takes from the piece what the character that was cut lacks, and reads it; false if there is a
/// fault or the piece was too short.
template <StreamHandler Handler>
bool StreamReader<Handler>::complete_pending(std::string_view& piece) {
  const std::size_t lacking = character_size(pending_[0]) - pending_.size();
  pending_ += piece.substr(0, lacking);
  if (piece.size() < lacking) return false;
  piece.remove_prefix(lacking);
  if (sound_text(pending_).rest != SoundText::Rest::nothing) {
    fail(ParseFault::invalid_utf8, offset_);
    return false;
  }
  run(pending_);
  pending_.clear();
  return state_ != State::fault;
}

template <StreamHandler Handler>
void StreamReader<Handler>::run(std::string_view sound) {
  if (sound.empty()) return;
  begin_ = sound.data();
  end_ = begin_ + sound.size();
  const char* p = begin_;
  if (byte_order_mark_ && sound.starts_with("\xef\xbb\xbf")) p += 3;
  byte_order_mark_ = false;
  if (text_ != nullptr) text_ = p;
  handler_.piece(p);
  while (p != end_) {
    switch (state_) {
      case State::value:
      case State::element:
      case State::first:
        p = at_value(p);
        break;
      case State::first_key:
      case State::next_key:
        p = at_key(p);
        break;
      case State::colon:
        p = at_colon(p);
        break;
      case State::next:
        p = behind_value(p);
        break;
      case State::done:
        p = skip_space(p);
        if (p != end_) p = fail(ParseFault::extra_data, offset(p));
        break;
      case State::string:
        p = in_string(p);
        break;
      case State::escape:
        p = in_escape(p);
        break;
      case State::hex:
        p = in_hex(p);
        break;
      case State::word:
        p = in_word(p);
        break;
      case State::fault:
        return;
      default:
        p = in_number(p);
    }
  }
  if (state_ == State::fault) return;
  if (text_ != nullptr) handler_.text({text_, static_cast<std::size_t>(end_ - text_)});
  handler_.piece_end(end_);
  offset_ += sound.size();
}

template <StreamHandler Handler>
const char* StreamReader<Handler>::at_value(const char* p) {
  p = skip_space(p);
  if (p == end_) return p;
  switch (*p) {
    case '"':
      return in_string(begin_token(p, TokenKind::string, State::string));
    case '{':
    case '[':
      return open(p);
    case 't':
      return begin_word(p, "rue");
    case 'f':
      return begin_word(p, "alse");
    case 'n':
      return begin_word(p, "ull");
    case 'N':
      return begin_word(p, "aN");
    case 'I':
      return begin_word(p, "nfinity");
    case '-':
      return in_number(begin_token(p, TokenKind::number, State::minus));
    case '0':
      return in_number(begin_token(p, TokenKind::number, State::zero));
    case ']':
      if (state_ == State::first) return close(p);
      if (state_ == State::element) {
        return fail(ParseFault::trailing_comma_in_array, offset(p), comma_);
      }
      return fail(ParseFault::expected_value, offset(p));
    default:
      if (!is_digit(*p)) return fail(ParseFault::expected_value, offset(p));
      return in_number(begin_token(p, TokenKind::number, State::integer));
  }
}

template <StreamHandler Handler>
const char* StreamReader<Handler>::at_key(const char* p) {
  p = skip_space(p);
  if (p == end_) return p;
  if (*p == '"') return in_string(begin_token(p, TokenKind::key, State::string));
  if (*p != '}') return fail(ParseFault::expected_key, offset(p));
  if (state_ == State::first_key) return close(p);
  return fail(ParseFault::trailing_comma_in_object, offset(p), comma_);
}

template <StreamHandler Handler>
const char* StreamReader<Handler>::at_colon(const char* p) {
  p = skip_space(p);
  if (p == end_) return p;
  if (*p != ':') return fail(ParseFault::expected_colon, offset(p));
  handler_.colon();
  state_ = State::value;
  return at_value(p + 1);
}

template <StreamHandler Handler>
const char* StreamReader<Handler>::behind_value(const char* p) {
  p = skip_space(p);
  if (p == end_) return p;
  const bool object = in_object();
  if (*p == ',') {
    comma_ = offset(p);
    handler_.comma();
    state_ = object ? State::next_key : State::element;
    return object ? at_key(p + 1) : at_value(p + 1);
  }
  if (*p == (object ? '}' : ']')) return close(p);
  return fail(ParseFault::expected_comma, offset(p));
}

template <StreamHandler Handler>
const char* StreamReader<Handler>::open(const char* p) {
  const bool object = *p == '{';
  if (depth_ == max_depth) {
    return fail(object ? ParseFault::object_too_deep : ParseFault::array_too_deep, offset(p));
  }
  ++depth_;
  const std::uint64_t bit = std::uint64_t{1} << (depth_ % 64);
  std::uint64_t& bits = objects_[depth_ / 64];
  bits = object ? bits | bit : bits & ~bit;
  handler_.open(*p);
  state_ = object ? State::first_key : State::first;
  return p + 1;
}

template <StreamHandler Handler>
const char* StreamReader<Handler>::close(const char* p) {
  handler_.close(*p);
  --depth_;
  state_ = depth_ == 0 ? State::done : State::next;
  return p + 1;
}

template <StreamHandler Handler>
const char* StreamReader<Handler>::in_string(const char* p) {
  p = end_of_plain(p, end_);
  if (p == end_) return p;
  if (*p == '"') return end_token(p + 1);
  if (*p != '\\') return fail(ParseFault::control_character, offset(p));
  escape_ = offset(p);
  state_ = State::escape;
  return p + 1;
}

template <StreamHandler Handler>
const char* StreamReader<Handler>::in_escape(const char* p) {
  switch (*p) {
    case '"':
    case '\\':
    case '/':
    case 'b':
    case 'f':
    case 'n':
    case 'r':
    case 't':
      state_ = State::string;
      return p + 1;
    case 'u':
      digits_ = 4;
      state_ = State::hex;
      return p + 1;
    default:
      return fail(ParseFault::invalid_escape, escape_);
  }
}

template <StreamHandler Handler>
const char* StreamReader<Handler>::in_hex(const char* p) {
  for (; digits_ > 0 && p != end_; --digits_, ++p) {
    if (!is_hex(*p)) return fail(ParseFault::invalid_unicode_escape, escape_ + 1);
  }
  if (digits_ == 0) state_ = State::string;
  return p;
}

template <StreamHandler Handler>
const char* StreamReader<Handler>::in_word(const char* p) {
  for (; *word_ != '\0' && p != end_; ++word_, ++p) {
    if (*p != *word_) return fail(ParseFault::expected_value, token_);
  }
  if (*word_ != '\0') return p;
  // The last letters of NaN and Infinity are those of no word that JSON has.
  const char last = word_[-1];
  if (last == 'N' || last == 'y') {
    return fail(ParseFault::non_finite_number, token_);
  }
  return end_token(p);
}

template <StreamHandler Handler>
const char* StreamReader<Handler>::in_number(const char* p) {
  // At each byte the state says what may stand there.
  for (; p != end_; ++p) {
    if (state_ == State::integer || state_ == State::fraction) {
      while (is_digit(*p)) {
        if (++p == end_) return p;
      }
    }
    const char c = *p;
    switch (state_) {
      case State::minus:
        if (c == 'I') {
          word_ = "nfinity";
          state_ = State::word;
          return p + 1;
        }
        if (!is_digit(c)) return fail(ParseFault::expected_value, token_);
        state_ = c == '0' ? State::zero : State::integer;
        break;
      case State::integer:
      case State::zero:
        if (c == '.') {
          number_end_ = offset(p);
          state_ = State::point;
          break;
        }
        if (c != 'e' && c != 'E') return end_token(p);
        begin_exponent(p);
        break;
      case State::point:
        if (!is_digit(c)) return cut_number();
        state_ = State::fraction;
        break;
      case State::fraction:
        if (c != 'e' && c != 'E') return end_token(p);
        begin_exponent(p);
        break;
      case State::exponent:
        if (c == '+' || c == '-') {
          state_ = State::sign;
          break;
        }
        [[fallthrough]];
      case State::sign:
        if (!is_digit(c)) return cut_number();
        state_ = State::power;
        break;
      default:  // State::power
        if (!is_digit(c)) return end_token(p);
    }
  }
  return p;
}

template <StreamHandler Handler>
std::optional<ParseError> StreamReader<Handler>::finish() {
  if (state_ == State::fault) return error_;
  const auto fault = [this](ParseFault kind, std::size_t at) {
    fail(kind, at);
    return result();
  };
  if (!pending_.empty()) return fault(ParseFault::invalid_utf8, offset_);
  switch (state_) {
    case State::done:
      return std::nullopt;
    case State::value:
    case State::element:
    case State::first:
      return fault(ParseFault::expected_value, offset_);
    case State::first_key:
    case State::next_key:
      return fault(ParseFault::expected_key, offset_);
    case State::colon:
      return fault(ParseFault::expected_colon, offset_);
    case State::string:
    case State::escape:
      return fault(ParseFault::unterminated_string, token_);
    case State::hex:
      return fault(ParseFault::invalid_unicode_escape, escape_ + 1);
    case State::minus:
    case State::word:
      return fault(ParseFault::expected_value, token_);
    case State::point:
    case State::exponent:
    case State::sign:
      cut_number();
      return result();
    case State::integer:
    case State::zero:
    case State::fraction:
    case State::power:
      text_ = end_;
      end_token(end_);
      break;
    case State::next:
    case State::fault:
      break;
  }
  return state_ == State::done ? std::nullopt : fault(ParseFault::expected_comma, offset_);
}

}  // namespace adyton::json
