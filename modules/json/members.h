#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "modules/json/document_index.h"
#include "modules/json/name_table.h"

namespace adyton::json {

/// The members of one object, as a dict has them: of a repeated name the place of the first and the
/// value of the last. Found by name in one step. Names look into the document's text, which
/// outlives it; immutable once made. Throws std::bad_alloc.
class Members {
 public:
  Members(const DocumentIndex& index, Spot object, NameTable::Hash hash);
  Members(const Members&) = delete;
  Members& operator=(const Members&) = delete;

  /// How many names there are.
  std::size_t size() const { return members_.size(); }

  /// Unescaped, as UTF-8; a lone surrogate has three bytes.
  std::string_view name(std::size_t number) const { return members_[number].name; }
  Spot value(std::size_t number) const { return members_[number].value; }

  std::optional<Spot> find(std::string_view name) const;

  /// Roughly how many bytes were read to make it.
  std::size_t work() const { return work_; }

  /// Roughly how many bytes it takes.
  std::size_t memory() const;

 private:
  struct Member {
    std::string_view name;
    Spot value;
  };

  void add(std::string_view name, Spot value);
  std::uint32_t number_of(std::string_view name) const;

  std::vector<Member> members_;
  std::deque<std::string> unescaped_;  // the names that do not lie in the text as they are
  NameTable table_;                    // empty while there are few members
  std::size_t work_ = 0;
};

}  // namespace adyton::json
