#include "modules/json/locate.h"

#include <algorithm>
#include <cstring>
#include <optional>
#include <string>

#include "modules/json/cursor.h"

namespace adyton::json {

/// What the fields ask of one value. Where a literal token and `*` stand side by side the literal's
/// child carries the fields of both, so that a value belongs to exactly one node.
struct FieldSet::Node {
  struct Edge {
    std::string key;
    std::optional<std::size_t> index;  // the key as an array takes it
    std::vector<std::uint32_t> named;  // the fields that have this very token here
    std::unique_ptr<Node> child;
  };

  std::uint32_t field = no_offset;  // the field that ends here
  std::uint32_t depth = 0;
  std::vector<std::uint32_t> fields;  // that end here or go on
  std::vector<Edge> edges;
  std::unique_ptr<Node> any;

  /// The lengths that the edges' keys have, a bit each.
  std::uint64_t lengths = 0;
  static std::size_t length_bit(std::string_view key) {
    return std::min<std::size_t>(key.size(), 63);
  }
};

namespace {

using Node = FieldSet::Node;

std::unique_ptr<Node> build(const std::vector<Pointer>& pointers, std::vector<std::uint32_t> fields,
                            std::uint32_t depth) {
  auto node = std::make_unique<Node>();
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
                             [&](const Node::Edge& e) { return e.key == tokens[depth].key; });
    if (edge == node->edges.end()) {
      const std::string& key = tokens[depth].key;
      edge = node->edges.insert(edge, Node::Edge{key, array_index(key), {}, nullptr});
    }
    edge->named.push_back(field);
  }
  for (Node::Edge& edge : node->edges) {
    node->lengths |= std::uint64_t{1} << Node::length_bit(edge.key);
    std::vector<std::uint32_t> below = edge.named;
    below.insert(below.end(), wild.begin(), wild.end());
    edge.child = build(pointers, std::move(below), depth + 1);
  }
  if (!wild.empty()) node->any = build(pointers, std::move(wild), depth + 1);
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

/// Where a value stands in the container around it.
struct Slot {
  std::uint32_t member = 0;
  std::uint32_t container = no_offset;
  std::uint32_t position = 0;
  std::uint32_t comma = no_offset;
};

/// What has been passed of a container.
struct Members {
  explicit Members(const char* bracket) : open(bracket) {}
  const char* open;
  const char* comma = nullptr;  // the last one
  std::uint32_t position = 0;   // how many commas there were

  /// Behind the comma.
  const char* pass(const char* p) {
    comma = p;
    ++position;
    return p + 1;
  }
};

/// One pass over one text. Recursion is as deep as the longest pointer; what no field leads into is
/// skipped without it.
template <class Specials>
class Walk {
  using Place = typename Specials::Place;

 public:
  Walk(std::string_view text, Locations& out, Select select)
      : cursor_(text.data(), text.data() + text.size()), out_(out), select_(select) {}

  Fault run(const Node& root) {
    const char* const start = cursor_.space(cursor_.begin());
    Slot whole;
    whole.member = offset(start);
    const char* p = value(root, start, 0, whole);
    if (p == nullptr) return cursor_.fault();
    p = cursor_.space(p);
    if (p < cursor_.end()) cursor_.fail(p, "something stands behind the value");
    return cursor_.fault();
  }

 private:
  std::uint32_t offset(const char* p) const {
    return static_cast<std::uint32_t>(p - cursor_.begin());
  }

  const char* value(const Node& node, const char* p, unsigned depth, const Slot& slot) {
    if (node.field == no_offset && !node.fields.empty() && p < cursor_.end()) {
      if (*p == '{') return object(node, p, depth);
      if (*p == '[') return array(node, p, depth);
    }
    const char* const q = cursor_.value(p, depth);
    if (q == nullptr) return nullptr;
    if (node.field != no_offset) {
      if (select_ == Select::fields) emit(node.field, slot, p, q);
    } else if (select_ == Select::rest) {
      emit(no_offset, slot, p, q);
    } else {
      for (const std::uint32_t field : node.fields) gap(field, node.depth, p, q);
    }
    return q;
  }

  /// A member or element that no field leads to, where what is between the fields matters.
  const char* other(const char* p, unsigned depth, const Slot& slot) {
    const char* const q = cursor_.value(p, depth);
    if (q != nullptr) emit(no_offset, slot, p, q);
    return q;
  }

  /// A member or element of which a field may be a part; `child` is null if none is.
  const char* noted(const Node* child, const char* p, unsigned depth, const Slot& slot,
                    Place& place) {
    cursor_.set_place(place);
    p = child != nullptr ? value(*child, p, depth, slot) : other(p, depth, slot);
    place = cursor_.place();
    return p;
  }

  const char* object(const Node& node, const char* const open, unsigned depth) {
    if (depth == max_depth) return cursor_.fail(open, "nested more than 1024 deep");
    const std::size_t seen = open_frame(node);
    std::vector<std::string> keys;  // of an object all of whose members are named
    Members members(open);
    const char* p = cursor_.space(open + 1);
    Place place = cursor_.place();
    if (!cursor_.at(p, '}')) {
      for (;;) {
        const char* const begin = p;
        const char* key_end = nullptr;
        bool escaped = false;
        p = cursor_.key(p, key_end, escaped, place);
        if (p == nullptr) return nullptr;
        std::string_view key(begin + 1, static_cast<std::size_t>(key_end - begin) - 2);
        if (escaped) key = unescaped(key);
        if (node.any) keys.emplace_back(key);
        const Node* const child = member(node, key, seen);
        const std::size_t before = out_.matches.size();
        if (child == nullptr && select_ == Select::fields) {
          p = cursor_.value(p, depth + 1, place);
        } else {
          p = noted(child, p, depth + 1, slot(members, begin), place);
        }
        if (p == nullptr) return nullptr;
        p = cursor_.space(p);
        if (!cursor_.at(p, ',')) break;
        p = cursor_.space(members.pass(p));
        fix_next(members, before, p);
      }
      if (!cursor_.at(p, '}')) return cursor_.fail(p, "expected a comma or a closing brace");
    }
    if (node.any) find_repeated(node, keys);
    cursor_.set_place(place);
    close_frame(node, seen, open, p + 1);
    return p + 1;
  }

  const char* array(const Node& node, const char* const open, unsigned depth) {
    if (depth == max_depth) return cursor_.fail(open, "nested more than 1024 deep");
    const std::size_t seen = open_frame(node);
    Members members(open);
    const char* p = cursor_.space(open + 1);
    Place place = cursor_.place();
    if (!cursor_.at(p, ']')) {
      for (;;) {
        const Node* const child = element(node, members.position, seen);
        const std::size_t before = out_.matches.size();
        if (child == nullptr && select_ == Select::fields) {
          p = cursor_.value(p, depth + 1, place);
        } else {
          p = noted(child, p, depth + 1, slot(members, p), place);
        }
        if (p == nullptr) return nullptr;
        p = cursor_.space(p);
        if (!cursor_.at(p, ',')) break;
        p = cursor_.space(members.pass(p));
        fix_next(members, before, p);
      }
      if (!cursor_.at(p, ']')) return cursor_.fail(p, "expected a comma or a closing bracket");
    }
    cursor_.set_place(place);
    close_frame(node, seen, open, p + 1);
    return p + 1;
  }

  std::string_view unescaped(std::string_view key) {
    unescaped_.clear();
    unescape(key, unescaped_);
    return unescaped_;
  }

  Slot slot(const Members& members, const char* begin) const {
    return {offset(begin), offset(members.open), members.position,
            members.comma == nullptr ? no_offset : offset(members.comma)};
  }

  /// The match of the member just passed, if it was one itself, learns where its neighbour begins.
  void fix_next(const Members& members, std::size_t before, const char* next) {
    if (out_.matches.size() == before) return;
    Match& last = out_.matches.back();
    if (last.container == offset(members.open)) last.next = offset(next);
  }

  const Node* member(const Node& node, std::string_view key, std::size_t seen) {
    // Most keys have a length that no edge has.
    if ((node.lengths >> Node::length_bit(key) & 1) == 0) return node.any.get();
    for (const Node::Edge& edge : node.edges) {
      if (edge.key.size() != key.size() || !same_key(edge.key, key)) continue;
      unsigned char& met = out_.met[seen + static_cast<std::size_t>(&edge - node.edges.data())];
      if (met && out_.repeated == no_offset) out_.repeated = edge.named.front();
      met = 1;
      return edge.child.get();
    }
    return node.any.get();
  }

  const Node* element(const Node& node, std::size_t index, std::size_t seen) {
    for (std::size_t i = 0; i < node.edges.size(); ++i) {
      if (node.edges[i].index != index) continue;
      out_.met[seen + i] = 1;
      return node.edges[i].child.get();
    }
    return node.any.get();
  }

  void find_repeated(const Node& node, std::vector<std::string>& keys) {
    std::sort(keys.begin(), keys.end());
    if (out_.repeated == no_offset && std::adjacent_find(keys.begin(), keys.end()) != keys.end()) {
      out_.repeated = node.any->fields.front();
    }
  }

  std::size_t open_frame(const Node& node) {
    const std::size_t seen = out_.met.size();
    out_.met.resize(seen + node.edges.size(), 0);
    return seen;
  }

  void close_frame(const Node& node, std::size_t seen, const char* open, const char* close) {
    if (select_ == Select::fields) {
      for (std::size_t i = 0; i < node.edges.size(); ++i) {
        if (out_.met[seen + i]) continue;
        for (const std::uint32_t field : node.edges[i].named) gap(field, node.depth, open, close);
      }
    }
    out_.met.resize(seen);
  }

  void emit(std::uint32_t field, const Slot& slot, const char* begin, const char* end) {
    out_.matches.push_back({field, slot.member, offset(begin), offset(end), slot.container,
                            slot.position, slot.comma, no_offset});
  }

  void gap(std::uint32_t field, std::uint32_t depth, const char* begin, const char* end) {
    out_.gaps.push_back({field, depth, offset(begin), offset(end)});
  }

  detail::Cursor<Specials> cursor_;
  Locations& out_;
  Select select_;
  std::string unescaped_;
};

}  // namespace

FieldSet::FieldSet(std::span<const Pointer> fields) : pointers_(fields.begin(), fields.end()) {
  std::vector<std::uint32_t> all(pointers_.size());
  for (std::uint32_t i = 0; i < all.size(); ++i) all[i] = i;
  root_ = build(pointers_, std::move(all), 0);
}
FieldSet::~FieldSet() = default;
FieldSet::FieldSet(FieldSet&&) noexcept = default;
FieldSet& FieldSet::operator=(FieldSet&&) noexcept = default;

Fault FieldSet::locate(std::string_view text, Locations& out, Select select) const {
  out.clear();
  if (detail::IndexedSpecials::usable(text.size())) {
    return Walk<detail::IndexedSpecials>(text, out, select).run(*root_);
  }
  return Walk<detail::NearbySpecials>(text, out, select).run(*root_);
}

}  // namespace adyton::json
