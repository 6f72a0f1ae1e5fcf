#include "host/pipeline/batch.h"

#include <algorithm>
#include <cstring>

#include "host/base/text.h"

namespace adyton::pipeline {

void Text::reserve(std::size_t capacity) {
  if (capacity <= capacity_) return;
  auto bytes = std::make_unique_for_overwrite<char[]>(capacity + json::scan_padding);
  if (size_ > 0) std::memcpy(bytes.get(), bytes_.get(), size_);
  bytes_ = std::move(bytes);
  capacity_ = capacity;
}

void Text::resize(std::size_t size) {
  if (size > capacity_) reserve(std::max(size, capacity_ + capacity_ / 2));
  size_ = size;
  if (bytes_) std::memset(bytes_.get() + size_, 0, json::scan_padding);
}

void Text::append(std::string_view more) {
  const std::size_t end = size_;
  if (end + more.size() > capacity_)
    reserve(std::max(end + more.size(), capacity_ + capacity_ / 2));
  if (!more.empty()) std::memcpy(bytes_.get() + end, more.data(), more.size());
  size_ = end + more.size();
}

Counts& Counts::operator+=(const Counts& other) {
  read += other.read;
  fanned_out += other.fanned_out;
  written += other.written;
  dropped += other.dropped;
  dead += other.dead;
  blank += other.blank;
  return *this;
}

void Batch::drop(Record& record) {
  record.state = State::dropped;
  ++counts.dropped;
}

void Batch::kill(Record& record, DeadRecord why) {
  record.state = State::dead;
  ++counts.dead;
  why.origin = record.origin;
  dead.push_back(std::move(why));
}

bool locate(Batch& batch, Record& record, const json::FieldSet& fields, json::Select select,
            json::Locations& out) {
  const json::Fault fault = fields.locate(batch.text_of(record), out, select);
  if (!fault) return true;
  // What is neither UTF-8 nor JSON is called the former: it may well be JSON in some other
  // encoding.
  const std::string_view text = batch.text_of(record);
  const std::size_t encoded = utf8_prefix(text);
  DeadRecord why;
  if (encoded < text.size()) {
    why.kind = "encoding";
    why.detail = cat("not UTF-8 at byte ", encoded + 1);
  } else {
    why.kind = "syntax";
    why.detail = cat(fault.message, " at byte ", fault.offset + 1);
  }
  batch.kill(record, std::move(why));
  return false;
}

void validate(Batch& batch) {
  if (batch.validated) return;
  static const json::FieldSet nothing{{}};
  for_each_located(batch, nothing, json::Select::fields,
                   [](const Record&, const json::Locations&) {});
}

Rewrite::Rewrite(Batch& batch, std::size_t expected_growth)
    : batch_(batch), out_(std::make_shared<Text>()) {
  out_->reserve(batch.text->size() + expected_growth);
  records_.reserve(batch.records.size());
}

void Rewrite::keep(const Record& record) {
  Record moved = record;
  const auto begin = static_cast<std::uint32_t>(out_->size());
  moved.begin = begin;
  moved.text_begin = begin + (record.text_begin - record.begin);
  moved.text_end = begin + (record.text_end - record.begin);
  moved.end = begin + (record.end - record.begin);
  out_->append(batch_.text->view(record.begin, record.end));
  records_.push_back(moved);
}

void Rewrite::begin(const Record& record) {
  current_ = &record;
  made_ = record;
  made_.begin = static_cast<std::uint32_t>(out_->size());
  copy(record.begin, record.text_begin);
  made_.text_begin = static_cast<std::uint32_t>(out_->size());
}

char* Rewrite::grow(std::size_t n) {
  const std::size_t end = out_->size();
  out_->resize(end + n);
  return out_->data() + end;
}

void Rewrite::end() {
  made_.text_end = static_cast<std::uint32_t>(out_->size());
  copy(current_->text_end, current_->end);
  made_.end = static_cast<std::uint32_t>(out_->size());
  records_.push_back(made_);
}

void Rewrite::finish() {
  out_->resize(out_->size());
  batch_.text = std::move(out_);
  batch_.records = std::move(records_);
}

}  // namespace adyton::pipeline
