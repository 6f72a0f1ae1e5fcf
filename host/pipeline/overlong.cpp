#include "host/pipeline/overlong.h"

#include "host/base/text.h"

namespace adyton::pipeline {

void Overlong::kill(Batch& batch, Record& record, std::uint64_t max_record) const {
  DeadRecord why;
  why.kind = "too long";
  why.detail = cat("longer than ", human_size(max_record));
  why.length = length_;
  // The entry of the dead letters names the kind of digest itself.
  why.digest = digest_.text().substr(digest_name(DigestKind::xxh3_128).size() + 1);
  batch.kill(record, std::move(why));
}

void Overlong::fill(Batch& batch, std::uint64_t max_record) const {
  batch.text = std::make_shared<Text>();
  batch.text->resize(0);
  batch.original = batch.text;
  batch.origins.push_back({0, 0});
  batch.records.push_back(Record{});
  batch.counts.read = 1;
  kill(batch, batch.records.back(), max_record);
}

}  // namespace adyton::pipeline
