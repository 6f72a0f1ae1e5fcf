// FieldSet::locate() finds what a walk through Boost.JSON's document finds, in a long text, which
// is read in another way, what it finds in a short one, and after others what it finds at first.
// The input's first line is a list of pointers, separated by blanks; the rest is the text.
#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include <boost/json.hpp>
#include <boost/json/basic_parser_impl.hpp>

#include "host/base/text.h"
#include "modules/json/locate.h"

namespace json = adyton::json;

namespace {

using Values = std::vector<boost::json::value>;

void walk(const boost::json::value& value, std::span<const json::Pointer::Token> tokens,
          Values& out) {
  if (tokens.empty()) {
    out.push_back(value);
    return;
  }
  const auto& token = tokens.front();
  const auto rest = tokens.subspan(1);
  if (const auto* object = value.if_object()) {
    for (const auto& member : *object) {
      if (token.any || member.key() == token.key) walk(member.value(), rest, out);
    }
  } else if (const auto* array = value.if_array()) {
    const auto index = json::array_index(token.key);
    for (std::size_t i = 0; i < array->size(); ++i) {
      if (token.any || index == i) walk((*array)[i], rest, out);
    }
  }
}

/// The pointers of a line, without those that are malformed or overlap an earlier one.
std::vector<json::Pointer> read_pointers(std::string_view line) {
  std::vector<json::Pointer> pointers;
  while (!line.empty()) {
    const auto blank = std::min(line.find(' '), line.size());
    auto pointer = json::Pointer::parse(line.substr(0, blank));
    line.remove_prefix(std::min(blank + 1, line.size()));
    if (!pointer) continue;
    bool fits = true;
    for (const auto& other : pointers) fits = fits && !overlap(*pointer, other);
    if (fits) pointers.push_back(*std::move(pointer));
  }
  return pointers;
}

/// Listens to a parse for a key that its object has already.
struct KeyWatch {
  constexpr static std::size_t max_object_size = std::size_t(-1);
  constexpr static std::size_t max_array_size = std::size_t(-1);
  constexpr static std::size_t max_key_size = std::size_t(-1);
  constexpr static std::size_t max_string_size = std::size_t(-1);
  std::vector<std::vector<std::string>> open = {};
  std::string key = {};
  bool repeated = false;

  using Code = boost::system::error_code;
  using Text = boost::json::string_view;
  bool on_document_begin(Code&) { return true; }
  bool on_document_end(Code&) { return true; }
  bool on_object_begin(Code&) { return open.emplace_back(), true; }
  bool on_object_end(std::size_t, Code&) { return open.pop_back(), true; }
  bool on_array_begin(Code&) { return true; }
  bool on_array_end(std::size_t, Code&) { return true; }
  bool on_key_part(Text part, std::size_t, Code&) { return key += part, true; }
  bool on_key(Text part, std::size_t, Code&) {
    key += part;
    for (const auto& other : open.back()) repeated = repeated || other == key;
    open.back().push_back(std::move(key));
    key.clear();
    return true;
  }
  bool on_string_part(Text, std::size_t, Code&) { return true; }
  bool on_string(Text, std::size_t, Code&) { return true; }
  bool on_number_part(Text, Code&) { return true; }
  bool on_int64(std::int64_t, Text, Code&) { return true; }
  bool on_uint64(std::uint64_t, Text, Code&) { return true; }
  bool on_double(double, Text, Code&) { return true; }
  bool on_bool(bool, Code&) { return true; }
  bool on_null(Code&) { return true; }
  bool on_comment_part(Text, Code&) { return true; }
  bool on_comment(Text, Code&) { return true; }
};

/// True if some object in the text repeats a key: Boost.JSON keeps one of them.
bool repeats_a_key(std::string_view text) {
  boost::json::parse_options options;
  options.max_depth = json::max_depth;
  boost::json::basic_parser<KeyWatch> parser(options);
  boost::system::error_code code;
  parser.write_some(false, text.data(), text.size(), code);
  return parser.handler().repeated;
}

/// What was found, as numbers, behind `before` bytes of white space, which are taken from the
/// offsets.
std::vector<std::size_t> numbers_of(const json::Locations& found, std::size_t before) {
  std::vector<std::size_t> numbers{found.repeated};
  const auto put = [&](std::uint32_t offset) {
    numbers.push_back(offset == json::no_offset ? offset : offset - before);
  };
  for (const auto& match : found.matches) {
    numbers.insert(numbers.end(), {match.field, match.position});
    for (const auto offset :
         {match.member, match.begin, match.end, match.container, match.comma, match.next}) {
      put(offset);
    }
  }
  for (const auto& gap : found.gaps) {
    numbers.insert(numbers.end(), {gap.field, gap.depth});
    put(gap.begin);
    put(gap.end);
  }
  return numbers;
}

/// What is found in the text behind so many bytes of white space; nothing where it is not JSON.
std::vector<std::size_t> found_behind(std::size_t before, std::string_view text,
                                      const json::FieldSet& set, json::Select select) {
  std::string padded(before, ' ');
  padded += text;
  padded.append(json::scan_padding, '\0');
  json::Locations found;
  if (set.locate({padded.data(), before + text.size()}, found, select)) return {};
  return numbers_of(found, before);
}

/// What was learnt from a text changes nothing in what is found in others that are almost like it.
void check_learnt(std::string_view text, const json::FieldSet& set, json::Select select) {
  const auto found_or_fault = [](const json::Fault& fault, const json::Locations& found) {
    return fault ? std::vector<std::size_t>{fault.offset} : numbers_of(found, 0);
  };
  json::Locations warm;
  std::string padded(text);
  padded.append(json::scan_padding, '\0');
  for (int i = 0; i < 3; ++i) {
    if (set.locate({padded.data(), text.size()}, warm, select)) return;
  }
  static constexpr std::string_view others = "\"\\{}[],: 01e-.n\n\x80\xc3";
  std::size_t seed = text.size();
  for (int i = 0; i < 8; ++i) {
    seed = seed * 6364136223846793005 + 1442695040888963407;
    const std::size_t at = (seed >> 33) % text.size();
    const char before = padded[at];
    padded[at] = others[(seed >> 20) % others.size()];
    const std::string_view other(padded.data(), text.size());
    json::Locations cold;
    const json::FieldSet unused(set.pointers());
    const auto expected = found_or_fault(unused.locate(other, cold, select), cold);
    if (found_or_fault(set.locate(other, warm, select), warm) != expected) std::abort();
    padded[at] = before;
  }
}

/// Boost.JSON reads some long numbers one way in a long text, and another way, by the last bits, in
/// a short one; and 0e7777 as no number at all.
bool alike(double a, double b) {
  constexpr double few_bits = 8 * std::numeric_limits<double>::epsilon();
  return a == b || std::abs(a - b) <= few_bits * std::abs(a) || (std::isnan(a) && std::isnan(b));
}

bool alike(const boost::json::value& a, const boost::json::value& b) {
  const auto each = [](const auto& x, const auto& y) { return alike(x, y); };
  if (a.is_double() && b.is_double()) return alike(a.get_double(), b.get_double());
  if (a.is_array() && b.is_array()) {
    return std::ranges::equal(a.get_array(), b.get_array(), each);
  }
  if (!a.is_object() || !b.is_object()) return a == b;
  return std::ranges::equal(a.get_object(), b.get_object(), [&](const auto& x, const auto& y) {
    return x.key() == y.key() && alike(x.value(), y.value());
  });
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const auto newline = input.find('\n');
  if (newline == input.npos) return 0;
  const auto pointers = read_pointers(input.substr(0, newline));
  std::string padded(input.substr(newline + 1));
  const std::size_t length = padded.size();
  padded.append(json::scan_padding, '\0');
  const std::string_view text(padded.data(), length);

  const json::FieldSet set(pointers);
  for (const auto select : {json::Select::fields, json::Select::rest}) {
    if (found_behind(0, text, set, select) != found_behind(200, text, set, select)) std::abort();
    check_learnt(text, set, select);
  }
  json::Locations found;
  if (set.locate(text, found)) return 0;
  if (!adyton::is_utf8(text)) std::abort();
  boost::json::parse_options options;
  options.max_depth = json::max_depth;
  boost::system::error_code code;
  const auto document = boost::json::parse(text, code, {}, options);
  if (code || repeats_a_key(text)) return 0;
  if (found.repeated != json::no_offset) std::abort();

  std::vector<Values> ours(pointers.size());
  std::uint32_t last = 0;
  for (const auto& match : found.matches) {
    if (match.begin < last || match.end <= match.begin || match.end > length) std::abort();
    last = match.end;
    ours[match.field].push_back(
        boost::json::parse(text.substr(match.begin, match.end - match.begin), {}, options));
  }
  for (std::size_t i = 0; i < pointers.size(); ++i) {
    Values expected;
    walk(document, pointers[i].tokens(), expected);
    const auto each = [](const auto& a, const auto& b) { return alike(a, b); };
    if (!std::ranges::equal(ours[i], expected, each)) std::abort();
  }
  return 0;
}
