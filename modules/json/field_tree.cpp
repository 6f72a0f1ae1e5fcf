#include "modules/json/field_tree.h"

#include <cstring>

namespace adyton::json::detail {
namespace {

std::unique_ptr<FieldNode> build(FieldTree& tree, const std::vector<Pointer>& pointers,
                                 std::vector<std::uint32_t> fields, std::uint32_t depth) {
  auto node = std::make_unique<FieldNode>();
  node->number = tree.nodes++;
  node->depth = depth;
  node->fields = std::move(fields);
  std::vector<std::uint32_t> wild;
  for (const std::uint32_t field : node->fields) {
    const auto& tokens = pointers[field].tokens();
    if (tokens.size() == depth) {
      node->field = field;
      return node;
    }
    if (tokens[depth].any) {
      wild.push_back(field);
      continue;
    }
    auto edge = std::find_if(node->edges.begin(), node->edges.end(),
                             [&](const FieldEdge& e) { return e.key == tokens[depth].key; });
    if (edge == node->edges.end()) {
      const std::string& key = tokens[depth].key;
      edge = node->edges.insert(edge, FieldEdge{key, array_index(key), {}, nullptr, tree.edges++});
    }
    edge->named.push_back(field);
  }
  for (FieldEdge& edge : node->edges) {
    node->lengths |= std::uint64_t{1} << FieldNode::length_bit(edge.key);
    std::vector<std::uint32_t> below = edge.named;
    below.insert(below.end(), wild.begin(), wild.end());
    edge.child = build(tree, pointers, std::move(below), depth + 1);
  }
  if (!wild.empty()) node->any = build(tree, pointers, std::move(wild), depth + 1);
  return node;
}

/// Whether two keys of one size are equal; short ones, as most are, without a call.
inline bool same_key(std::string_view a, std::string_view b) {
  const auto equal = [&](std::size_t at, auto word) {
    decltype(word) other;
    std::memcpy(&word, a.data() + at, sizeof word);
    std::memcpy(&other, b.data() + at, sizeof other);
    return static_cast<int>(word == other);
  };
  const std::size_t size = a.size();
  if (size > 16) return a == b;
  if (size >= 8) return (equal(0, std::uint64_t{}) & equal(size - 8, std::uint64_t{})) != 0;
  if (size >= 4) return (equal(0, std::uint32_t{}) & equal(size - 4, std::uint32_t{})) != 0;
  if (size == 0) return true;
  const auto same = [&](std::size_t at) { return equal(at, char{}); };
  return (same(0) & same(size / 2) & same(size - 1)) != 0;
}

}  // namespace

const FieldEdge* FieldNode::find_edge(std::string_view key) const {
  for (const FieldEdge& edge : edges) {
    if (edge.key.size() == key.size() && same_key(edge.key, key)) return &edge;
  }
  return nullptr;
}

FieldTree::FieldTree(const std::vector<Pointer>& fields) {
  std::vector<std::uint32_t> all(fields.size());
  for (std::uint32_t i = 0; i < all.size(); ++i) all[i] = i;
  root = build(*this, fields, std::move(all), 0);
}

}  // namespace adyton::json::detail
