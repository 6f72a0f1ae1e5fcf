#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "host/base/text.h"
#include "modules/json/stream.h"

namespace adyton::json::test {

/// What a stream writes, with "\n" behind each value.
class StringOutput final : public StreamOutput {
 public:
  void end_value() override { put('\n'); }
  std::string take() {
    flush();
    return std::move(text_);
  }

 private:
  void write(std::string_view bytes) override { text_ += bytes; }

  std::string text_;
};

/// What a stream made of a text: all that it wrote, and "none" or "Expecting value @3".
struct Passed {
  std::string written;
  std::string fault;

  bool operator==(const Passed&) const = default;
};

using MakeStream = std::function<std::unique_ptr<Stream>(StreamOutput&)>;

/// Feeds the pieces, each from a block of its own, whose end the sanitizer watches.
inline Passed pass(const MakeStream& make, const std::vector<std::string_view>& pieces) {
  StringOutput output;
  const auto stream = make(output);
  Fault fault;
  for (const std::string_view piece : pieces) {
    const std::vector<char> block(piece.begin(), piece.end());
    fault = stream->feed({block.data(), block.size()});
    if (fault) break;
  }
  if (!fault) fault = stream->finish();
  if (fault) output.roll_back();
  return {output.take(), fault ? cat(fault.message, " @", fault.offset) : "none"};
}

inline Passed pass(const MakeStream& make, std::string_view text) {
  return pass(make, std::vector<std::string_view>{text});
}

/// Byte by byte.
inline Passed pass_bytes(const MakeStream& make, std::string_view text) {
  std::vector<std::string_view> pieces;
  for (std::size_t i = 0; i < text.size(); ++i) pieces.push_back(text.substr(i, 1));
  return pass(make, pieces);
}

inline std::unique_ptr<Stream> check(StreamOutput&) {
  return make_check_stream();
}

/// Streams with this layout; the pointer is kept alive with them.
inline MakeStream writes(const StreamLayout& layout, std::string_view pointer = "") {
  const auto shared = std::make_shared<Pointer>(*Pointer::parse(pointer));
  return [layout, shared](StreamOutput& out) {
    // The stream holds on to both.
    struct Holder : Stream {
      Holder(StreamLayout l, std::shared_ptr<Pointer> p, StreamOutput& out)
          : layout(l), pointer(std::move(p)), stream(make_stream(layout, *pointer, out)) {}
      Fault feed(std::string_view piece) override { return stream->feed(piece); }
      Fault finish() override { return stream->finish(); }
      void restart(std::size_t skipped) override { stream->restart(skipped); }
      bool blank() const override { return stream->blank(); }
      std::optional<std::size_t> open_string() const override { return stream->open_string(); }
      std::uint64_t values() const override { return stream->values(); }
      bool lone_surrogate() const override { return stream->lone_surrogate(); }

      StreamLayout layout;
      std::shared_ptr<Pointer> pointer;
      std::unique_ptr<Stream> stream;
    };
    return std::make_unique<Holder>(layout, shared, out);
  };
}

inline const StreamLayout compact{.indent = std::nullopt};
inline const StreamLayout indented{.indent = 2};

/// Texts with something of everything, right and wrong.
inline const std::vector<std::string>& sample_texts() {
  static const std::vector<std::string> texts = {
      "",
      " ",
      "null",
      " true ",
      "fals",
      "falsy",
      "nullx",
      "NaN",
      "[Infinity]",
      "-Infinity",
      "-Inf",
      "-",
      "[-]",
      "0",
      "-0",
      "01",
      "[-01]",
      "12.5e-3",
      "1.",
      "[1.]",
      "1.e5",
      "[1.5e]",
      "{\"a\":1e+}",
      "1E5 ",
      "[1E+05,2e-1,0.10]",
      "[0x1]",
      R"("")",
      R"("abc)",
      R"("a\)",
      R"("a\"b\\c\/\b\f\n\r\t\u00e9\uD83D\uDE00")",
      R"("\u12)",
      R"("\u12x4")",
      R"("\x")",
      "\"a\tb\"",
      std::string("\"a\0b\"", 5),
      std::string("[\0]", 3),
      "\"\x7f\"",
      "\"Zo\xc3\xab \xe2\x82\xac \xf0\x9f\x98\x80\"",
      "\"\xc3\"",
      "\"\xc3",
      "\"\xe2\x82\"",
      "\"\xed\xa0\x80\"",
      "\"\xf4\x90\x80\x80\"",
      "\"\xc0\x80\"",
      "[1,\xc3\xab]",
      "[1 \xff]",
      "\xef\xbb\xbf{}",
      "\xef\xbb\xbf",
      "\xef\xbb",
      "[]",
      "[ ]",
      "{}",
      "{ }",
      "[",
      "{",
      "]",
      "}",
      "[1",
      "[1,",
      "[1,]",
      "[,1]",
      "[1 2]",
      "[1}",
      "{\"a\"",
      "{\"a\":",
      "{\"a\":1",
      "{\"a\":1,",
      "{\"a\":1,}",
      "{\"a\" 1}",
      "{\"a\":}",
      "{a:1}",
      "{1:2}",
      "{\"a\":1]",
      "{,}",
      "{\"a\":1 \"b\":2}",
      "[] []",
      "{}\n{}",
      "1 2",
      R"({"k" : [1, 2.50, -0, {"x":{}}, [ ]], "k2":"v\u0041\"",
          "deep":[[[[{"a":[true,false,null]}]]]] , "":""})",
      R"( [ {"a" : "long plain text that is more than sixteen bytes long", "b" : 12345678901234567890123} ] )",
  };
  return texts;
}

}  // namespace adyton::json::test
