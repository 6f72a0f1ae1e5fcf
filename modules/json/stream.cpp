#include "modules/json/stream.h"

#include <string>

#include "modules/json/canonical.h"
#include "modules/json/stream_pick.h"
#include "modules/json/stream_reader.h"

namespace adyton::json {
namespace {

Fault in_words(const std::optional<ParseError>& error) {
  return error ? Fault{error->offset, describe(error->fault)} : Fault{};
}

/// What the streams have in common: a reader. A derived class owns the handler.
template <class Handler>
class ReadingStream : public Stream {
 public:
  explicit ReadingStream(Handler& handler) : reader_(handler) {}

  Fault feed(std::string_view piece) final { return in_words(reader_.feed(piece)); }
  Fault finish() override {
    const Fault fault = in_words(reader_.finish());
    if (!fault) ++documents_;
    return fault;
  }
  void restart(std::size_t skipped) override { reader_.restart(skipped); }
  bool blank() const final { return reader_.blank(); }
  std::optional<std::size_t> open_string() const final { return reader_.open_string(); }
  std::uint64_t values() const override { return documents_; }
  bool lone_surrogate() const override { return false; }

 private:
  StreamReader<Handler> reader_;
  std::uint64_t documents_ = 0;
};

class CheckStream final : public ReadingStream<StreamDiscard> {
 public:
  CheckStream() : ReadingStream(discard_) {}

 private:
  StreamDiscard discard_;
};

class CompactStream final : public ReadingStream<StreamCompacter> {
 public:
  explicit CompactStream(StreamOutput& out)
      : ReadingStream(compacter_), out_(out), compacter_(out) {}

  Fault finish() override {
    const Fault fault = ReadingStream::finish();
    if (fault) return fault;
    out_.end_value();
    out_.end_document();
    return {};
  }

 private:
  StreamOutput& out_;
  StreamCompacter compacter_;
};

class WriteStream final : public ReadingStream<StreamWriter> {
 public:
  WriteStream(const StreamLayout& layout, StreamOutput& out)
      : ReadingStream(writer_), out_(out), writer_(layout, out) {}

  Fault finish() override {
    const Fault fault = ReadingStream::finish();
    if (fault || writer_.lone_surrogate()) return fault;
    writer_.end_value();
    out_.end_document();
    return {};
  }
  void restart(std::size_t skipped) override {
    writer_.restart();
    ReadingStream::restart(skipped);
  }
  bool lone_surrogate() const override { return writer_.lone_surrogate(); }

 private:
  StreamOutput& out_;
  StreamWriter writer_;
};

class PickStream final : public ReadingStream<StreamPicker> {
 public:
  PickStream(const StreamLayout& layout, const Pointer& pointer, StreamOutput& out)
      : ReadingStream(picker_), out_(out), writer_(layout, out), picker_(pointer, writer_) {}

  Fault finish() override {
    const Fault fault = ReadingStream::finish();
    if (!fault && !writer_.lone_surrogate()) out_.end_document();
    return fault;
  }

  void restart(std::size_t skipped) override {
    picker_.restart();
    ReadingStream::restart(skipped);
  }
  std::uint64_t values() const override { return picker_.count(); }
  bool lone_surrogate() const override { return writer_.lone_surrogate(); }

 private:
  StreamOutput& out_;
  StreamWriter writer_;
  StreamPicker picker_;
};

class CanonicalStream final : public Stream {
 public:
  explicit CanonicalStream(StreamOutput& out) : out_(out) {}

  Fault feed(std::string_view piece) override {
    text_ += piece;
    return {};
  }
  Fault finish() override;
  void restart(std::size_t skipped) override {
    offset_ += text_.size() + skipped;
    text_.clear();
  }
  bool blank() const override { return text_.find_first_not_of(" \t\r\n") == std::string::npos; }
  std::optional<std::size_t> open_string() const override { return std::nullopt; }
  std::uint64_t values() const override { return documents_; }
  bool lone_surrogate() const override { return false; }

 private:
  StreamOutput& out_;
  Canonicalizer canonicalizer_{Integers::doubles};
  std::string text_;
  std::string form_;
  std::size_t offset_ = 0;  // of text_
  std::uint64_t documents_ = 0;
};

Fault CanonicalStream::finish() {
  constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";
  std::string_view text = text_;
  if (offset_ == 0 && text.starts_with(byte_order_mark)) {
    text.remove_prefix(byte_order_mark.size());
  }
  form_.clear();
  Fault fault = canonicalizer_.append(text, form_);
  if (fault) {
    fault.offset += offset_ + (text_.size() - text.size());
    return fault;
  }
  ++documents_;
  out_.put(form_);
  out_.end_value();
  out_.end_document();
  return {};
}

}  // namespace

std::unique_ptr<Stream> make_check_stream() {
  return std::make_unique<CheckStream>();
}

std::unique_ptr<Stream> make_stream(const StreamLayout& layout, const Pointer& pointer,
                                    StreamOutput& out) {
  if (!pointer.tokens().empty()) return std::make_unique<PickStream>(layout, pointer, out);
  const bool plain = layout.colors.reset.empty() && layout.strings == WholeStrings::quoted;
  if (plain && !layout.indent) return std::make_unique<CompactStream>(out);
  return std::make_unique<WriteStream>(layout, out);
}

std::unique_ptr<Stream> make_canonical_stream(StreamOutput& out) {
  return std::make_unique<CanonicalStream>(out);
}

}  // namespace adyton::json
