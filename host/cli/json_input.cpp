#include "host/cli/json_input.h"

#include <algorithm>
#include <cstring>

namespace adyton::cli {
namespace {

bool begins_character(char c) {
  return (static_cast<unsigned char>(c) & 0xc0) != 0x80;
}

/// How many bytes of the text `counts` says. A short run's count fits a byte, which lets the
/// compiler count many at a time.
template <class Predicate>
std::uint64_t count(std::string_view text, Predicate counts) {
  constexpr std::size_t run = 192;
  std::uint64_t sum = 0;
  for (; text.size() >= run; text.remove_prefix(run)) {
    std::uint8_t few = 0;
    for (std::size_t i = 0; i < run; ++i) few = static_cast<std::uint8_t>(few + counts(text[i]));
    sum += few;
  }
  for (const char c : text) sum += counts(c);
  return sum;
}

std::uint64_t characters(std::string_view text) {
  return count(text, begins_character);
}

std::uint64_t lines(std::string_view text) {
  return count(text, [](char c) { return c == '\n'; });
}

}  // namespace

JsonInput::JsonInput(std::unique_ptr<pipeline::ByteReader> reader)
    : reader_(std::move(reader)), window_(kept + block_size, '\0') {}

Result<std::string_view> JsonInput::next() {
  drop_front();
  if (window_.size() < filled_ + block_size)
    window_.resize(filled_ + std::max(filled_, block_size));
  ADYTON_TRY(block_, reader_->read({window_.data() + filled_, block_size}));
  constexpr std::size_t head_size = 4;
  if (head_.size() < head_size) {
    head_.append(window_, filled_, std::min(block_, head_size - head_.size()));
  }
  filled_ += block_;
  return std::string_view(window_).substr(filled_ - block_, block_);
}

/// Lets go of what need not stay, and counts what that was.
void JsonInput::drop_front() {
  const std::uint64_t keep = std::min(keep_from_, size() - std::min<std::uint64_t>(size(), kept));
  if (keep <= base_) return;
  if (mark_at_ && *mark_at_ >= base_ && *mark_at_ < keep) mark_ = spot(*mark_at_);
  const auto size = static_cast<std::size_t>(keep - base_);
  const std::string_view dropped = std::string_view(window_).substr(0, size);
  const std::size_t newline = dropped.rfind('\n');
  if (newline != std::string_view::npos) {
    line_ += lines(dropped);
    column_ = 0;
  }
  // The whole of it, where there is no newline.
  column_ += characters(dropped.substr(newline + 1));
  std::memmove(window_.data(), window_.data() + size, filled_ - size);
  filled_ -= size;
  base_ = keep;
}

std::string_view JsonInput::before(std::uint64_t offset) const {
  return std::string_view(window_).substr(0, static_cast<std::size_t>(offset - base_));
}

JsonInput::Spot JsonInput::spot(std::uint64_t offset) const {
  if (mark_at_ == offset && offset < base_) return mark_;
  constexpr std::size_t most = 1024;
  const std::string_view front = before(offset);
  const std::string_view rest =
      std::string_view(window_).substr(front.size(), filled_ - front.size());
  const std::size_t newline = front.rfind('\n');
  const std::string_view line = front.substr(newline + 1);

  Spot spot;
  spot.line = line_ + lines(front);
  spot.column = 1 + characters(line) + (newline == std::string_view::npos ? column_ : 0);
  std::string_view shown = line.substr(line.size() - std::min(line.size(), most));
  while (!shown.empty() && !begins_character(shown.front())) shown.remove_prefix(1);
  spot.shown_column = static_cast<std::uint32_t>(1 + characters(shown));
  spot.shown = shown;
  spot.shown += rest.substr(0, std::min(rest.find('\n'), most));
  if (spot.shown.ends_with('\r')) spot.shown.pop_back();
  return spot;
}

}  // namespace adyton::cli
