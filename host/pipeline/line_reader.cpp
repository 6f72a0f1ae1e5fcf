#include "host/pipeline/line_reader.h"

#include <algorithm>
#include <cstring>

#include "host/base/line_ends.h"
#include "host/pipeline/overlong.h"

namespace adyton::pipeline {
namespace {

bool is_blank(std::string_view line) {
  return line.find_first_not_of(" \t\r\n") == std::string_view::npos;
}

}  // namespace

Status LineReader::start_at(const Position& position) {
  return place_.start_at(position);
}

Result<std::optional<Batch>> LineReader::next() {
  auto text = std::make_shared<Text>();
  std::size_t line_end = 0;
  ADYTON_TRY(const bool complete, fill(*text, line_end));
  if (complete && line_end == 0) return std::optional<Batch>{};
  Batch batch;
  if (complete) {
    batch = cut(std::move(text), line_end);
  } else {
    ADYTON_TRY(batch, overlong_batch(*text));
  }
  place_.end_batch(batch);
  return std::optional(std::move(batch));
}

/// Reads until `text` holds whole lines up to `line_end` (0: the input is at its end); what follows
/// goes to rest_. False if it holds the beginning of one line that is too long.
Result<bool> LineReader::fill(Text& text, std::size_t& line_end) {
  const std::size_t batch_size = reading_.batch_size;
  text.reserve(batch_size + rest_.size());
  text.append(rest_);
  rest_.clear();
  std::size_t searched = 0;
  for (;;) {
    while (!at_end_ && text.size() < std::max(batch_size, searched + 1)) {
      const std::size_t end = text.size();
      const std::size_t room =
          std::max(batch_size, end + std::max<std::size_t>(batch_size / 4, 1)) - end;
      text.resize(end + room);
      ADYTON_TRY(const std::size_t n, bytes_->read({text.data() + end, room}));
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
    // The line's ending and a byte order mark do not count.
    if (searched > reading_.max_record + 2 + byte_order_mark.size()) return false;
  }
}

/// Reads the rest of a line that is too long, keeping nothing but its length and digest.
Result<Batch> LineReader::overlong_batch(Text& text) {
  Batch batch = place_.begin_batch();
  Overlong line;
  std::string_view first = text.view();
  if (place_.offset() == 0 && first.starts_with(byte_order_mark)) {
    first.remove_prefix(byte_order_mark.size());
    place_.pass(byte_order_mark.size(), 0);
  }
  bool held_return = false;  // a carriage return that may belong to the line's ending
  const auto absorb = [&](std::string_view part) {
    place_.pass(part.size(), 0);
    if (part.empty()) return;
    if (held_return) line.add("\r");
    held_return = part.ends_with('\r');
    if (held_return) part.remove_suffix(1);
    line.add(part);
  };
  for (std::string_view part = first;; part = text.view()) {
    const std::size_t newline = part.find('\n');
    absorb(part.substr(0, newline));
    if (newline != std::string_view::npos) {
      rest_ = part.substr(newline + 1);
      place_.pass(1, 0);
      break;
    }
    text.resize(reading_.batch_size);
    ADYTON_TRY(const std::size_t n, bytes_->read({text.data(), text.size()}));
    text.resize(n);
    if (n == 0) {
      at_end_ = true;
      break;
    }
    place_.forget_passed();
  }
  place_.pass(0, 1);
  line.fill(batch, reading_.max_record);
  return batch;
}

Batch LineReader::cut(std::shared_ptr<Text> text, std::size_t line_end) {
  Batch batch = place_.begin_batch();
  const std::string_view view = text->view();
  batch.text = std::move(text);
  batch.original = batch.text;
  LineEnds ends(view.substr(0, line_end));
  for (std::size_t begin = 0; begin < line_end;) {
    const std::size_t end = std::min(ends.next() + 1, line_end);
    add_line(batch, static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(end));
    begin = end;
  }
  place_.pass(line_end, batch.origins.size());
  return batch;
}

void LineReader::add_line(Batch& batch, std::uint32_t begin, std::uint32_t end) const {
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
  if (line.size() > reading_.max_record) {
    ++batch.counts.read;
    Overlong overlong;
    overlong.add(line);
    overlong.kill(batch, record, reading_.max_record);
  } else if (is_blank(line)) {
    record.state = State::blank;
    ++batch.counts.blank;
  } else {
    ++batch.counts.read;
  }
  batch.records.push_back(record);
}

}  // namespace adyton::pipeline
