// The step that keeps a share of the records, always the same ones.

#include <array>
#include <cmath>
#include <cstring>
#include <limits>

#include <xxhash.h>

#include "host/pipeline/steps/edit.h"
#include "host/pipeline/steps/specs.h"

namespace adyton::pipeline {
namespace {

/// Decides by a hash of where a record came from, so that it is kept or dropped whichever way the
/// run was cut, resumed or repeated: XXH3-64, with the seed, of the 8 bytes (little endian) of the
/// XXH3-64 of the input's path as the job gives it, and the 8 bytes of the record's offset in the
/// decompressed input. A record is kept if the hash is below rate × 2^64.
class Sample final : public Step {
 public:
  Sample(const StepConfig& step, std::uint32_t)
      : seed_(static_cast<std::uint64_t>(step.number("seed"))),
        all_(step.share("rate") >= 1),
        below_(all_ ? 0 : static_cast<std::uint64_t>(std::ldexp(step.share("rate"), 64))) {}

  Status run(Batch& batch) override {
    validate(batch);
    if (all_) return {};
    const std::uint64_t path = XXH3_64bits(batch.path.data(), batch.path.size());
    for (Record& record : batch.records) {
      if (record.state != State::live) continue;
      if (hash(path, batch.offset + batch.origins[record.origin].begin) >= below_) {
        batch.drop(record);
      }
    }
    return {};
  }

 private:
  std::uint64_t hash(std::uint64_t path, std::uint64_t offset) const {
    std::array<unsigned char, 16> bytes;
    for (std::size_t i = 0; i < 8; ++i) {
      bytes[i] = static_cast<unsigned char>(path >> (8 * i));
      bytes[8 + i] = static_cast<unsigned char>(offset >> (8 * i));
    }
    return XXH3_64bits_withSeed(bytes.data(), bytes.size(), seed_);
  }

  std::uint64_t seed_;
  bool all_;
  std::uint64_t below_;
};

constexpr std::array sample_options = {
    OptionSpec{.name = "rate",
               .kind = OptionKind::share,
               .doc = "the share of the records that is kept, about",
               .required = true},
    OptionSpec{.name = "seed",
               .kind = OptionKind::number,
               .doc = "another number keeps other records",
               .default_value = "0"},
};

}  // namespace

const StepSpec sample_step = {
    .name = "sample",
    .summary =
        "Keeps a share of the records, the same ones in every run; drops and counts the "
        "others",
    .options = sample_options,
    .make = make_step<Sample>,
};

}  // namespace adyton::pipeline
