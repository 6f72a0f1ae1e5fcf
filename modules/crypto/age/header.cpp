#include "modules/crypto/age/header.h"

#include <algorithm>
#include <optional>

#include "host/base/base64.h"

namespace adyton::crypto::age {
namespace {

constexpr std::size_t columns = 64;
constexpr std::size_t mac_size = 32;
constexpr std::size_t first_block = 4096;
constexpr std::string_view stanza_start = "-> ";
constexpr std::string_view footer_start = "---";

Error malformed(std::string_view why) {
  return {ErrorCode::invalid, cat("the age header is malformed: ", why)};
}

Error no_age_file(std::string_view start) {
  if (start.starts_with("age-encryption.org/")) {
    return {ErrorCode::invalid, "is of another version of the age format than v1"};
  }
  return {ErrorCode::invalid, "is no age file"};
}

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text), left_(text) {}

  Result<Header> parse() {
    ADYTON_TRY(const std::string_view version, line());
    if (version != version_line) return no_age_file(text_);
    Header header;
    while (!left_.starts_with(footer_start)) {
      ADYTON_TRY(Stanza read, stanza());
      header.stanzas.push_back(std::move(read));
    }
    if (header.stanzas.empty()) return malformed("it has no recipient");
    header.authenticated = text_.substr(0, text_.size() - left_.size() + footer_start.size());
    ADYTON_TRY(header.mac, footer());
    if (!left_.empty()) return malformed("something follows its last line");
    return header;
  }

 private:
  Result<std::string_view> line() {
    const std::size_t end = left_.find('\n');
    if (end == std::string_view::npos) return malformed("it is cut off");
    const std::string_view line = left_.substr(0, end);
    left_.remove_prefix(end + 1);
    return line;
  }

  Result<Stanza> stanza() {
    ADYTON_TRY(const std::string_view first, line());
    if (!first.starts_with(stanza_start)) return malformed("a stanza does not begin with \"-> \"");
    Stanza stanza;
    ADYTON_TRY(stanza.arguments, arguments(first.substr(stanza_start.size())));
    ADYTON_TRY(stanza.body, body());
    return stanza;
  }

  static Result<std::vector<std::string>> arguments(std::string_view text) {
    std::vector<std::string> out;
    for (;;) {
      const std::size_t end = text.find(' ');
      const std::string_view argument = text.substr(0, end);
      if (argument.empty()) return malformed("a stanza has an empty argument");
      if (!std::ranges::all_of(argument, [](char c) { return c >= '!' && c <= '~'; })) {
        return malformed("an argument of a stanza has a character that is not printable");
      }
      out.emplace_back(argument);
      if (end == std::string_view::npos) return out;
      text.remove_prefix(end + 1);
    }
  }

  Result<std::string> body() {
    std::string encoded;
    for (;;) {
      ADYTON_TRY(const std::string_view next, line());
      if (next.size() > columns) return malformed("a line of a stanza's body is too long");
      encoded += next;
      if (next.size() < columns) break;
    }
    auto decoded = decode_unpadded(encoded);
    if (!decoded) return malformed("a stanza's body is not canonical base64");
    return *std::move(decoded);
  }

  Result<std::string> footer() {
    ADYTON_TRY(std::string_view last, line());
    last.remove_prefix(footer_start.size());
    if (!last.starts_with(' ')) return malformed("its last line does not begin with \"--- \"");
    auto mac = decode_unpadded(last.substr(1));
    if (!mac || mac->size() != mac_size) {
      return malformed("its last line does not end with a MAC of 32 bytes in canonical base64");
    }
    return *std::move(mac);
  }

  std::string_view text_;
  std::string_view left_;
};

/// Where the header ends; nullopt if that is not yet there.
std::optional<std::size_t> end_of_header(std::string_view text) {
  // No line before the last one begins so: "-" is not of base64's alphabet.
  const std::size_t footer = text.find("\n---");
  if (footer == std::string_view::npos) return std::nullopt;
  const std::size_t end = text.find('\n', footer + 1);
  if (end == std::string_view::npos) return std::nullopt;
  return end + 1;
}

bool may_begin_header(std::string_view text) {
  const std::string_view start = text.substr(0, version_line.size());
  return version_line.starts_with(start);
}

}  // namespace

std::string encode_unpadded(Bytes bytes) {
  std::string text = base64::encode(bytes, base64::Alphabet::standard);
  while (text.ends_with('=')) text.pop_back();
  return text;
}

std::optional<std::string> decode_unpadded(std::string_view text) {
  if (text.size() % 4 == 1 || text.find('=') != std::string_view::npos) return std::nullopt;
  std::string padded(text);
  padded.append((4 - text.size() % 4) % 4, '=');
  return base64::decode(padded, base64::Alphabet::standard);
}

std::string unauthenticated_header(const std::vector<Stanza>& stanzas) {
  std::string out = cat(version_line, '\n');
  for (const Stanza& stanza : stanzas) {
    out += "->";
    for (const std::string& argument : stanza.arguments) out += cat(' ', argument);
    out += '\n';
    std::string_view body;
    const std::string encoded = encode_unpadded(as_bytes(stanza.body));
    for (body = encoded; body.size() >= columns; body.remove_prefix(columns)) {
      out += cat(body.substr(0, columns), '\n');
    }
    out += cat(body, '\n');
  }
  out += footer_start;
  return out;
}

std::string header_end(Bytes mac) {
  return cat(' ', encode_unpadded(mac), '\n');
}

Result<Header> parse_header(std::string_view text) {
  return Parser(text).parse();
}

Result<HeaderAndRest> read_header(const Source& source) {
  std::string text;
  for (;;) {
    const std::size_t before = text.size();
    const std::size_t block = std::max(first_block, before);
    text.resize(before + block);
    ADYTON_TRY(const std::size_t n, read_full(source, {text.data() + before, block}));
    text.resize(before + n);
    if (text.empty() || !may_begin_header(text)) return no_age_file(text);
    const auto end = end_of_header(text);
    if (end.value_or(text.size()) > longest_header) {
      return Error{ErrorCode::limit,
                   cat("the age header is longer than ", human_size(longest_header))};
    }
    if (end) {
      ADYTON_TRY(Header header, parse_header(std::string_view(text).substr(0, *end)));
      return HeaderAndRest{std::move(header), *end, text.substr(*end)};
    }
    if (n < block) return malformed("it is cut off");
  }
}

}  // namespace adyton::crypto::age
