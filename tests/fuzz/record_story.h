#pragma once

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>

#include "host/base/text.h"
#include "host/pipeline/record_reader.h"

namespace adyton::pipeline::fuzz {

/// A file's bytes in memory.
class MemoryBytes final : public ByteReader {
 public:
  explicit MemoryBytes(std::string_view bytes) : bytes_(bytes) {}

  Result<std::size_t> read(std::span<char> buffer) override {
    const std::size_t n = std::min(buffer.size(), bytes_.size() - at_);
    std::memcpy(buffer.data(), bytes_.data() + at_, n);
    at_ += n;
    return n;
  }
  std::uint64_t consumed() const override { return at_; }
  Restart restart_before(std::uint64_t offset) override { return {offset, offset}; }
  Status seek(Restart, std::uint64_t offset) override {
    at_ = std::min(static_cast<std::size_t>(offset), bytes_.size());
    return {};
  }

 private:
  std::string_view bytes_;
  std::size_t at_ = 0;
};

/// All that a reader said: every record with its place, and how it ended. What is too long is kept
/// only where it lay within one batch, so that its text is left out.
struct Story {
  std::string told;
  std::string lines;  // of what lives
  std::uint64_t live = 0;
  std::uint64_t dead = 0;
  bool failed = false;
};

inline void tell(const Batch& batch, Story& story) {
  for (const Record& record : batch.records) {
    const Origin& origin = batch.origins[record.origin];
    story.told += cat(batch.line_of(record.origin), ' ', batch.offset + origin.begin, ' ',
                      static_cast<int>(record.state), ' ');
    bool kept = true;
    for (const DeadRecord& dead : batch.dead) {
      if (dead.origin != record.origin) continue;
      story.told += cat(dead.kind, ' ', dead.detail, ' ', dead.length, ' ', dead.digest);
      kept = dead.digest.empty();
    }
    if (kept) story.told += batch.original->view(origin.begin, origin.end);
    story.told += '\n';
    story.dead += record.state == State::dead;
    if (record.state != State::live) continue;
    ++story.live;
    story.lines += batch.text->view(record.begin, record.end);
  }
}

inline Story story_of(std::string_view bytes, const Reading& reading) {
  const auto reader = make_record_reader(reading, "in", std::make_unique<MemoryBytes>(bytes));
  Story story;
  for (;;) {
    auto batch = reader->next();
    if (!batch.ok()) {
      story.failed = true;
      story.told += "failed";  // the message may say it in other words
      return story;
    }
    if (!*batch) return story;
    if ((*batch)->records.empty()) std::abort();  // a batch without records would never end
    tell(**batch, story);
  }
}

}  // namespace adyton::pipeline::fuzz
