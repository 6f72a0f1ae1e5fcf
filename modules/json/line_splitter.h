#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

namespace adyton::json {

/// Cuts a text that comes in pieces, cut anywhere, into its lines: they end with "\n" or "\r\n",
/// the last with the text. Lines of nothing but blanks are counted and left out; a BOM at the very
/// start is passed over. Keeps of a line only what the pieces before held of it. One thread at a
/// time.
class LineSplitter {
 public:
  static constexpr std::size_t no_limit = std::numeric_limits<std::size_t>::max();
  /// What is kept of a line that is too long.
  static constexpr std::size_t excerpt = 200;

  /// A line of more than `longest` bytes, its end not counted, is too long.
  explicit LineSplitter(std::size_t longest = no_limit) : longest_(longest) {}

  struct Line {
    std::string_view text;     // without its end; the beginning of it where it is too long
    std::uint64_t number = 0;  // from 1
    std::uint64_t offset = 0;  // of its first byte in the whole text
    bool too_long = false;
  };

  /// The next piece, which stays where it is until next() has given all its lines.
  void feed(std::string_view piece) { piece_ = piece; }

  /// The next line that ends in the pieces so far, valid until the next call; false if there is
  /// none.
  bool next(Line& line);

  /// The text ends: is there a last line, without an end?
  bool finish(Line& line);

 private:
  void keep(std::string_view part);
  bool take(std::string_view part, Line& line);

  std::size_t longest_;
  std::string_view piece_;
  std::string begun_;         // of a line, in earlier pieces
  std::size_t size_ = 0;      // of that, kept or not
  bool has_begun_ = false;    // begun_ is in use
  std::uint64_t number_ = 0;  // lines taken
  std::uint64_t offset_ = 0;  // of the line that comes next
};

}  // namespace adyton::json
