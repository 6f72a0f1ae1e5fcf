#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "modules/json/field_tree.h"
#include "modules/json/known_shapes.h"
#include "modules/json/member_heads.h"

namespace adyton::json::detail {

/// What the locator keeps from text to text for the fields of a tree.
struct LocatorNotes {
  explicit LocatorNotes(const FieldTree& tree) : heads(tree.nodes), met(tree.edges, 0) {}

  std::vector<MemberHeads> heads;  // by the node's number
  std::vector<std::uint64_t> met;  // by the edge's number: the container in which it was met last
  std::uint64_t container = 0;     // the number of the last one; no two have the same
  std::vector<std::string> keys;   // of the open objects all of whose members are named
  std::string unescaped;
  KnownShapes shapes;
  std::vector<std::uint32_t> shape_keys;  // to be learnt: where keys begin, in objects of fields
};

/// A tree of fields with the notes that were made for it and that nobody uses now: they serve the
/// next one who locates these fields. Any number of threads.
class NotesLender {
 public:
  explicit NotesLender(const std::vector<Pointer>& fields) : tree(fields) {}

  const FieldTree tree;

  struct GiveBack {
    std::shared_ptr<NotesLender> lender;
    void operator()(LocatorNotes* notes) const noexcept;
  };
  using Borrowed = std::unique_ptr<LocatorNotes, GiveBack>;

  static Borrowed borrow(const std::shared_ptr<NotesLender>& lender);

 private:
  std::mutex mutex_;
  std::vector<std::unique_ptr<LocatorNotes>> idle_;
};

}  // namespace adyton::json::detail
