#include "modules/crypto/age/armor.h"

#include <algorithm>
#include <cstring>
#include <memory>

#include "host/base/base64.h"
#include "host/base/text.h"

namespace adyton::crypto::age {
namespace {

constexpr std::size_t columns = 64;
constexpr std::size_t bytes_of_a_line = 48;
constexpr std::size_t block_size = 64 * 1024;
constexpr auto alphabet = base64::Alphabet::standard;

Error malformed(std::string_view why) {
  return {ErrorCode::invalid, cat("the armor is malformed: ", why)};
}

std::string_view trimmed_front(std::string_view text) {
  text.remove_prefix(std::min(text.size(), text.find_first_not_of(margin)));
  return text;
}

/// Bytes that were read already, and the source they came from.
class PutBack {
 public:
  PutBack(std::string head, Source source) : head_(std::move(head)), source_(std::move(source)) {}

  Result<std::size_t> read(std::span<char> buffer) {
    if (at_ == head_.size()) return source_(buffer);
    const std::size_t n = std::min(buffer.size(), head_.size() - at_);
    std::memcpy(buffer.data(), head_.data() + at_, n);
    at_ += n;
    return n;
  }

 private:
  std::string head_;
  std::size_t at_ = 0;
  Source source_;
};

void append_lines(std::string_view bytes, std::string& out) {
  const std::size_t lines = bytes.size() / bytes_of_a_line;
  std::size_t at = out.size();
  out.resize(at + lines * (columns + 1));
  for (std::size_t i = 0; i < lines; ++i, at += columns + 1) {
    base64::encode(as_bytes(bytes.substr(i * bytes_of_a_line, bytes_of_a_line)), out.data() + at,
                   alphabet);
    out[at + columns] = '\n';
  }
}

}  // namespace

Status ArmorWriter::begin() {
  if (begun_) return {};
  begun_ = true;
  return sink_(cat(armor_begin, '\n'));
}

Status ArmorWriter::write(std::string_view bytes) {
  ADYTON_CHECK(begin());
  text_.clear();
  if (!rest_.empty()) {
    const std::size_t missing = std::min(bytes.size(), bytes_of_a_line - rest_.size());
    rest_ += bytes.substr(0, missing);
    bytes.remove_prefix(missing);
    if (rest_.size() < bytes_of_a_line) return {};
    append_lines(rest_, text_);
    rest_.clear();
  }
  append_lines(bytes, text_);
  rest_ = bytes.substr(bytes.size() / bytes_of_a_line * bytes_of_a_line);
  return sink_(text_);
}

Status ArmorWriter::finish() {
  ADYTON_CHECK(begin());
  std::string last = base64::encode(as_bytes(rest_), alphabet);
  if (!last.empty()) last += '\n';
  return sink_(cat(last, armor_end, '\n'));
}

// Reads on; false at the end of the source.
Result<bool> ArmorReader::fill() {
  text_.erase(0, at_);
  at_ = 0;
  const std::size_t before = text_.size();
  text_.resize(before + block_size);
  ADYTON_TRY(const std::size_t n, source_({text_.data() + before, block_size}));
  text_.resize(before + n);
  return n != 0;
}

// The next line without its end; the source's last one may lack it.
Result<std::string_view> ArmorReader::line() {
  for (;;) {
    const std::string_view left = std::string_view(text_).substr(at_);
    std::size_t end = left.find('\n');
    if (end == std::string_view::npos) {
      if (left.size() > columns + 2) return malformed("a line is too long");
      ADYTON_TRY(const bool more, fill());
      if (more) continue;
      if (text_.empty()) return malformed("it is cut off");
      end = text_.size();
    }
    std::string_view line = std::string_view(text_).substr(at_, end);
    at_ = std::min(text_.size(), at_ + end + 1);
    if (line.ends_with('\r')) line.remove_suffix(1);
    return line;
  }
}

Status ArmorReader::begin() {
  for (;;) {
    ADYTON_TRY(const std::string_view first, line());
    const std::string_view text = trimmed_front(first);
    if (text.empty()) continue;
    if (text != armor_begin) return malformed(cat("it does not begin with ", armor_begin));
    place_ = Place::within;
    return {};
  }
}

// The lines that are at hand, at least one.
Status ArmorReader::take_lines() {
  bytes_.clear();
  given_ = 0;
  do {
    ADYTON_TRY(const std::string_view next, line());
    if (next == armor_end) return end();
    if (place_ == Place::last_line) return malformed("a line behind a shorter one");
    if (next.empty() || next.size() > columns) return malformed("a line is empty or too long");
    const auto decoded = base64::decode(next, alphabet);
    if (!decoded) return malformed("a line is not canonical base64");
    if (decoded->size() < bytes_of_a_line) place_ = Place::last_line;
    bytes_ += *decoded;
  } while (text_.find('\n', at_) != std::string::npos);
  return {};
}

Status ArmorReader::end() {
  place_ = Place::behind;
  for (;;) {
    if (!trimmed_front(std::string_view(text_).substr(at_)).empty()) {
      return malformed("something follows it");
    }
    at_ = text_.size();
    ADYTON_TRY(const bool more, fill());
    if (!more) return {};
  }
}

Result<std::size_t> ArmorReader::read(std::span<char> buffer) {
  if (place_ == Place::before) ADYTON_CHECK(begin());
  while (given_ == bytes_.size()) {
    if (place_ == Place::behind) return std::size_t{0};
    ADYTON_CHECK(take_lines());
  }
  const std::size_t n = std::min(buffer.size(), bytes_.size() - given_);
  std::memcpy(buffer.data(), bytes_.data() + given_, n);
  given_ += n;
  return n;
}

Result<Source> without_armor(Source source) {
  std::string head(longest_margin + armor_begin.size(), '\0');
  ADYTON_TRY(const std::size_t n, read_full(source, head));
  head.resize(n);
  const bool armored = trimmed_front(head).starts_with(armor_begin);
  const auto whole = std::make_shared<PutBack>(std::move(head), std::move(source));
  const Source bytes = [whole](std::span<char> buffer) { return whole->read(buffer); };
  if (!armored) return bytes;
  const auto reader = std::make_shared<ArmorReader>(bytes);
  return Source([reader](std::span<char> buffer) { return reader->read(buffer); });
}

}  // namespace adyton::crypto::age
