#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "modules/json/pointer.h"

namespace adyton::json::detail {

struct FieldNode;

/// The way from a node to one of the keys it asks for.
struct FieldEdge {
  std::string key;
  std::optional<std::size_t> index;  // the key as an array takes it
  std::vector<std::uint32_t> named;  // the fields that have this very token here
  std::unique_ptr<FieldNode> child;
  std::uint32_t number = 0;  // among all edges of the tree
};

/// What the fields ask of one value. Where a literal token and `*` stand side by side the literal's
/// child carries the fields of both, so that a value belongs to exactly one node.
struct FieldNode {
  static constexpr std::uint32_t none = 0xffffffff;

  std::uint32_t number = 0;    // among all nodes of the tree
  std::uint32_t field = none;  // the field that ends here
  std::uint32_t depth = 0;
  std::vector<std::uint32_t> fields;  // that end here or go on
  std::vector<FieldEdge> edges;
  std::unique_ptr<FieldNode> any;

  /// The edge that has this key, if one has.
  const FieldEdge* edge(std::string_view key) const {
    // Most keys have a length that no edge has.
    return (lengths >> length_bit(key) & 1) == 0 ? nullptr : find_edge(key);
  }
  const FieldEdge* find_edge(std::string_view key) const;

  /// The lengths that the edges' keys have, a bit each.
  std::uint64_t lengths = 0;
  static std::size_t length_bit(std::string_view key) {
    return std::min<std::size_t>(key.size(), 63);
  }
};

/// The fields of a set, common beginnings told once. Immutable: any number of threads.
struct FieldTree {
  explicit FieldTree(const std::vector<Pointer>& fields);

  std::uint32_t nodes = 0;
  std::uint32_t edges = 0;
  std::unique_ptr<const FieldNode> root;
};

}  // namespace adyton::json::detail
