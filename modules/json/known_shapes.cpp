#include "modules/json/known_shapes.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <span>
#include <vector>

#include "host/base/text.h"
#include "modules/json/cursor.h"
#include "modules/json/skim.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace adyton::json::detail {

namespace {

constexpr std::size_t step = 32;  // parts that are compared at once

/// Some parts of a shape.
struct Step {
  std::array<std::uint8_t, step> parts;  // their kinds; behind the last `end`s
  std::uint32_t keys = 0;                // a bit for each that is a key
  std::uint32_t literals = 0;            // and for each that was met as a scalar, but not a string
};

/// Up to `step` bytes of a key, from some byte of it on.
struct KeyPiece {
  std::array<char, step> bytes{};  // zeros behind them
  std::array<char, step> mask{};   // ones where they are
  std::uint16_t part = 0;
  std::uint16_t offset = 0;  // from the key's opening quote
};

/// A key that is short with its quotes, as most are.
struct ShortKey {
  std::uint64_t bytes = 0;  // zeros behind them
  std::uint64_t mask = 0;   // ones where they are
  std::uint16_t part = 0;
};

bool is_container(std::uint8_t part) {
  return part == Skeleton::brace || part == Skeleton::bracket;
}

// A text with other white space than blanks has no skeleton.
constexpr char blank = ' ';

constexpr auto ends_scalar = [] {
  std::array<bool, 256> table{};
  for (const char c : {',', '}', ']', blank}) table[static_cast<unsigned char>(c)] = true;
  return table;
}();

/// Whether what stands at `p` lets a scalar end before it.
inline bool ends_at(const char* p) {
  return ends_scalar[static_cast<unsigned char>(*p)];
}

/// Tells parts from offsets.
class Parts {
 public:
  explicit Parts(const Skeleton& skeleton)
      : begin_(skeleton.offsets()), end_(begin_ + skeleton.size() + 1) {}

  /// The part that is at an offset.
  std::uint32_t at(std::uint32_t offset) const {
    return offset == no_offset ? Skeleton::nowhere : behind(offset);
  }
  /// The first part behind a value that ends at an offset.
  std::uint32_t behind(std::uint32_t offset) const {
    const auto found = std::lower_bound(begin_, end_, static_cast<std::int16_t>(offset));
    return static_cast<std::uint32_t>(found - begin_);
  }

 private:
  const std::int16_t* begin_;
  const std::int16_t* end_;
};

}  // namespace

/// In place of offsets the findings have numbers of parts; in place of an end that of the part
/// behind it.
struct KnownShapes::Shape {
  std::uint32_t hash;
  std::size_t size;  // of the skeleton
  Select select;
  std::vector<Step> steps;
  std::vector<ShortKey> short_keys;     // of the objects that fields lead into
  std::vector<KeyPiece> pieces;         // of the other keys of these objects
  std::vector<std::uint16_t> literals;  // parts that were met as scalars, but not strings
  Findings found;

  /// That it takes at most, whatever is added.
  std::size_t bytes() const {
    return sizeof(Shape) + steps.size() * (sizeof(Step) + step * sizeof literals[0]) +
           short_keys.size() * sizeof(ShortKey) + pieces.size() * sizeof(KeyPiece) +
           found.matches.size() * sizeof(Match) + found.gaps.size() * sizeof(Gap);
  }

  [[gnu::noinline]] void add_literals(Step& its, std::uint32_t parts) {
    const auto first = static_cast<std::size_t>(&its - steps.data()) * step;
    std::uint32_t more = parts & ~its.literals;
    its.literals |= more;
    for (; more != 0; more &= more - 1) {
      literals.push_back(static_cast<std::uint16_t>(first + std::countr_zero(more)));
    }
  }
};

KnownShapes::KnownShapes() = default;
KnownShapes::~KnownShapes() = default;

#if defined(__x86_64__)

#define ADYTON_AVX2 [[gnu::target("avx2,bmi,bmi2,popcnt")]]

namespace {

ADYTON_AVX2 inline __m256i load(const void* p) {
  return _mm256_loadu_si256(static_cast<const __m256i*>(p));
}

ADYTON_AVX2 inline std::uint32_t equal_bytes(__m256i a, __m256i b) {
  return static_cast<std::uint32_t>(_mm256_movemask_epi8(_mm256_cmpeq_epi8(a, b)));
}

/// Whether at `p` there is a number without an exponent, as most are, which ends where it may.
inline bool is_plain_number(const char* p, const char* end) {
  if (*p == '-') ++p;
  const char* const whole = p;
  p = skip_digits_at_once(p, end);
  if (p == whole || (*whole == '0' && p > whole + 1)) return false;
  if (*p == '.') {
    const char* const fraction = p + 1;
    p = skip_digits_at_once(fraction, end);
    if (p == fraction) return false;
  }
  return ends_at(p);
}

/// The same of any number, and of constants.
[[gnu::noinline]] bool is_other_scalar(const char* p, const char* end) {
  Cursor<NearbySpecials> cursor(p, end);
  NearbySpecials::Place place;
  p = cursor.scalar(p, place);
  return p != nullptr && ends_at(p);
}

}  // namespace

ADYTON_AVX2 bool KnownShapes::known_as(Shape& shape, std::string_view text, Select select,
                                       Findings& out) const {
  if (shape.size != skeleton_.size() || shape.select != select) return false;
  const std::int16_t* const offsets = skeleton_.offsets();
  const auto at = [offsets](std::uint32_t part) {
    return static_cast<std::uint32_t>(offsets[part]);
  };

  // The keys.
  std::uint64_t wrong = 0;
  for (const ShortKey& key : shape.short_keys) {
    wrong |= (skim::load_word(text.data() + offsets[key.part]) ^ key.bytes) & key.mask;
  }
  if (wrong != 0) return false;
  __m256i wrong_pieces = _mm256_setzero_si256();
  for (const KeyPiece& piece : shape.pieces) {
    const __m256i bytes = load(text.data() + offsets[piece.part] + piece.offset);
    const __m256i differing = _mm256_xor_si256(bytes, load(piece.bytes.data()));
    wrong_pieces =
        _mm256_or_si256(wrong_pieces, _mm256_and_si256(differing, load(piece.mask.data())));
  }
  if (_mm256_testz_si256(wrong_pieces, wrong_pieces) == 0) return false;

  // The parts.
  const __m256i kind = _mm256_set1_epi8(Skeleton::kind);
  const __m256i kind_and_quote = _mm256_set1_epi8(Skeleton::kind | Skeleton::quoted);
  const std::uint8_t* p = skeleton_.parts();
  for (Step& known : shape.steps) {
    const __m256i parts = load(p);
    p += step;
    if (equal_bytes(_mm256_and_si256(parts, kind), load(known.parts.data())) != ~std::uint32_t{0}) {
      return false;
    }
    const std::uint32_t literals =
        equal_bytes(_mm256_and_si256(parts, kind_and_quote), _mm256_setzero_si256());
    if ((literals & ~known.literals) != 0) [[unlikely]] {
      if ((literals & known.keys) != 0) return false;
      shape.add_literals(known, literals);
    }
  }

  // The scalars.
  const char* const text_end = text.data() + text.size();
  for (const std::uint16_t part : shape.literals) {
    const char* const begin = text.data() + at(part);
    if (*begin == '"' || is_plain_number(begin, text_end)) continue;
    if (!is_other_scalar(begin, text_end)) return false;
  }

  const auto end_before = [at, text](std::uint32_t part) {
    std::uint32_t end = at(part);
    while (text[end - 1] == blank) --end;
    return end;
  };
  out.matches.resize(shape.found.matches.size());
  Match* match = out.matches.data();
  for (const Match& m : shape.found.matches) {
    match->field = m.field;
    match->member = at(m.member);
    match->begin = at(m.begin);
    match->end = end_before(m.end);
    match->container = at(m.container);
    match->position = m.position;
    match->comma = at(m.comma);
    match->next = at(m.next);
    ++match;
  }
  for (const Gap& gap : shape.found.gaps) {
    out.gaps.push_back({gap.field, gap.depth, at(gap.begin), end_before(gap.end)});
  }
  out.repeated = shape.found.repeated;
  return true;
}

#else

bool KnownShapes::known_as(Shape&, std::string_view, Select, Findings&) const {
  return false;
}

#endif

bool KnownShapes::known(std::string_view text, Select select, Findings& out) {
  // What is no container is read at once.
  if (!skeleton_.read(text) || !is_container(skeleton_.parts()[0] & Skeleton::kind) ||
      !(skeleton_.ascii() || is_utf8(text))) {
    lose_patience(1);
    return false;
  }
  Shape*& usual = usual_[skeleton_.size() % most];
  Shape* shape = usual;
  for (std::size_t tried = 0;; ++tried) {
    if (shape != nullptr && known_as(*shape, text, select, out)) [[likely]] {
      usual = shape;
      patience_ = std::min(patience_ + patience_per_known, most_patience);
      return true;
    }
    if (tried == 2) break;
    if (tried == 0) hash_ = hash_of_parts();
    shape = shapes_[hash_ % most ^ tried].get();
    if (shape != nullptr && (shape == usual || shape->hash != hash_)) shape = nullptr;
  }
  // Only what is met again is learnt.
  std::uint32_t& met = met_[hash_ / most % most];
  learning_ = met == hash_;
  met = hash_;
  lose_patience(learning_ ? patience_per_shape : 1);
  return false;
}

void KnownShapes::lose_patience(int much) {
  patience_ -= much;
  if (patience_ >= 0) return;
  patience_ = most_patience;
  resting_ = texts_to_rest;
}

std::uint32_t KnownShapes::hash_of_parts() const {
  constexpr std::uint64_t kinds = 0x0101010101010101 * Skeleton::kind;
  std::uint64_t sum = skeleton_.size();
  for (std::size_t i = 0; i < skeleton_.size(); i += 8) {
    const auto* const parts = reinterpret_cast<const char*>(skeleton_.parts() + i);
    sum = std::rotl(sum ^ (skim::load_word(parts) & kinds), 29) * 0x9e3779b97f4a7c15;
  }
  return static_cast<std::uint32_t>(sum >> 32);
}

void KnownShapes::learn(std::string_view text, Select select, const Findings& found,
                        std::span<const std::uint32_t> keys) {
  const std::size_t steps = (skeleton_.size() + step - 1) / step;
  auto shape = std::make_unique<Shape>();
  shape->hash = hash_;
  shape->size = skeleton_.size();
  shape->select = select;
  shape->steps.resize(steps);
  for (std::size_t i = 0; i < steps * step; ++i) {
    Step& its = shape->steps[i / step];
    const bool within = i < skeleton_.size();
    its.parts[i % step] = within ? skeleton_.parts()[i] & Skeleton::kind : Skeleton::end;
    if (within && (skeleton_.parts()[i + 1] & Skeleton::kind) == Skeleton::colon)
      its.keys |= std::uint32_t{1} << (i % step);
  }
  const Parts parts(skeleton_);
  for (const std::uint32_t key : keys) {
    bool escaped = false;
    const std::size_t end = skim_string(text.data(), key, escaped);
    const auto part = static_cast<std::uint16_t>(parts.at(key));
    if (end - key <= sizeof(ShortKey::bytes)) {
      ShortKey& short_key = shape->short_keys.emplace_back();
      std::memcpy(&short_key.bytes, text.data() + key, end - key);
      std::memset(&short_key.mask, 0xff, end - key);
      short_key.part = part;
      continue;
    }
    for (std::size_t at = key; at < end; at += step) {
      KeyPiece& piece = shape->pieces.emplace_back();
      const std::size_t size = std::min(end - at, step);
      std::memcpy(piece.bytes.data(), text.data() + at, size);
      std::memset(piece.mask.data(), 0xff, size);
      piece.part = part;
      piece.offset = static_cast<std::uint16_t>(at - key);
    }
  }
  shape->found = found;
  for (Match& m : shape->found.matches) {
    for (std::uint32_t* offset : {&m.member, &m.begin, &m.container, &m.comma, &m.next}) {
      *offset = parts.at(*offset);
    }
    m.end = parts.behind(m.end);
  }
  for (Gap& gap : shape->found.gaps) {
    gap.begin = parts.at(gap.begin);
    gap.end = parts.behind(gap.end);
  }
  keep(std::move(shape));
}

void KnownShapes::keep(std::unique_ptr<Shape> shape) {
  if (bytes_ + shape->bytes() > most_bytes) {
    shapes_ = {};
    usual_ = {};
    bytes_ = 0;
  }
  // The shape that was met first gives way to none but the next one beside it.
  const std::size_t slot = hash_ % most;
  auto& place = shapes_[shapes_[slot] == nullptr ? slot : slot ^ 1];
  if (place != nullptr) {
    bytes_ -= place->bytes();
    std::replace(usual_.begin(), usual_.end(), place.get(), static_cast<Shape*>(nullptr));
  }
  bytes_ += shape->bytes();
  place = std::move(shape);
  usual_[skeleton_.size() % most] = place.get();
}

}  // namespace adyton::json::detail
