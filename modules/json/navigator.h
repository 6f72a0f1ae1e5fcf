#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "modules/json/document_index.h"
#include "modules/json/members.h"
#include "modules/json/name_table.h"
#include "modules/json/pointer.h"

namespace adyton::json {

/// Where each element of an array stands.
using Elements = std::vector<Spot>;

/// Finds the values of an indexed document. A container is read through from its beginning, what
/// lies in the containers within it excepted; one in which that takes long is remembered, and gets
/// a table when it is read a few times, so that looking up all of a large container is not
/// quadratic. The tables together take memory in proportion to the text of the containers they are
/// of. One thread at a time; throws std::bad_alloc.
class Navigator {
 public:
  /// The index outlives it; `hash` is what tables of names use.
  Navigator(const DocumentIndex& index, NameTable::Hash hash) : index_(index), hash_(hash) {}
  Navigator(const Navigator&) = delete;
  Navigator& operator=(const Navigator&) = delete;

  const DocumentIndex& index() const { return index_; }

  /// The value of that name (unescaped, UTF-8); of a repeated one the last.
  std::optional<Spot> member(Spot object, std::string_view name);

  std::optional<Spot> element(Spot array, std::size_t number);

  /// How many different names an object has, or elements an array.
  std::size_t size(Spot container);

  /// All of them at once. Kept only if the container is large.
  std::shared_ptr<const Members> members(Spot object);
  std::shared_ptr<const Elements> elements(Spot array);

  /// Where the tokens of a pointer lead from a value; a star is a name. `found` of them were
  /// followed: all, or those up to `spot`, in which the next one names nothing.
  struct Followed {
    Spot spot;
    std::size_t found = 0;
  };
  Followed follow(Spot from, std::span<const Pointer::Token> tokens);

  /// What the tables take, in bytes, roughly.
  std::size_t memory() const;

 private:
  struct Tables {
    std::shared_ptr<const Members> members;
    std::shared_ptr<const Elements> elements;
    unsigned visits = 1;
  };

  bool has_table(Spot container);
  Tables* known(Spot container);
  void remember(Spot container, std::size_t work);

  const DocumentIndex& index_;
  NameTable::Hash hash_;
  std::unordered_map<std::uint32_t, Tables> large_;  // by the number of the container
};

}  // namespace adyton::json
