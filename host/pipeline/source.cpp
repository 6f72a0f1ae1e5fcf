#include "host/pipeline/source.h"

#include "host/base/text.h"
#include "host/pipeline/sealed_input.h"

namespace adyton::pipeline {

Source::Source(Os& os, const std::vector<Input>& inputs, const Reading& reading,
               InputDigests* digests)
    : os_(os), inputs_(inputs), reading_(reading), digests_(digests) {}
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
  if (digests_ != nullptr) {
    file = digests_->watch(std::move(file), static_cast<std::uint32_t>(next_input_));
  }
  ADYTON_TRY(auto bytes, open_input(os_, std::move(file), path, reading_.identities));
  reader_ = make_record_reader(reading_, path, std::move(bytes));
  ++next_input_;
  return {};
}

Status Source::start_at(const Position& position) {
  if (position.input >= inputs_.size()) {
    return Error{ErrorCode::invalid,
                 cat("there is no input ", position.input + 1, ", where reading was to go on")};
  }
  next_input_ = position.input;
  if (inputs_[next_input_].path == standard_stream) {
    return Error{ErrorCode::invalid, "standard input cannot be read from the middle"};
  }
  for (std::size_t i = 0; i < next_input_; ++i) consumed_ += inputs_[i].size;
  ADYTON_CHECK(open_next());
  return reader_->start_at(position);
}

Result<std::optional<Batch>> Source::next() {
  for (;;) {
    if (!reader_) {
      if (next_input_ == inputs_.size()) return std::optional<Batch>{};
      ADYTON_CHECK(open_next());
    }
    ADYTON_TRY(std::optional<Batch> batch, reader_->next());
    if (batch) {
      batch->sequence = sequence_++;
      batch->input = static_cast<std::uint32_t>(next_input_ - 1);
      batch->path = inputs_[batch->input].path;
      batch->next.input = batch->input;
      return batch;
    }
    consumed_ += reader_->consumed();
    reader_.reset();
  }
}

}  // namespace adyton::pipeline
