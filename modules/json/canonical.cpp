#include "modules/json/canonical.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "host/base/text.h"
#include "modules/json/parse.h"

namespace adyton::json {
namespace {

/// Appends characters as a JSON string with the escapes that RFC 8785 has.
void append_string(std::string_view characters, std::string& out) {
  static constexpr char hex[] = "0123456789abcdef";
  out += '"';
  std::size_t plain = 0;
  for (std::size_t i = 0; i < characters.size(); ++i) {
    const auto byte = static_cast<unsigned char>(characters[i]);
    if (byte >= 0x20 && byte != '"' && byte != '\\') continue;
    out += characters.substr(plain, i - plain);
    plain = i + 1;
    out += '\\';
    switch (byte) {
      case '\b':
        out += 'b';
        break;
      case '\t':
        out += 't';
        break;
      case '\n':
        out += 'n';
        break;
      case '\f':
        out += 'f';
        break;
      case '\r':
        out += 'r';
        break;
      case '"':
      case '\\':
        out += static_cast<char>(byte);
        break;
      default:
        out += "u00";
        out += hex[byte >> 4];
        out += hex[byte & 15];
    }
  }
  out += characters.substr(plain);
  out += '"';
}

std::string_view without_trailing_zeros(std::string_view digits) {
  return digits.substr(0, digits.find_last_not_of('0') + 1);
}

/// Whether the form of a number (as ECMAScript writes it) has the value of an integer's text.
bool same_integer(std::string_view form, std::string_view integer) {
  const std::size_t mark = form.find('e');
  if (mark == std::string_view::npos) return form == integer;
  std::string digits(form.substr(0, mark));
  std::erase(digits, '.');
  std::size_t exponent = 0;
  std::from_chars(form.data() + mark + 2, form.data() + form.size(), exponent);
  const std::size_t sign = digits.front() == '-' ? 1 : 0;
  return integer.size() == exponent + 1 + sign && without_trailing_zeros(integer) == digits;
}

constexpr std::size_t unknown = static_cast<std::size_t>(-1);

/// Where the number that ends at `end` begins.
std::size_t start_of_number(std::string_view text, std::size_t end) {
  while (end > 0 && std::string_view("+-.0123456789Ee").find(text[end - 1]) != text.npos) --end;
  return end;
}

/// Up to here every integer is a double.
constexpr std::int64_t largest_safe = (std::int64_t{1} << 53) - 1;

}  // namespace

char* write_ecmascript(double value, char* out) {
  if (value == 0) {
    *out++ = '0';
    return out;
  }
  // The shortest digits that read back as the value, nearest to it where there are several.
  char text[ecmascript_capacity];
  const char* const end =
      std::to_chars(text, text + sizeof text, value, std::chars_format::scientific).ptr;
  const char* p = text;
  if (*p == '-') *out++ = *p++;
  const char* const mark = std::find(p, end, 'e');
  int exponent = 0;
  std::from_chars(mark + (mark[1] == '+' ? 2 : 1), end, exponent);
  char digits[20];
  digits[0] = *p;
  const auto count = std::copy(std::min(p + 2, mark), mark, digits + 1) - digits;

  if (exponent >= 21 || exponent < -6) {
    *out++ = digits[0];
    if (count > 1) {
      *out++ = '.';
      out = std::copy(digits + 1, digits + count, out);
    }
    *out++ = 'e';
    if (exponent > 0) *out++ = '+';
    return std::to_chars(out, out + 4, exponent).ptr;
  }
  if (exponent < 0) {
    *out++ = '0';
    *out++ = '.';
    out = std::fill_n(out, -exponent - 1, '0');
    return std::copy_n(digits, count, out);
  }
  const auto whole = std::min<std::ptrdiff_t>(count, exponent + 1);
  out = std::copy_n(digits, whole, out);
  out = std::fill_n(out, exponent + 1 - whole, '0');
  if (whole == count) return out;
  *out++ = '.';
  return std::copy(digits + whole, digits + count, out);
}

bool utf16_less(std::string_view a, std::string_view b) {
  const auto [x, y] = std::mismatch(a.begin(), a.end(), b.begin(), b.end());
  if (x == a.end() || y == b.end()) return x == a.end() && y != b.end();
  const auto left = static_cast<unsigned char>(*x);
  const auto right = static_cast<unsigned char>(*y);
  // In UTF-8 characters sort by their numbers. In UTF-16 those from U+10000 on (which begin with F0
  // to F4) are surrogates and stand before U+E000 to U+FFFF (EE and EF).
  if (left >= 0xEE && right >= 0xEE && (left >= 0xF0) != (right >= 0xF0)) return left >= 0xF0;
  return left < right;
}

/// The parser's handler: appends to values_ and texts_.
class Canonicalizer::Reader {
 public:
  static constexpr NumberForm number_form = NumberForm::value;

  explicit Reader(Canonicalizer& out) : out_(out) {}

  /// Why the parse was stopped, if this did it. The offset is `unknown` of a number.
  const Fault& fault() const { return fault_; }

  bool literal(Literal literal) { return scalar(name_of(literal)); }
  bool constant(Constant) { return false; }
  bool number(std::string_view, NumberToken::Kind) { return false; }  // comes converted

  bool integer(std::int64_t value) {
    if (value < -largest_safe || value > largest_safe) {
      char digits[integer_capacity];
      const char* const end = write_integer(value, digits);
      return big_integer({digits, static_cast<std::size_t>(end - digits)});
    }
    char form[integer_capacity];
    return scalar({form, static_cast<std::size_t>(write_integer(value, form) - form)});
  }

  bool big_integer(std::string_view text) {
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error == std::errc::result_out_of_range || std::isinf(value)) return too_large();
    char form[ecmascript_capacity];
    const std::string_view number(form,
                                  static_cast<std::size_t>(write_ecmascript(value, form) - form));
    if (same_integer(number, text)) return scalar(number);
    if (out_.integers_ == Integers::exact) return scalar(text);
    return fail("a double does not hold the integer to its last digit");
  }

  bool real(double value) {
    if (std::isinf(value)) return too_large();
    char form[ecmascript_capacity];
    return scalar({form, static_cast<std::size_t>(write_ecmascript(value, form) - form)});
  }

  bool string(const StringToken& token) {
    std::string& texts = out_.texts_;
    const std::size_t begin = texts.size();
    if (!token.escaped) {
      if (!well_formed(token)) return false;
      texts += '"';
      texts += token.raw;
      texts += '"';
    } else {
      characters_.clear();
      if (!unescape(token.raw, characters_) || !is_utf8(characters_)) return lone_surrogate(token);
      append_string(characters_, texts);
    }
    add(Kind::scalar, begin, texts.size() - begin);
    return true;
  }

  bool key(const StringToken& token) {
    key_begin_ = out_.texts_.size();
    if (!token.escaped) {
      if (!well_formed(token)) return false;
      out_.texts_ += token.raw;
    } else {
      if (!unescape(token.raw, out_.texts_)) return lone_surrogate(token);
      if (!is_utf8(std::string_view(out_.texts_).substr(key_begin_))) return lone_surrogate(token);
    }
    key_size_ = out_.texts_.size() - key_begin_;
    key_offset_ = offset(token);
    return true;
  }

  bool begin_array() { return begin(Kind::array); }
  bool begin_object() { return begin(Kind::object); }
  bool end_array(std::size_t) {
    out_.values_[open_.pop()].end = out_.values_.size();
    return true;
  }
  bool end_object(std::size_t) {
    const std::size_t object = open_.pop();
    out_.values_[object].end = out_.values_.size();
    return out_.sort_members(object, fault_);
  }

 private:
  std::size_t offset(const StringToken& token) const {
    return static_cast<std::size_t>(token.raw.data() - out_.input_.data()) - 1;
  }

  bool fail(const char* message) {
    fault_.message = message;
    return false;
  }
  bool too_large() { return fail("the number is beyond the largest double"); }
  bool lone_surrogate(const StringToken& token) {
    fault_.offset = offset(token);
    return fail("a surrogate without its other half is no character");
  }

  /// The parser lets surrogates in UTF-8 pass.
  bool well_formed(const StringToken& token) {
    return token.width == Width::ascii || is_utf8(token.raw) || lone_surrogate(token);
  }

  bool scalar(std::string_view form) {
    const std::size_t begin = out_.texts_.size();
    out_.texts_ += form;
    add(Kind::scalar, begin, form.size());
    return true;
  }

  bool begin(Kind kind) {
    open_.push(out_.values_.size());
    add(kind, 0, 0);
    return true;
  }

  void add(Kind kind, std::size_t begin, std::size_t size) {
    out_.values_.push_back(
        {kind, out_.values_.size() + 1, begin, size, key_begin_, key_size_, key_offset_});
  }

  Canonicalizer& out_;
  Fault fault_{unknown, nullptr};
  ParseStack<std::size_t, 64> open_;
  std::string characters_;
  std::size_t key_begin_ = 0;
  std::size_t key_size_ = 0;
  std::size_t key_offset_ = 0;
};

Fault Canonicalizer::append(std::string_view text, std::string& out) {
  input_ = text;
  texts_.clear();
  values_.clear();
  order_.clear();
  Reader reader(*this);
  ParseOptions options;
  options.max_depth = max_depth;
  if (const auto error = parse(std::string_view(input_), options, reader)) {
    if (error->fault != ParseFault::stopped) return {error->offset, describe(error->fault)};
    if (reader.fault().offset != unknown) return reader.fault();
    return {start_of_number(input_, error->offset), reader.fault().message};
  }
  write(0, out);
  return {};
}

bool Canonicalizer::sort_members(std::size_t object, Fault& fault) {
  const std::size_t begin = order_.size();
  for (std::size_t i = object + 1; i < values_[object].end; i = values_[i].end) {
    order_.push_back(i);
  }
  values_[object].text_begin = begin;
  values_[object].text_size = order_.size() - begin;
  const auto first = order_.begin() + static_cast<std::ptrdiff_t>(begin);
  std::sort(first, order_.end(),
            [this](std::size_t a, std::size_t b) { return utf16_less(key_of(a), key_of(b)); });
  const auto twin = std::adjacent_find(
      first, order_.end(), [this](std::size_t a, std::size_t b) { return key_of(a) == key_of(b); });
  if (twin == order_.end()) return true;
  fault = {std::max(values_[twin[0]].key_offset, values_[twin[1]].key_offset),
           "the key is repeated"};
  return false;
}

void Canonicalizer::write(std::size_t index, std::string& out) const {
  const Value& value = values_[index];
  if (value.kind == Kind::scalar) {
    out.append(texts_, value.text_begin, value.text_size);
    return;
  }
  if (value.kind == Kind::array) {
    out += '[';
    for (std::size_t i = index + 1; i < value.end; i = values_[i].end) {
      if (i > index + 1) out += ',';
      write(i, out);
    }
    out += ']';
    return;
  }
  out += '{';
  for (std::size_t i = 0; i < value.text_size; ++i) {
    if (i > 0) out += ',';
    const std::size_t member = order_[value.text_begin + i];
    append_string(key_of(member), out);
    out += ':';
    write(member, out);
  }
  out += '}';
}

}  // namespace adyton::json
