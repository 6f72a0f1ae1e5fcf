// A text fed to the streams of `adyton json` in pieces cut anywhere gives what it gives whole: the
// same bytes, the same fault at the same place. Accepted is what validate() and is_utf8() accept;
// what was laid out and is made compact again is what is made compact at once.
//
// The input's first byte chooses the layout, the second the pointer, the next eight the sizes of
// the pieces; the rest is the text.
#include <cstdint>
#include <cstdlib>

#include "modules/json/scan.h"
#include "tests/unit/json/stream_support.h"

using namespace adyton;
using namespace adyton::json;

namespace {

constexpr std::size_t head = 10;
constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";
constexpr const char* pointers[] = {"", "/a", "/*", "/0", "/a/b", "/a~1b/*/c", "/*/*", "/2/name"};

void demand(bool holds) {
  if (!holds) std::abort();
}

std::vector<std::string_view> cut(std::string_view text, const std::uint8_t* sizes) {
  std::vector<std::string_view> pieces;
  for (std::size_t i = 0; !text.empty(); ++i) {
    // A piece may be empty, but not every one.
    const std::size_t size = i % 8 == 7 ? sizes[7] % 40 + 1u : sizes[i % 8] % 40u;
    pieces.push_back(text.substr(0, size));
    text.remove_prefix(pieces.back().size());
  }
  return pieces;
}

bool is_json(std::string_view text) {
  if (text.starts_with(byte_order_mark)) text.remove_prefix(byte_order_mark.size());
  const std::string padded = std::string(text) + std::string(scan_padding, '\0');
  return is_utf8(text) && !validate(std::string_view(padded).substr(0, text.size()));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < head || size > 4096) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + head, size - head);
  const auto pieces = cut(text, data + 2);
  StreamLayout layout;
  if (data[0] & 1) layout.indent = data[0] >> 2 & 7;
  if (data[0] & 2) layout.strings = WholeStrings::raw;
  if (data[0] & 32) layout.colors = {"<k>", "<s>", "<n>", "<w>", "<>"};
  const char* const pointer = pointers[data[1] % std::size(pointers)];

  for (const test::MakeStream& make :
       {test::MakeStream(test::check), test::writes(layout, pointer),
        test::MakeStream([](StreamOutput& out) { return make_canonical_stream(out); })}) {
    demand(test::pass(make, pieces) == test::pass(make, text));
    if (size < 300) demand(test::pass_bytes(make, text) == test::pass(make, text));
  }
  const test::Passed checked = test::pass(test::check, text);
  demand((checked.fault == "none") == is_json(text) && checked.written.empty());

  const test::Passed compact = test::pass(test::writes({.indent = std::nullopt}), text);
  demand(compact.fault == checked.fault);
  if (compact.fault != "none") return 0;
  demand(is_json(compact.written));
  const test::Passed wide = test::pass(test::writes({.indent = 3}), text);
  demand(test::pass(test::writes({.indent = std::nullopt}), wide.written) == compact);
  return 0;
}
