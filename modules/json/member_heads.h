#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <utility>
#include <vector>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace adyton::json::detail {

struct FieldEdge;

/// The head of an object's member: its bytes from the bracket or comma before it to where its value
/// begins, such as `,"name":`, and what a node makes of it. A head that was read once is known
/// again by comparing bytes, and need not be read.
class MemberHead {
 public:
  /// Longer ones are not kept.
  static constexpr std::size_t longest = 32;

  /// Of no member: stands nowhere.
  MemberHead() = default;
  /// Precondition: begin <= quote < key_end <= end <= begin + longest; key_end is behind the key's
  /// closing quote; `longest` bytes from `begin` on are readable.
  MemberHead(const char* begin, const char* quote, const char* key_end, const char* end,
             const FieldEdge* edge)
      : edge_(edge),
        mask_((1U << (end - begin < 16 ? end - begin : 16)) - 1),
        size_(static_cast<std::uint8_t>(end - begin)),
        quote_(static_cast<std::uint8_t>(quote - begin)),
        key_end_(static_cast<std::uint8_t>(key_end - begin)) {
    std::array<std::uint64_t, longest / 8> words;
    std::memcpy(words.data(), begin, longest);
    // Zeros behind the head, a word at a time.
    for (std::size_t i = 0; i < words.size(); ++i) {
      if (size_ < 8 * (i + 1))
        words[i] &= size_ > 8 * i ? ~(~std::uint64_t{0} << (size_ % 8 * 8)) : 0;
    }
    std::memcpy(bytes_.data(), words.data(), longest);
  }

  /// Looks at `longest` bytes from `p` on, whatever the size.
  bool stands_at(const char* p) const {
#if defined(__SSE2__)
    if ((~same_bytes(p, bytes_.data()) & mask_) != 0) return false;
    return size_ <= 16 || same_bytes(p + size_ - 16, bytes_.data() + size_ - 16) == 0xffff;
#else
    return size_ != 0 && std::memcmp(p, bytes_.data(), size_) == 0;
#endif
  }

  // Where its parts are, if it begins at `p`.
  const char* quote(const char* p) const {
    return p + quote_;
  }
  const char* key_end(const char* p) const {
    return p + key_end_;
  }
  const char* end(const char* p) const {
    return p + size_;
  }

  /// The edge that the key leads along; null if no field lies that way.
  const FieldEdge* edge() const {
    return edge_;
  }

  bool same_as(const MemberHead& other) const {
    return bytes_ == other.bytes_;
  }
  std::uint8_t hash() const {
    std::array<std::uint64_t, longest / 8> words;
    std::memcpy(words.data(), bytes_.data(), longest);
    std::uint64_t sum = 0;
    for (const std::uint64_t word : words) sum = (sum ^ word) * 0x9e3779b97f4a7c15;
    return static_cast<std::uint8_t>(sum >> 56);
  }

 private:
  friend class MemberHeads;

#if defined(__SSE2__)
  static unsigned same_bytes(const char* a, const char* b) {
    return static_cast<unsigned>(
        _mm_movemask_epi8(_mm_cmpeq_epi8(_mm_loadu_si128(reinterpret_cast<const __m128i*>(a)),
                                         _mm_loadu_si128(reinterpret_cast<const __m128i*>(b)))));
  }
#endif

  alignas(16) std::array<char, longest> bytes_{};  // zeros behind the head
  const FieldEdge* edge_ = nullptr;
  MemberHead* next_ = nullptr;     // followed last time
  MemberHead* other_ = nullptr;    // followed before that
  std::uint32_t mask_ = 1U << 16;  // of the first sixteen bytes those that count; more: never alike
  std::uint8_t size_ = 0;
  std::uint8_t quote_ = 0;
  std::uint8_t key_end_ = 0;
};

/// The heads that were met in the objects of one node, each with two that have followed it: records
/// repeat their shape, so that one of them is likely to follow again. Where objects don't, the
/// heads are given up for a while.
class MemberHeads {
 public:
  MemberHeads() = default;
  MemberHeads(const MemberHeads&) = delete;
  MemberHeads& operator=(const MemberHeads&) = delete;

  /// An object begins: what stands before its first member, of no member itself.
  MemberHead* start() {
    if (resting_ > 0) [[unlikely]] {
      --resting_;
      return &unknown_;
    }
    patience_ = std::min(patience_ + patience_per_object, most_patience);
    return &start_;
  }

  /// The head that stands at `p`, if it is one that has followed `after`; else null.
  MemberHead* known(MemberHead* after, const char* p) {
    if (after->next_->stands_at(p)) [[likely]]
      return after->next_;
    if (!after->other_->stands_at(p)) return nullptr;
    std::swap(after->next_, after->other_);
    return after->next_;
  }

  /// Whether learn() may be asked what follows `after`.
  bool learning(const MemberHead* after) const { return after != &unknown_; }

  /// Learns that `head`, which was not known, followed `after`. Gives where it is kept.
  MemberHead* learn(MemberHead* after, const MemberHead& head) {
    MemberHead* const kept = keep(head);
    after->other_ = after->next_;
    after->next_ = kept;
    if (patience_ < 0) {
      patience_ = most_patience;
      resting_ = objects_to_rest;
    }
    return kept;
  }

 private:
  // As many as a byte can number.
  static constexpr std::size_t most = 256;

  // Each object brings some patience; what must be learnt in it takes more or less away.
  static constexpr int patience_per_object = 2;
  static constexpr int patience_per_order = 1;  // a head that is kept, but has not followed lately
  static constexpr int patience_per_head = 4;   // one that is not kept
  static constexpr int most_patience = 512;
  static constexpr int objects_to_rest = 2000;

  static MemberHead followed_by(MemberHead* next) {
    MemberHead head;
    head.next_ = head.other_ = next;
    return head;
  }

  MemberHead* keep(const MemberHead& head) {
    const std::size_t hash = head.hash();
    patience_ -= patience_per_order;
    for (const std::size_t slot : {hash, hash ^ 1}) {
      std::uint8_t& number = numbers_[slot];
      if (number != 0 && heads_[number - 1]->same_as(head)) return heads_[number - 1].get();
    }
    patience_ -= patience_per_head - patience_per_order;
    std::uint8_t& number = numbers_[numbers_[hash] == 0 ? hash : hash ^ 1];
    if (number == 0 && heads_.size() < most - 1) {
      heads_.push_back(std::make_unique<MemberHead>());
      number = static_cast<std::uint8_t>(heads_.size());
    }
    // It takes another's place if there is none left.
    MemberHead* const kept = heads_[std::max<std::size_t>(number, 1) - 1].get();
    *kept = head;
    kept->next_ = kept->other_ = &unknown_;
    return kept;
  }

  MemberHead unknown_ = followed_by(&unknown_);
  MemberHead start_ = followed_by(&unknown_);
  int patience_ = most_patience;
  int resting_ = 0;  // objects to go
  std::vector<std::unique_ptr<MemberHead>> heads_;
  std::array<std::uint8_t, 256> numbers_{};  // by hash: which of the heads, from one; 0 is none
};

}  // namespace adyton::json::detail
