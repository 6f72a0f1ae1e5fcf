#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "host/base/os.h"
#include "host/base/result.h"
#include "host/pipeline/batch.h"
#include "host/pipeline/dead_letter_reader.h"
#include "host/pipeline/plan.h"
#include "host/pipeline/record_finder.h"

namespace adyton::pipeline {

/// What a dead-letter file speaks of.
struct DeadLetterSurvey {
  std::vector<Input> inputs;  // the files that the records came from, as they first appear
  std::uint64_t letters = 0;
  bool ascending =
      true;  // each stands in the order of its file, so that what is named twice stands
             //   side by side
};

/// Reads the whole dead-letter file once. An error at "FILE:LINE" for a line that is no entry, or
/// whose source is not there or cannot be read again.
Result<DeadLetterSurvey> survey_dead_letters(Os& os, const std::string& path);

/// Reads the records of a dead-letter file again, from where they came from, in the order of the
/// file; each once, however often it is named. A batch holds consecutive entries' records of one
/// source. One thread at a time; blocks on the files.
class DeadRecords {
 public:
  /// `survey` is of that file; it and `os` must outlive the object.
  static Result<DeadRecords> open(Os& os, const std::string& path, const DeadLetterSurvey& survey,
                                  const Reading& reading, LetterIdentities identities = nullptr);

  /// The next batch; nullopt after the last. An error at "FILE:LINE" of the dead-letter file where
  /// the source has no such record any more: none begins there, or its bytes are others than the
  /// entry has, as far as it has them.
  Result<std::optional<Batch>> next();

  /// Bytes taken from the dead-letter file.
  std::uint64_t consumed() const { return letters_.consumed(); }

 private:
  using Coordinates = std::pair<std::uint32_t, std::uint64_t>;  // index of the input, offset

  DeadRecords(Os& os, std::string path, const DeadLetterSurvey& survey, const Reading& reading,
              DeadLetterReader letters);
  Status advance();
  Status check(const DeadLetter& letter, std::size_t index) const;
  Error changed(const DeadLetter& letter, std::string_view what) const;

  Os& os_;
  std::string path_;
  const DeadLetterSurvey& survey_;
  Reading reading_;
  DeadLetterReader letters_;
  std::map<std::string, std::uint32_t, std::less<>> indices_;  // of the inputs, by path
  std::optional<DeadLetter> letter_;                           // the next one
  Coordinates coordinates_;                                    //   and its record's
  bool begun_ = false;
  std::set<Coordinates> seen_;  // where the file is not in order
  std::optional<RecordFinder> finder_;
  std::uint32_t finder_input_ = 0;
  std::uint64_t sequence_ = 0;
};

}  // namespace adyton::pipeline
