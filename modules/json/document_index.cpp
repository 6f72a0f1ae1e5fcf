#include "modules/json/document_index.h"

#include "modules/json/cursor.h"
#include "modules/json/utf8_fault.h"

namespace adyton::json {

/// Takes down each container where it ends. While one is open its entry says instead where it
/// begins and which is open around it, so that no other stack is needed.
class DocumentIndex::Nest {
 public:
  static constexpr const char* too_deep = "nested too deep";

  Nest(DocumentIndex& index, std::size_t deepest) : index_(index), room_(deepest) {}

  bool open(const char* p, bool) {
    if (room_ == 0) return false;
    --room_;
    const auto number = static_cast<std::uint32_t>(index_.containers_.size());
    index_.containers_.push({offset(p), innermost_});
    innermost_ = number;
    return true;
  }
  bool close(const char* p) {
    ++room_;
    Container& container = index_.containers_[innermost_];
    innermost_ = container.next;
    container = {offset(p), static_cast<std::uint32_t>(index_.containers_.size())};
    return innermost_ == none;
  }
  bool object() const { return index_.text_[index_.containers_[innermost_].end] == '{'; }

 private:
  static constexpr std::uint32_t none = 0xffffffff;

  std::uint32_t offset(const char* p) const { return static_cast<std::uint32_t>(p - index_.text_); }

  DocumentIndex& index_;
  std::size_t room_;
  std::uint32_t innermost_ = none;
};

template <class Specials>
Fault DocumentIndex::read(std::string_view text, std::size_t deepest) {
  detail::Cursor<Specials> cursor(text.data(), text.data() + text.size());
  const char* p = cursor.space(cursor.begin());
  root_ = {static_cast<std::uint32_t>(p - cursor.begin()), 0};
  if (cursor.at(p, '{') || cursor.at(p, '[')) {
    Nest nest(*this, deepest);
    auto place = cursor.place();
    p = cursor.nested(p, nest, place);
  } else {
    p = cursor.value(p, 0);
  }
  if (p == nullptr) return cursor.fault();
  p = cursor.space(p);
  if (p < cursor.end()) cursor.fail(p, "something stands behind the value");
  return cursor.fault();
}

Fault DocumentIndex::build(std::string_view text, std::size_t deepest) {
  text_ = text.data();
  size_ = text.size();
  const Fault fault = detail::IndexedSpecials::usable(text.size())
                          ? read<detail::IndexedSpecials>(text, deepest)
                          : read<detail::NearbySpecials>(text, deepest);
  return fault ? fault : utf8_fault(text);
}

}  // namespace adyton::json
