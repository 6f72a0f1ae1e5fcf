#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "modules/json/parse_stack.h"
#include "modules/json/scan.h"
#include "modules/json/skim.h"

namespace adyton::json {

/// Where a value stands in a document. Containers (objects and arrays) are numbered in the order in
/// which they begin.
struct Spot {
  std::uint32_t begin = 0;   // its first byte
  std::uint32_t number = 0;  // its own if it is a container, else that of the next one behind it
};

/// A text that was found to be JSON, and where each of its containers ends: what lies in one is
/// skipped in one step. Eight bytes for a container, none for what else there is. The text is the
/// caller's and outlives the index; nothing moves it.
class DocumentIndex {
 public:
  /// Texts of that many bytes are the longest.
  static constexpr std::size_t longest = 0xffffffff - scan_padding;

  DocumentIndex() = default;

  /// Checks that `text` is one JSON value (RFC 8259) in UTF-8 that nests no deeper than `deepest`,
  /// and notes its containers. Precondition: it is no longer than `longest`, and scan_padding bytes
  /// behind it are readable. On a fault the index is of no use. Once in the life of an index.
  /// Throws std::bad_alloc.
  Fault build(std::string_view text, std::size_t deepest);

  const char* text() const { return text_; }
  char at(Spot spot) const { return text_[spot.begin]; }

  /// The whole document's value.
  Spot root() const { return root_; }

  bool is_container(Spot spot) const { return at(spot) == '{' || at(spot) == '['; }

  /// The byte behind the value, and what is numbered behind it.
  Spot behind(Spot spot) const {
    if (!is_container(spot)) {
      // Nothing need stand behind a number that is the whole text.
      const std::size_t end = std::min(skim_value(text_, spot.begin), size_);
      return {static_cast<std::uint32_t>(end), spot.number};
    }
    const Container& container = containers_[spot.number];
    return {container.end, container.next};
  }

  /// The value's text.
  std::string_view raw(Spot spot) const {
    return {text_ + spot.begin, behind(spot).begin - spot.begin};
  }

  /// The bytes it takes, but for the text.
  std::size_t memory() const { return containers_.size() * sizeof(Container); }

  /// How many containers there are.
  std::size_t containers() const { return containers_.size(); }

 private:
  class Nest;

  struct Container {
    std::uint32_t end = 0;   // the byte behind it
    std::uint32_t next = 0;  // the number of the first container behind it
  };

  template <class Specials>
  Fault read(std::string_view text, std::size_t deepest);

  const char* text_ = nullptr;
  std::size_t size_ = 0;
  Spot root_;
  ParseStack<Container, 8> containers_;
};

}  // namespace adyton::json
