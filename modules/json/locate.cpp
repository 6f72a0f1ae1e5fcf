#include "modules/json/locate.h"

#include <algorithm>
#include <string>

#include "modules/json/cursor.h"
#include "modules/json/utf8_fault.h"

namespace adyton::json {
namespace {

using detail::FieldEdge;
using detail::FieldNode;
using detail::MemberHead;
using detail::MemberHeads;

static_assert(FieldNode::none == no_offset);

/// Where a value stands in the container around it.
struct Slot {
  std::uint32_t member = 0;
  std::uint32_t container = no_offset;
  std::uint32_t position = 0;
  std::uint32_t comma = no_offset;
};

/// A container that fields lead into, while it is read.
struct Frame {
  const char* open;                 // its bracket
  std::uint64_t number;             // as in LocatorNotes::met
  std::size_t edges_met = 0;        // each counted once
  const char* separator = nullptr;  // the last comma, or the bracket
  std::uint32_t separators = 0;     // how many were passed
  bool awaits_next = false;         // the last match is the part just passed, and lacks its `next`

  void pass(const char* p) {
    separator = p;
    ++separators;
  }
  /// Of the part behind the last separator.
  std::uint32_t position() const { return separators - 1; }
};

/// One pass over one text. Recursion is as deep as the longest pointer; what no field leads into is
/// skipped without it.
template <class Specials, Select select>
class Walk {
  using Place = typename Specials::Place;

 public:
  Walk(std::string_view text, Locations& out)
      : cursor_(text.data(), text.data() + text.size()), out_(out), notes_(*out.notes) {}

  Fault run(const FieldNode& root) {
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

  const char* value(const FieldNode& node, const char* p, unsigned depth, const Slot& slot) {
    if (node.field == no_offset && !node.fields.empty() && p < cursor_.end()) {
      if (*p == '{') return object(node, p, depth);
      if (*p == '[') return array(node, p, depth);
    }
    const char* const q = cursor_.value(p, depth);
    if (q == nullptr) return nullptr;
    if (node.field != no_offset) {
      if (select == Select::fields) emit(node.field, slot, p, q);
    } else if (select == Select::rest) {
      emit(no_offset, slot, p, q);
    } else {
      for (const std::uint32_t field : node.fields) gap(field, node.depth, p, q);
    }
    return q;
  }

  /// The value of a member or an element that begins at `begin`; `child` is null if no field leads
  /// there.
  [[gnu::always_inline]] const char* part(const FieldNode* child, Frame& frame, const char* begin,
                                          const char* p, unsigned depth, Place& place) {
    frame.awaits_next = false;
    if (child != nullptr && child->field == no_offset) {
      cursor_.set_place(place);
      const std::size_t before = out_.matches.size();
      p = value(*child, p, depth, slot(frame, begin));
      frame.awaits_next =
          out_.matches.size() != before && out_.matches.back().container == offset(frame.open);
      place = cursor_.place();
      return p;
    }
    const char* const q = cursor_.value(p, depth, place);
    if (q != nullptr && (child != nullptr) == (select == Select::fields)) {
      emit(child != nullptr ? child->field : no_offset, slot(frame, begin), p, q);
      frame.awaits_next = true;
    }
    return q;
  }

  const char* object(const FieldNode& node, const char* const open, unsigned depth) {
    if (depth == max_depth) return cursor_.fail(open, "nested more than 1024 deep");
    Frame frame{open, ++notes_.container};
    const std::size_t keys = notes_.keys.size();
    MemberHeads& heads = notes_.heads[node.number];
    MemberHead* head = heads.start();
    Place place = cursor_.place();
    const char* p = open;  // then behind each value
    while (!cursor_.at(p, '}')) {
      const char* begin;
      const FieldEdge* edge;
      MemberHead* const known = heads.known(head, p);
      if (known != nullptr && known->end(p) <= cursor_.end()) [[likely]] {
        frame.pass(p);
        begin = known->quote(p);
        edge = known->edge();
        cursor_.passed(known->key_end(p) - 1, place);
        p = cursor_.space(known->end(p));
        head = known;
      } else {
        const char* const from = p;
        if (!go_on(p, frame, '}')) break;
        begin = p;
        p = read_head(node, from, p, frame, edge, heads, head, place);
        if (p == nullptr) return nullptr;
      }
      if (frame.awaits_next) out_.matches.back().next = offset(begin);
      if (notes_.shapes.learning()) [[unlikely]]
        notes_.shape_keys.push_back(offset(begin));
      if (edge != nullptr) meet(*edge, frame);
      const FieldNode* const child = edge != nullptr ? edge->child.get() : node.any.get();
      p = part(child, frame, begin, p, depth + 1, place);
      if (p == nullptr) return nullptr;
    }
    if (!cursor_.at(p, '}')) return cursor_.fail(p, "expected a comma or a closing brace");
    if (node.any) find_repeated(node, keys);
    cursor_.set_place(place);
    find_gaps(node, frame, p + 1);
    return p + 1;
  }

  /// Of a member that is not known: its key begins at `p`, its head at `from`. Gives where its
  /// value begins.
  const char* read_head(const FieldNode& node, const char* from, const char* p, const Frame& frame,
                        const FieldEdge*& edge, MemberHeads& heads, MemberHead*& head,
                        Place& place) {
    const char* const begin = p;
    const char* key_end = nullptr;
    bool escaped = false;
    p = cursor_.key(p, key_end, escaped, place);
    if (p == nullptr) return nullptr;
    std::string_view key(begin + 1, static_cast<std::size_t>(key_end - begin) - 2);
    if (escaped) key = unescaped(key);
    edge = node.edge(key);
    if (node.any) {
      // As a rule a map, whose keys are not its shape.
      notes_.keys.emplace_back(key);
    } else if (heads.learning(head) && !escaped && from == frame.separator &&
               static_cast<std::size_t>(p - from) <= MemberHead::longest) {
      head = heads.learn(head, {from, begin, key_end, p, edge});
    }
    return p;
  }

  const char* array(const FieldNode& node, const char* const open, unsigned depth) {
    if (depth == max_depth) return cursor_.fail(open, "nested more than 1024 deep");
    Frame frame{open, ++notes_.container};
    Place place = cursor_.place();
    const char* p = open;  // then behind each value
    while (go_on(p, frame, ']')) {
      if (frame.awaits_next) out_.matches.back().next = offset(p);
      p = part(element(node, frame), frame, p, p, depth + 1, place);
      if (p == nullptr) return nullptr;
    }
    if (!cursor_.at(p, ']')) return cursor_.fail(p, "expected a comma or a closing bracket");
    cursor_.set_place(place);
    find_gaps(node, frame, p + 1);
    return p + 1;
  }

  /// From the bracket or the end of a part to the next part; false if none follows.
  bool go_on(const char*& p, Frame& frame, char close) const {
    if (p == frame.open) {
      frame.pass(p);
      p = cursor_.space(p + 1);
      return !cursor_.at(p, close);
    }
    p = cursor_.space(p);
    if (!cursor_.at(p, ',')) return false;
    frame.pass(p);
    p = cursor_.space(p + 1);
    return true;
  }

  std::string_view unescaped(std::string_view key) {
    notes_.unescaped.clear();
    unescape(key, notes_.unescaped);
    return notes_.unescaped;
  }

  Slot slot(const Frame& frame, const char* begin) const {
    return {offset(begin), offset(frame.open), frame.position(),
            frame.separator == frame.open ? no_offset : offset(frame.separator)};
  }

  void meet(const FieldEdge& edge, Frame& frame) {
    std::uint64_t& met = notes_.met[edge.number];
    if (met == frame.number) {
      if (out_.repeated == no_offset) out_.repeated = edge.named.front();
      return;
    }
    met = frame.number;
    ++frame.edges_met;
  }

  const FieldNode* element(const FieldNode& node, Frame& frame) {
    for (const FieldEdge& edge : node.edges) {
      if (edge.index != frame.position()) continue;
      meet(edge, frame);
      return edge.child.get();
    }
    return node.any.get();
  }

  /// Of an object all of whose members are named, the last ones in `keys` from `first` on.
  void find_repeated(const FieldNode& node, std::size_t first) {
    auto& keys = notes_.keys;
    const auto begin = keys.begin() + static_cast<std::ptrdiff_t>(first);
    std::sort(begin, keys.end());
    if (out_.repeated == no_offset && std::adjacent_find(begin, keys.end()) != keys.end()) {
      out_.repeated = node.any->fields.front();
    }
    keys.erase(begin, keys.end());
  }

  void find_gaps(const FieldNode& node, const Frame& frame, const char* close) {
    if (select != Select::fields || frame.edges_met == node.edges.size()) return;
    for (const FieldEdge& edge : node.edges) {
      if (notes_.met[edge.number] == frame.number) continue;
      for (const std::uint32_t field : edge.named) gap(field, node.depth, frame.open, close);
    }
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
  detail::LocatorNotes& notes_;
};

template <class Specials>
Fault walk(std::string_view text, const FieldNode& root, Locations& out, Select select) {
  if (select == Select::rest) return Walk<Specials, Select::rest>(text, out).run(root);
  return Walk<Specials, Select::fields>(text, out).run(root);
}

/// Of a text whose shape is not known.
[[gnu::noinline]] Fault read(std::string_view text, const FieldNode& root, Locations& out,
                             Select select) {
  detail::LocatorNotes& notes = *out.notes;
  notes.keys.clear();  // a fault leaves some
  notes.shape_keys.clear();
  Fault fault = detail::IndexedSpecials::usable(text.size())
                    ? walk<detail::IndexedSpecials>(text, root, out, select)
                    : walk<detail::NearbySpecials>(text, root, out, select);
  if (!fault) fault = utf8_fault(text);
  if (!fault && notes.shapes.learning()) [[unlikely]]
    notes.shapes.learn(text, select, out, notes.shape_keys);
  return fault;
}

}  // namespace

FieldSet::FieldSet(std::span<const Pointer> fields)
    : pointers_(fields.begin(), fields.end()),
      lender_(std::make_shared<detail::NotesLender>(pointers_)) {}

Fault FieldSet::locate(std::string_view text, Locations& out, Select select) const {
  out.clear();
  if (out.notes.get_deleter().lender != lender_) [[unlikely]]
    out.notes = detail::NotesLender::borrow(lender_);
  detail::KnownShapes& shapes = out.notes->shapes;
  if (shapes.usable(text.size()) && shapes.known(text, select, out)) return {};
  return read(text, *lender_->tree.root, out, select);
}

}  // namespace adyton::json
