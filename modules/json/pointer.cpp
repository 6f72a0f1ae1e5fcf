#include "modules/json/pointer.h"

#include <algorithm>
#include <charconv>

#include "host/base/text.h"

namespace adyton::json {
namespace {

using Stars = Pointer::Stars;

Result<Pointer::Token> parse_token(std::string_view written, std::string_view whole, Stars stars) {
  if (written == "*" && stars == Stars::any) return Pointer::Token{"*", true};
  Pointer::Token token;
  for (std::size_t i = 0; i < written.size(); ++i) {
    if (written[i] != '~') {
      token.key += written[i];
      continue;
    }
    const char code = ++i < written.size() ? written[i] : '\0';
    if (code < '0' || code > (stars == Stars::any ? '2' : '1')) {
      return Error{ErrorCode::invalid, cat("in the pointer ", in_quotes(whole),
                                           " a ~ must be written ~0 (~1 is a slash",
                                           stars == Stars::any ? ", ~2 a literal *)" : ")")};
    }
    token.key += "~/*"[code - '0'];
  }
  return token;
}

bool may_meet(const Pointer::Token& a, const Pointer::Token& b) {
  return a.any || b.any || a == b;
}

}  // namespace

Result<Pointer> Pointer::parse(std::string_view text, Stars stars) {
  Pointer pointer;
  pointer.text_ = text;
  // A key of plain JSON may hold a surrogate without its other half.
  if (stars == Stars::any && !is_utf8(text)) {
    return Error{ErrorCode::invalid, cat("the pointer ", in_quotes(text), " is not UTF-8")};
  }
  if (text.empty()) return pointer;
  if (text.front() != '/') {
    return Error{ErrorCode::invalid, cat("the pointer ", in_quotes(text),
                                         " must begin with a slash: ", in_quotes(cat('/', text)))};
  }
  for (std::size_t begin = 1; begin <= text.size();) {
    const std::size_t end = std::min(text.find('/', begin), text.size());
    ADYTON_TRY(Token token, parse_token(text.substr(begin, end - begin), text, stars));
    pointer.tokens_.push_back(std::move(token));
    begin = end + 1;
  }
  return pointer;
}

bool Pointer::has_wildcard() const {
  return std::any_of(tokens_.begin(), tokens_.end(), [](const Token& token) { return token.any; });
}

std::string written_token(std::string_view key) {
  std::string written;
  for (const char c : key) {
    if (c == '~') {
      written += "~0";
    } else if (c == '/') {
      written += "~1";
    } else {
      written += c;
    }
  }
  return written;
}

bool overlap(const Pointer& a, const Pointer& b) {
  const std::size_t common = std::min(a.tokens().size(), b.tokens().size());
  return std::equal(a.tokens().begin(), a.tokens().begin() + static_cast<std::ptrdiff_t>(common),
                    b.tokens().begin(), may_meet);
}

std::optional<std::size_t> array_index(std::string_view key) {
  if (key.empty() || (key.front() == '0' && key.size() > 1)) return std::nullopt;
  std::size_t index = 0;
  const auto [end, error] = std::from_chars(key.data(), key.data() + key.size(), index);
  if (error != std::errc{} || end != key.data() + key.size()) return std::nullopt;
  return index;
}

}  // namespace adyton::json
