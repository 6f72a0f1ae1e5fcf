#include "host/pipeline/array_reader.h"

#include <algorithm>

#include "host/base/text.h"
#include "host/pipeline/overlong.h"
#include "host/pipeline/value_skipper.h"

namespace adyton::pipeline {
namespace {

/// A fault this far from the end of what was read would be one whatever follows: no token but a
/// string, which is not closed at the end itself, is cut off as far from it.
constexpr std::size_t longest_token = 16;

bool is_number(char first) {
  return first == '-' || (first >= '0' && first <= '9');
}

}  // namespace

ArrayReader::ArrayReader(const Reading& reading, std::string name,
                         std::unique_ptr<ByteReader> bytes)
    : reading_(reading), name_(std::move(name)), bytes_(std::move(bytes)) {
  reading_.batch_size = std::max(reading_.batch_size, longest_token);
}

Status ArrayReader::start_at(const Position& position) {
  if (position.offset == 0) return {};
  between_ = Between::unknown;
  return place_.start_at(position);
}

Result<std::optional<Batch>> ArrayReader::next() {
  auto text = std::make_shared<Text>();
  text->reserve(std::max(reading_.batch_size, rest_.size()));
  text->append(rest_);
  rest_.clear();
  for (std::size_t wanted = reading_.batch_size;;) {
    ADYTON_CHECK(read_on(*text, wanted));
    Batch batch = place_.begin_batch();
    std::size_t at = 0;
    json::Fault fault = walk(*text, batch, at);
    // What comes behind the elements is looked at again in the next call.
    if (!batch.records.empty()) return std::optional(hand_over(std::move(batch), std::move(text)));
    if (fault && fault.offset < text->size()) return damaged(*text, fault);
    pass(*text, at);
    if (at_end_ && text->size() == 0 && between_ == Between::end) return std::optional<Batch>{};
    if (at_end_) return damaged(*text, {text->size(), unfinished()});
    if (text->size() > reading_.max_record) {
      ADYTON_TRY(batch, overlong_batch(*text));
      return std::optional(std::move(batch));
    }
    // By half, so that a long element is walked through a few times and not for every block.
    wanted = text->size() + std::max(text->size() / 2, reading_.batch_size);
  }
}

/// Reads until there are `wanted` bytes, or to the end of the file.
Status ArrayReader::read_on(Text& text, std::size_t wanted) {
  while (!at_end_ && text.size() < wanted) {
    const std::size_t end = text.size();
    text.resize(wanted);
    ADYTON_TRY(const std::size_t n, bytes_->read({text.data() + end, wanted - end}));
    text.resize(end + n);
    if (n == 0) at_end_ = true;
  }
  text.resize(text.size());
  return {};
}

/// Adds the elements that are whole to the batch, and moves `at` behind all that was understood. If
/// there is no element, `between_` says where that is; else it is where the last one ended.
json::Fault ArrayReader::walk(const Text& text, Batch& batch, std::size_t& at) {
  if (place_.offset() == 0 && text.view().starts_with(byte_order_mark)) at = byte_order_mark.size();
  for (;;) {
    json::skip_space(text.view(), at);
    if (at == text.size()) return {};
    if (const json::Fault fault = token(text, at)) return fault;
    if (between_ != Between::elements) continue;
    json::skip_space(text.view(), at);
    if (at == text.size()) return {};
    bool whole = false;
    if (const json::Fault fault = element(text, batch, at, whole)) return fault;
    if (!whole) return {};
    between_ = Between::comma;
  }
}

/// What stands between elements, or nothing where one is to come.
json::Fault ArrayReader::token(const Text& text, std::size_t& at) {
  const char c = text.data()[at];
  switch (between_) {
    case Between::start:
      if (c != '[') {
        return {at, "expected [ (for one record a line the format is \"ndjson\")"};
      }
      between_ = Between::first;
      ++at;
      return {};
    case Between::unknown:
      between_ = c == ',' || c == ']' ? Between::comma : Between::elements;
      return {};
    case Between::first:
      between_ = Between::elements;
      if (c != ']') return {};
      between_ = Between::end;
      ++at;
      return {};
    case Between::elements:
      return {};
    case Between::comma:
      if (c != ',' && c != ']') return {at, "expected a comma or ]"};
      between_ = c == ',' ? Between::elements : Between::end;
      ++at;
      return {};
    case Between::end:
      return {at, "expected nothing but white space behind the array"};
  }
  return {};
}

json::Fault ArrayReader::element(const Text& text, Batch& batch, std::size_t& at, bool& whole) {
  std::size_t end = at;
  const json::Fault fault = json::skip_value(text.view(), end, 0);
  if (fault) {
    return at_end_ || fault.offset + longest_token <= text.size() ? fault : json::Fault{};
  }
  // A number may go on in what was not read yet. Where nothing follows the array has no end, so
  // that no number at the end of the file is an element.
  whole = end < text.size() || !is_number(text.data()[at]);
  if (!whole) return {};
  add_element(text, batch, at, end);
  at = end;
  return {};
}

void ArrayReader::add_element(const Text& text, Batch& batch, std::size_t begin,
                              std::size_t end) const {
  if (!batch.text) {
    batch.text = std::make_shared<Text>();
    batch.text->reserve(text.size() + text.size() / 16);
  }
  const std::size_t before = batch.origins.empty() ? 0 : batch.origins.back().begin;
  const std::uint64_t line = batch.lines.empty() ? 0 : batch.lines.back();
  batch.lines.push_back(
      static_cast<std::uint32_t>(line + line_breaks_in(text.view(before, begin))));
  Record record;
  record.origin = static_cast<std::uint32_t>(batch.origins.size());
  record.begin = record.text_begin = static_cast<std::uint32_t>(batch.text->size());
  batch.origins.push_back({static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(end)});
  const std::string_view element = text.view(begin, end);
  ++batch.counts.read;
  if (element.size() > reading_.max_record) {
    record.end = record.text_end = record.begin;
    Overlong overlong;
    overlong.add(element);
    overlong.kill(batch, record, reading_.max_record);
  } else {
    batch.text->append(element);
    record.text_end = static_cast<std::uint32_t>(batch.text->size());
    batch.text->append("\n");
    record.end = static_cast<std::uint32_t>(batch.text->size());
  }
  batch.records.push_back(record);
}

Batch ArrayReader::hand_over(Batch batch, std::shared_ptr<Text> text) {
  const std::size_t end = batch.origins.back().end;
  rest_ = text->view().substr(end);
  text->resize(end);
  place_.pass(text->view());
  batch.line_breaks =
      place_.line() != batch.first_line || text->view().find('\r') != std::string_view::npos;
  between_ = Between::comma;
  batch.text->resize(batch.text->size());
  batch.original = std::move(text);
  place_.end_batch(batch);
  return batch;
}

/// The element at the beginning of `text` is too long: reads to its end, keeping nothing but its
/// length and digest.
Result<Batch> ArrayReader::overlong_batch(Text& text) {
  Batch batch = place_.begin_batch();
  batch.lines.push_back(0);
  Overlong overlong;
  ValueSkipper skipper;
  for (;;) {
    std::size_t used = 0;
    const ValueSkipper::Outcome outcome = skipper.take(text.view(), used);
    if (outcome == ValueSkipper::Outcome::fault) return damaged(text, {used, skipper.fault()});
    overlong.add(text.view(0, used));
    pass(text, used);
    if (outcome == ValueSkipper::Outcome::done) break;
    ADYTON_CHECK(read_on(text, reading_.batch_size));
    if (text.size() == 0) return damaged(text, {0, unfinished()});
    place_.forget_passed();
  }
  rest_ = text.view();
  between_ = Between::comma;
  overlong.fill(batch, reading_.max_record);
  place_.end_batch(batch);
  return batch;
}

void ArrayReader::pass(Text& text, std::size_t count) {
  place_.pass(text.view(0, count));
  const std::string rest(text.view().substr(count));
  text.resize(0);
  text.append(rest);
  text.resize(text.size());
}

const char* ArrayReader::unfinished() const {
  return between_ == Between::start ? "the file ends before an array begins"
                                    : "the file ends and the array does not";
}

Error ArrayReader::damaged(const Text& text, json::Fault fault) const {
  return {ErrorCode::invalid,
          cat("not one JSON array: ", fault.message, " (at offset ", place_.offset() + fault.offset,
              "); where its records begin is in doubt from here on, so it must be mended first"),
          cat(name_, ':', place_.line() + line_breaks_in(text.view(0, fault.offset)))};
}

}  // namespace adyton::pipeline
