#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "host/base/os.h"
#include "host/base/result.h"
#include "host/pipeline/config.h"
#include "host/pipeline/manifest.h"
#include "host/pipeline/pending_file.h"
#include "host/pipeline/plan.h"
#include "host/pipeline/sealed_output.h"
#include "host/pipeline/sink.h"
#include "modules/crypto/age/file_key.h"

namespace adyton::pipeline {

/// All files that a run makes: the outputs and the dead letters. A file is opened when something is
/// to be written to it and closed when its last input is through, so that few are open at a time.
/// Where the job names recipients the outputs are sealed to them, behind format and compression.
/// One thread at a time.
class Outputs {
 public:
  /// `job`, `plan` and `os` must outlive it.
  Outputs(const JobConfig& job, const Plan& plan, Os& os);

  /// Takes up the files where the manifest has them: what was written behind its lengths is cut
  /// off, and an output that was not closed when it was being sealed is begun anew.
  /// ErrorCode::invalid if a file is not there as it should be.
  Status resume(const Manifest& manifest);

  /// See Sink::write().
  Status write(std::uint32_t output, Batch& batch, EncodedBatch& encoded);
  Status write_dead_letters(std::string_view entries);

  /// Inputs before this one give nothing any more: the files that only they write are closed.
  Status inputs_done(std::uint32_t before);

  /// Everything is written: every file is there, whole and on the disk. A stream lacks its end.
  Status finish();

  /// Whether outputs are sealed.
  bool seals() const { return recipients_.has_value(); }

  /// Whether a later run can go on with every file from where it stands now. Not while one is being
  /// sealed.
  bool can_go_on() const { return being_sealed_ == 0; }

  /// What was written is on the disk, as far as a later run can go on with it.
  Status sync();

  /// Where each file stands: of one that is being sealed nothing counts. Call after sync().
  std::vector<OutputMark> marks() const;
  std::optional<OutputMark> dead_letters_mark() const;

  std::uint64_t dead_letters_length() const {
    return dead_letters_ ? dead_letters_->file.length() : 0;
  }

  /// The files stand under their names, and the folders say so on the disk; then a stream gets its
  /// end, so that it is whole only where nothing failed. After finish(), or after resume() from a
  /// manifest that says publishing.
  Status publish();

  /// The temporary files are gone.
  void discard();

  /// The paths under which the files are published, the dead letters last.
  std::vector<std::string> paths() const;

 private:
  struct Made {
    PendingFile file;
    std::unique_ptr<SealedOutput> seal = nullptr;  // while it is being sealed
    std::optional<Sink> sink = std::nullopt;       // while it is open; the dead letters have none
    OutputMark::Stage stage = OutputMark::Stage::untouched;
    SinkState last = {};  // the sink's state once it is closed
  };

  Status open(Made& made, const Output& output);
  Status close(Made& made);
  /// Closes an output that all was written to, be it nothing.
  Status complete(Made& made, const Output& output);
  Status resume(Made& made, const OutputMark& mark, const Output* output,
                Manifest::Phase phase) const;
  /// Records that an output refuses died behind the last step.
  std::uint32_t sink_step() const { return static_cast<std::uint32_t>(job_.steps.size() + 1); }
  static OutputMark mark_of(const Made& made);
  template <class Each>
  Status for_each_made(Each&& each);

  const JobConfig& job_;
  const Plan& plan_;
  Os& os_;
  std::optional<crypto::age::Recipients> recipients_;
  std::deque<Made> outputs_;
  std::optional<Made> dead_letters_;
  std::vector<std::uint32_t> last_input_;  // of each output
  std::uint32_t closed_before_ = 0;        // inputs_done() was told this
  std::size_t being_sealed_ = 0;           // outputs
};

/// The temporary files that the manifest speaks of are gone, as far as they were there.
void discard_files(const Manifest& manifest, const std::string& job, Os& os);

}  // namespace adyton::pipeline
