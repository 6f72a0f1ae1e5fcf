#include "host/pipeline/source.h"

#include <algorithm>
#include <cstring>

#include <xxhash.h>

#include "host/base/text.h"

namespace adyton::pipeline {
namespace {

/// Large enough that a hand-over costs nothing, small enough to stay in a core's own cache.
constexpr std::size_t batch_size = 256 << 10;
constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";

bool is_blank(std::string_view line) {
  return line.find_first_not_of(" \t\r\n") == std::string_view::npos;
}

}  // namespace

/// XXH3-128 and length of bytes that are not kept.
class Source::Digest {
 public:
  Digest() : state_(XXH3_createState(), XXH3_freeState) {
    if (!state_) throw std::bad_alloc();
    XXH3_128bits_reset(state_.get());
  }
  void add(std::string_view bytes) {
    XXH3_128bits_update(state_.get(), bytes.data(), bytes.size());
    length_ += bytes.size();
  }
  std::uint64_t length() const { return length_; }
  std::string hex() const {
    XXH128_canonical_t canonical;
    XXH128_canonicalFromHash(&canonical, XXH3_128bits_digest(state_.get()));
    static constexpr char digits[] = "0123456789abcdef";
    std::string out;
    for (const unsigned char byte : canonical.digest) {
      out += digits[byte >> 4];
      out += digits[byte & 15];
    }
    return out;
  }

 private:
  std::unique_ptr<XXH3_state_t, XXH_errorcode (*)(XXH3_state_t*)> state_;
  std::uint64_t length_ = 0;
};

Source::Source(Os& os, const std::vector<Input>& inputs, std::uint64_t max_record)
    : os_(os), inputs_(inputs), max_record_(max_record) {}
Source::~Source() = default;

std::uint64_t Source::consumed() const {
  return consumed_ + (reader_ ? reader_->consumed() : 0);
}

Status Source::open_next() {
  const std::string& path = inputs_[next_input_].path;
  std::unique_ptr<File> file;
  if (path == standard_stream) {
    file = os_.standard_input();
  } else {
    ADYTON_TRY(file, os_.open(path));
  }
  ADYTON_TRY(reader_, decode(std::move(file), path));
  ++next_input_;
  rest_.clear();
  at_end_ = false;
  line_ = 1;
  offset_ = 0;
  return {};
}

Result<std::optional<Batch>> Source::next() {
  for (;;) {
    if (!reader_) {
      if (next_input_ == inputs_.size()) return std::optional<Batch>{};
      ADYTON_CHECK(open_next());
    }
    auto text = std::make_shared<Text>();
    std::size_t line_end = 0;
    ADYTON_TRY(const bool complete, fill(*text, line_end));
    if (!complete) {
      ADYTON_TRY(Batch batch, overlong_batch(*text));
      return std::optional(std::move(batch));
    }
    if (line_end > 0) return std::optional(cut(std::move(text), line_end));
    consumed_ += reader_->consumed();
    reader_.reset();
  }
}

/// Reads until `text` holds whole lines up to `line_end` (0: the input is at its end); what follows
/// goes to rest_. False if it holds the beginning of one line that is too long.
Result<bool> Source::fill(Text& text, std::size_t& line_end) {
  text.reserve(batch_size + rest_.size());
  text.append(rest_);
  rest_.clear();
  std::size_t searched = 0;
  for (;;) {
    while (!at_end_ && text.size() < std::max(batch_size, searched + 1)) {
      const std::size_t end = text.size();
      const std::size_t room = std::max(batch_size, end + batch_size / 4) - end;
      text.resize(end + room);
      ADYTON_TRY(const std::size_t n, reader_->read({text.data() + end, room}));
      text.resize(end + n);
      if (n == 0) at_end_ = true;
    }
    if (at_end_) {
      line_end = text.size();
      return true;
    }
    const void* const newline = ::memrchr(text.data() + searched, '\n', text.size() - searched);
    if (newline != nullptr) {
      line_end = static_cast<std::size_t>(static_cast<const char*>(newline) - text.data()) + 1;
      rest_.assign(text.data() + line_end, text.size() - line_end);
      text.resize(line_end);
      return true;
    }
    searched = text.size();
    // Two more bytes than the limit: the line's ending does not count.
    if (searched > max_record_ + 2) return false;
  }
}

Batch Source::new_batch() {
  Batch batch;
  batch.sequence = sequence_++;
  batch.input = static_cast<std::uint32_t>(next_input_ - 1);
  batch.first_line = line_;
  batch.offset = offset_;
  return batch;
}

/// Reads the rest of a line that is too long, keeping nothing but its length and digest.
Result<Batch> Source::overlong_batch(Text& text) {
  Batch batch = new_batch();
  Digest digest;
  bool held_return = false;  // a carriage return that may belong to the line's ending
  const auto absorb = [&](std::string_view part) {
    offset_ += part.size();
    if (part.empty()) return;
    if (held_return) digest.add("\r");
    held_return = part.ends_with('\r');
    if (held_return) part.remove_suffix(1);
    digest.add(part);
  };
  for (;;) {
    const std::size_t newline = text.view().find('\n');
    absorb(text.view().substr(0, newline));
    if (newline != std::string_view::npos) {
      rest_ = text.view().substr(newline + 1);
      ++offset_;
      break;
    }
    text.resize(batch_size);
    ADYTON_TRY(const std::size_t n, reader_->read({text.data(), batch_size}));
    text.resize(n);
    if (n == 0) {
      at_end_ = true;
      break;
    }
  }
  ++line_;
  batch.text = std::make_shared<Text>();
  batch.text->resize(0);
  batch.original = batch.text;
  batch.origins.push_back({0, 0});
  batch.records.push_back(Record{});
  batch.counts.read = 1;
  kill_overlong(batch, batch.records.back(), digest);
  return batch;
}

void Source::kill_overlong(Batch& batch, Record& record, const Digest& digest) const {
  DeadRecord why;
  why.kind = "too long";
  why.detail = cat("longer than ", human_size(max_record_));
  why.length = digest.length();
  why.digest = digest.hex();
  batch.kill(record, std::move(why));
}

Batch Source::cut(std::shared_ptr<Text> text, std::size_t line_end) {
  Batch batch = new_batch();
  const std::string_view view = text->view();
  batch.text = std::move(text);
  batch.original = batch.text;
  for (std::size_t begin = 0; begin < line_end;) {
    const void* const newline = std::memchr(view.data() + begin, '\n', line_end - begin);
    const std::size_t end =
        newline == nullptr
            ? line_end
            : static_cast<std::size_t>(static_cast<const char*>(newline) - view.data()) + 1;
    add_line(batch, static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(end));
    begin = end;
  }
  line_ += batch.origins.size();
  offset_ += line_end;
  return batch;
}

void Source::add_line(Batch& batch, std::uint32_t begin, std::uint32_t end) const {
  Record record;
  record.begin = begin;
  record.end = end;
  record.origin = static_cast<std::uint32_t>(batch.origins.size());
  batch.origins.push_back({begin, end});
  std::string_view line = batch.text->view(begin, end);
  record.text_begin = begin;
  if (batch.offset + begin == 0 && line.starts_with(byte_order_mark)) {
    record.text_begin += static_cast<std::uint32_t>(byte_order_mark.size());
  }
  line = batch.text->view(record.text_begin, end);
  if (line.ends_with('\n')) line.remove_suffix(1);
  if (line.ends_with('\r')) line.remove_suffix(1);
  record.text_end = record.text_begin + static_cast<std::uint32_t>(line.size());
  if (is_blank(line)) {
    record.state = State::blank;
    ++batch.counts.blank;
  } else {
    ++batch.counts.read;
    if (line.size() > max_record_) {
      Digest digest;
      digest.add(line);
      kill_overlong(batch, record, digest);
    }
  }
  batch.records.push_back(record);
}

}  // namespace adyton::pipeline
