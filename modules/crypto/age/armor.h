#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "host/base/result.h"
#include "modules/crypto/age/bytes.h"

namespace adyton::crypto::age {

// An age file as text (strict PEM, RFC 7468): a line that begins it, canonical base64 in lines of
// 64 columns, the last one as long or shorter, a line that ends it. Lines end with LF or CRLF;
// white space may stand before and behind.
inline constexpr std::string_view armor_begin = "-----BEGIN AGE ENCRYPTED FILE-----";
inline constexpr std::string_view armor_end = "-----END AGE ENCRYPTED FILE-----";
/// White space before the first line, and how much of it is looked through to find that.
inline constexpr std::string_view margin = " \t\r\n";
inline constexpr std::size_t longest_margin = 1024;

enum class Armor { no, yes };

/// Bytes on their way into armor.
class ArmorWriter {
 public:
  explicit ArmorWriter(Sink sink) : sink_(std::move(sink)) {}

  Status write(std::string_view bytes);
  /// The last line and the one that ends it. Nothing may follow.
  Status finish();

 private:
  Status begin();

  Sink sink_;
  std::string rest_;  // fewer bytes than a line holds
  std::string text_;
  bool begun_ = false;
};

/// The bytes in armor. ErrorCode::invalid, which says what is wrong, where it is not strict.
class ArmorReader {
 public:
  explicit ArmorReader(Source source) : source_(std::move(source)) {}

  Result<std::size_t> read(std::span<char> buffer);

 private:
  enum class Place { before, within, last_line, behind };

  Result<bool> fill();
  Result<std::string_view> line();
  Status begin();
  Status take_lines();
  Status end();

  Source source_;
  std::string text_;  // what was read
  std::size_t at_ = 0;
  std::string bytes_;  // what was decoded
  std::size_t given_ = 0;
  Place place_ = Place::before;
};

/// The bytes of an age file, whether it is in armor or not.
Result<Source> without_armor(Source source);

}  // namespace adyton::crypto::age
