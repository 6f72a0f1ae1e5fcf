#include "host/pipeline/dead_records.h"

#include "host/base/text.h"
#include "host/pipeline/dead_letter.h"
#include "host/pipeline/file_digest.h"

namespace adyton::pipeline {
namespace {

std::string place(const std::string& path, const DeadLetter& letter) {
  return cat(path, ':', letter.entry);
}

Result<Input> source_of(Os& os, const std::string& path, const DeadLetter& letter) {
  if (letter.file == standard_stream) {
    return Error{ErrorCode::invalid,
                 "the record came from standard input, which cannot be read again: run the job "
                 "over a file",
                 place(path, letter)};
  }
  const auto info = os.info(letter.file);
  if (info && info->kind == FileInfo::Kind::file) return Input{letter.file, info->size, 0};
  return Error{ErrorCode::io,
               cat("the record's source is not there: ",
                   info ? cat(letter.file, " is no file") : info.error().message,
                   "; start adyton in the folder in which the job was run"),
               place(path, letter)};
}

/// Length and digest of a record, as an entry has them of one that was not kept.
struct Fingerprint {
  std::uint64_t length = 0;
  std::string digest;
  friend bool operator==(const Fingerprint&, const Fingerprint&) = default;
};

Fingerprint fingerprint(std::string_view line, std::uint64_t offset) {
  if (offset == 0 && line.starts_with(byte_order_mark)) line.remove_prefix(byte_order_mark.size());
  FileDigest digest(DigestKind::xxh3_128);
  digest.add(line);
  return {line.size(), digest.text()};
}

}  // namespace

Result<DeadLetterSurvey> survey_dead_letters(Os& os, const std::string& path) {
  ADYTON_TRY(const FileInfo info, os.info(path));
  if (info.kind == FileInfo::Kind::other) {
    return Error{ErrorCode::io,
                 cat(path, " is no plain file: it is read twice, so save it as one")};
  }
  ADYTON_TRY(DeadLetterReader reader, DeadLetterReader::open(os, path));
  DeadLetterSurvey survey;
  std::set<std::string> files;
  std::string file;
  std::uint64_t offset = 0;
  for (;;) {
    ADYTON_TRY(const auto letter, reader.next());
    if (!letter) return survey;
    ++survey.letters;
    if (letter->file != file || survey.inputs.empty()) {
      if (files.insert(letter->file).second) {
        ADYTON_TRY(Input input, source_of(os, path, *letter));
        survey.inputs.push_back(std::move(input));
      } else {
        survey.ascending = false;
      }
      file = letter->file;
    } else if (letter->offset < offset) {
      survey.ascending = false;
    }
    offset = letter->offset;
  }
}

Result<DeadRecords> DeadRecords::open(Os& os, const std::string& path,
                                      const DeadLetterSurvey& survey, const Reading& reading,
                                      LetterIdentities identities) {
  ADYTON_TRY(DeadLetterReader letters, DeadLetterReader::open(os, path, std::move(identities)));
  return DeadRecords(os, path, survey, reading, std::move(letters));
}

DeadRecords::DeadRecords(Os& os, std::string path, const DeadLetterSurvey& survey,
                         const Reading& reading, DeadLetterReader letters)
    : os_(os),
      path_(std::move(path)),
      survey_(survey),
      reading_(reading),
      letters_(std::move(letters)) {
  for (const Input& input : survey.inputs) {
    indices_.emplace(input.path, static_cast<std::uint32_t>(indices_.size()));
  }
}

Result<std::optional<Batch>> DeadRecords::next() {
  if (!begun_) ADYTON_CHECK(advance());
  if (!letter_) return std::optional<Batch>{};
  const std::uint32_t input = coordinates_.first;
  if (!finder_ || finder_input_ != input) {
    finder_.emplace(os_, letter_->file, reading_);
    finder_input_ = input;
  }
  std::vector<std::size_t> wanted;
  while (letter_ && coordinates_.first == input) {
    if (!wanted.empty() && (letter_->offset < finder_->batch().offset ||
                            letter_->offset >= finder_->batch().next.offset)) {
      break;
    }
    const auto index = finder_->find(letter_->offset, letter_->line);
    if (!index) return changed(*letter_, index.error().message);
    if (!wanted.empty() && *index <= wanted.back()) break;
    ADYTON_CHECK(check(*letter_, *index));
    wanted.push_back(*index);
    ADYTON_CHECK(advance());
  }
  Batch batch = only(finder_->take_batch(), wanted);
  batch.sequence = sequence_++;
  batch.input = input;
  batch.path = survey_.inputs[input].path;
  return std::optional(std::move(batch));
}

/// Goes to the next entry whose record was not named before.
Status DeadRecords::advance() {
  for (;;) {
    ADYTON_TRY(letter_, letters_.next());
    if (!letter_) return {};
    const auto input = indices_.find(letter_->file);
    if (input == indices_.end()) {
      return Error{ErrorCode::invalid, "the file was written to while it was read",
                   place(path_, *letter_)};
    }
    const Coordinates coordinates(input->second, letter_->offset);
    const bool repeated = survey_.ascending ? begun_ && coordinates == coordinates_
                                            : !seen_.insert(coordinates).second;
    begun_ = true;
    coordinates_ = coordinates;
    if (!repeated) return {};
  }
}

Status DeadRecords::check(const DeadLetter& letter, std::size_t index) const {
  const Batch& batch = finder_->batch();
  const Record& record = batch.records[index];
  const Origin& origin = batch.origins[record.origin];
  // Of a record that is too long to be kept only this is known.
  const bool kept = record.state != State::dead || origin.begin != origin.end;
  const std::string_view line = line_without_ending(batch, origin);
  if (letter.record && kept) {
    if (line == *letter.record) return {};
    return changed(letter, "its bytes are not those that the entry has");
  }
  if (!letter.record && letter.digest.empty()) return {};
  const Fingerprint found =
      kept ? fingerprint(line, letter.offset)
           : Fingerprint{batch.dead.front().length, cat("xxh3-128:", batch.dead.front().digest)};
  const Fingerprint expected = letter.record ? fingerprint(*letter.record, letter.offset)
                                             : Fingerprint{letter.length, letter.digest};
  if (found == expected) return {};
  return changed(letter, "its length or digest is not the one that the entry has");
}

Error DeadRecords::changed(const DeadLetter& letter, std::string_view what) const {
  return {ErrorCode::invalid,
          cat("the record at offset ", letter.offset, " of ", letter.file,
              " is not there as it was: ", what,
              "; the source was changed since the run, or is of another job"),
          place(path_, letter)};
}

}  // namespace adyton::pipeline
