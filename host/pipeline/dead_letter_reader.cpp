#include "host/pipeline/dead_letter_reader.h"

#include <algorithm>
#include <limits>

#include <boost/json.hpp>

#include "host/base/base64.h"
#include "host/base/text.h"
#include "host/pipeline/codec.h"
#include "modules/crypto/age/age.h"

namespace adyton::pipeline {
namespace {

namespace bj = boost::json;

/// An entry holds a record of at most 1 GiB, in which a byte may take six.
constexpr std::uint64_t longest_entry = 1ULL << 30;

constexpr std::string_view way_out = "the file must be one that a run wrote as its dead letters";

/// The members of one entry; what is not as it should be makes `problem`, the first of them.
class EntryReader {
 public:
  explicit EntryReader(const bj::object& entry) : entry_(entry) {}

  std::string text(std::string_view name) {
    const bj::value* value = entry_.if_contains(name);
    if (value == nullptr) return {};
    if (const bj::string* text = value->if_string()) return std::string(*text);
    return refuse<std::string>(cat("its ", in_quotes(name), " is no string"));
  }

  std::string required_text(std::string_view name) {
    if (!entry_.contains(name)) return refuse<std::string>(cat("it has no ", in_quotes(name)));
    return text(name);
  }

  std::uint64_t number(std::string_view name) {
    const bj::value* value = entry_.if_contains(name);
    if (value == nullptr) return 0;
    bj::error_code failed;
    const auto number = value->to_number<std::uint64_t>(failed);
    if (value->is_number() && !failed) return number;
    return refuse<std::uint64_t>(cat("its ", in_quotes(name), " is no whole number from 0"));
  }

  std::uint64_t required_number(std::string_view name) {
    if (!entry_.contains(name)) return refuse<std::uint64_t>(cat("it has no ", in_quotes(name)));
    return number(name);
  }

  std::optional<std::string> record() {
    if (entry_.contains("record")) return text("record");
    if (!entry_.contains("record_base64")) return std::nullopt;
    const auto bytes = base64::decode(text("record_base64"), base64::Alphabet::standard);
    if (bytes) return *bytes;
    return refuse<std::string>("its \"record_base64\" is not base64");
  }

  const std::string& problem() const { return problem_; }

 private:
  template <class T>
  T refuse(std::string problem) {
    if (problem_.empty()) problem_ = std::move(problem);
    return {};
  }

  const bj::object& entry_;
  std::string problem_;
};

void read_text(EntryReader& entry, DeadLetter& letter) {
  letter.detail = entry.text("detail");
  letter.traceback = entry.text("traceback");
  letter.record = entry.record();
}

Error no_dead_letter(const std::string& path, std::uint64_t line, std::string_view why) {
  return {ErrorCode::invalid, cat("this line is no dead letter: ", why, "; ", way_out),
          cat(path, ':', line)};
}

/// Any other file is told by its first bytes, before a line of it is looked for that may be as long
/// as the file.
Status check_beginning(Os& os, const std::string& path) {
  ADYTON_TRY(auto file, os.open(path));
  ADYTON_TRY(auto bytes, decode(std::move(file), path));
  char first[4096];
  ADYTON_TRY(const std::size_t size, bytes->read(first));
  std::string_view text(first, size);
  if (text.starts_with(byte_order_mark)) text.remove_prefix(byte_order_mark.size());
  const std::size_t begin = text.find_first_not_of(" \t\r\n");
  if (begin == std::string_view::npos || text[begin] == '{') return {};
  const auto lines =
      std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(begin), '\n');
  return no_dead_letter(path, static_cast<std::uint64_t>(lines) + 1, "it is no JSON object");
}

}  // namespace

std::string describe_step(const DeadLetter& letter) {
  if (letter.step == 0) return "reading";
  return cat("step ", letter.step, " (", letter.use, ')');
}

Result<DeadLetterReader> DeadLetterReader::open(Os& os, const std::string& path,
                                                LetterIdentities identities) {
  ADYTON_TRY(const FileInfo info, os.info(path));
  if (info.kind == FileInfo::Kind::directory) {
    return Error{ErrorCode::io, cat(path, " is a folder, not a dead-letter file")};
  }
  ADYTON_CHECK(check_beginning(os, path));
  ADYTON_TRY(auto file, os.open(path));
  ADYTON_TRY(auto bytes, decode(std::move(file), path));
  const Reading reading{Format::ndjson, longest_entry};
  return DeadLetterReader(path, make_record_reader(reading, path, std::move(bytes)),
                          std::move(identities));
}

Result<std::optional<DeadLetter>> DeadLetterReader::next() {
  for (;;) {
    if (!batch_ || next_ == batch_->records.size()) {
      next_ = 0;
      ADYTON_TRY(batch_, reader_->next());
      if (!batch_) return std::optional<DeadLetter>{};
    }
    if (next_ == batch_->records.size()) continue;
    const Record& record = batch_->records[next_++];
    if (record.state == State::blank) continue;
    ADYTON_TRY(DeadLetter letter, parse(record));
    return std::optional(std::move(letter));
  }
}

Result<DeadLetter> DeadLetterReader::parse(const Record& record) const {
  const std::uint64_t line = batch_->line_of(record.origin);
  if (record.state == State::dead) return at(line, "it is far too long");
  const std::string_view text = batch_->text_of(record);
  bj::error_code failed;
  const bj::value value = bj::parse(text, failed);
  if (failed == bj::error::incomplete) return at(line, "it is cut off");
  if (failed || !value.is_object()) return at(line, "it is no JSON object");
  EntryReader entry(value.get_object());
  DeadLetter letter;
  letter.file = entry.required_text("file");
  letter.offset = entry.required_number("offset");
  letter.line = entry.required_number("line");
  const std::uint64_t step = entry.required_number("step");
  letter.use = entry.required_text("use");
  letter.reason = entry.required_text("reason");
  letter.field = entry.text("field");
  letter.length = entry.number("length");
  letter.digest = entry.text("digest");
  letter.entry = line;
  read_text(entry, letter);
  const std::string sealed = entry.text("sealed");
  if (!entry.problem().empty()) return at(line, entry.problem());
  if (!sealed.empty()) ADYTON_CHECK(open_sealed(sealed, letter));
  if (step > std::numeric_limits<std::uint32_t>::max()) return at(line, "there is no such step");
  letter.step = static_cast<std::uint32_t>(step);
  return letter;
}

// Puts what is sealed into the letter, where there are identities.
Status DeadLetterReader::open_sealed(const std::string& text, DeadLetter& letter) const {
  letter.sealed = identities_ == nullptr;
  if (letter.sealed) return {};
  const auto sealed = base64::decode(text, base64::Alphabet::standard);
  if (!sealed) return at(letter.entry, "its \"sealed\" is not base64");
  auto opened = crypto::age::open(*sealed, *identities_);
  if (!opened) {
    return Error{ErrorCode::crypto,
                 "the sealed part of this dead letter does not open: it is for another identity, "
                 "or was changed",
                 cat(path_, ':', letter.entry)};
  }
  const crypto::WipeAtExit wipe_opened(*opened);
  bj::error_code failed;
  const bj::value value = bj::parse(*opened, failed);
  if (failed || !value.is_object()) return at(letter.entry, "what is sealed is no JSON object");
  EntryReader members(value.get_object());
  read_text(members, letter);
  return members.problem().empty() ? Status() : at(letter.entry, members.problem());
}

Error DeadLetterReader::at(std::uint64_t line, std::string_view message) const {
  return no_dead_letter(path_, line, message);
}

}  // namespace adyton::pipeline
