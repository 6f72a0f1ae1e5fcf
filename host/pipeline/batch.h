#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "host/base/result.h"
#include "modules/json/locate.h"

namespace adyton::pipeline {

/// Bytes with json::scan_padding readable bytes behind them, as the scanner wants.
class Text {
 public:
  Text() = default;
  std::size_t size() const { return size_; }
  char* data() { return bytes_.get(); }
  const char* data() const { return bytes_.get(); }
  std::string_view view() const { return {bytes_.get(), size_}; }
  std::string_view view(std::size_t begin, std::size_t end) const {
    return {bytes_.get() + begin, end - begin};
  }

  /// Keeps the content. New bytes are not initialised, but for the padding, which is zero.
  void resize(std::size_t size);
  void reserve(std::size_t capacity);
  void append(std::string_view more);

 private:
  std::unique_ptr<char[]> bytes_;
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;
};

enum class State : std::uint8_t {
  live,     // goes on to the next step
  blank,    // a line without a record: passed through as it is
  dropped,  // taken out by a step that says so
  dead,     // goes to the dead letters
};

/// One record (or blank line) of a batch. Offsets are into the batch's text.
struct Record {
  std::uint32_t begin = 0;       // the line: what stands before the record (a BOM) included,
  std::uint32_t end = 0;         //   and its line ending, where it has one
  std::uint32_t text_begin = 0;  // the record: JSON, with white space around it
  std::uint32_t text_end = 0;
  std::uint32_t origin = 0;  // index into the batch's origins
  State state = State::live;
};

/// Where a record came from: a line of the input. Several records share one after a fan-out.
struct Origin {
  std::uint32_t begin = 0;  // the line within the batch's original text
  std::uint32_t end = 0;
};

/// Why a record is dead. `detail` and `traceback` may hold text from the record: they are written
/// only where the dead letters may hold bytes.
struct DeadRecord {
  std::uint32_t origin = 0;
  std::uint32_t step = 0;  // 0: reading; n: the nth step of the job
  std::string kind;        // one of a few fixed words ("syntax", "missing field", "exception"…)
  std::string field;       // the pointer as the job has it, or empty
  std::string detail;
  std::string traceback;
  std::uint64_t length = 0;  // of a line that was not kept: its bytes
  std::string digest;        //   and their XXH3-128, in hexadecimal
};

/// How many values of one field a protecting step replaced.
struct FieldValues {
  std::uint32_t step = 0;   // its number, from 1
  std::uint32_t field = 0;  // index into the step's fields; behind them: any other
  std::uint64_t values = 0;
};

/// Numbers of records. read + fanned_out = written + dropped + dead, always.
struct Counts {
  std::uint64_t read = 0;
  std::uint64_t fanned_out = 0;  // the additional ones
  std::uint64_t written = 0;
  std::uint64_t dropped = 0;
  std::uint64_t dead = 0;
  std::uint64_t blank = 0;  // lines, no records: counted apart

  Counts& operator+=(const Counts& other);
  bool add_up() const { return read + fanned_out == written + dropped + dead; }

  friend bool operator==(const Counts&, const Counts&) = default;
};

/// A place between two records of the inputs, where reading can go on.
struct Position {
  std::uint32_t input = 0;    // index of the input file
  std::uint64_t offset = 0;   // into its decompressed bytes
  std::uint64_t line = 1;     // the line that begins there
  std::uint64_t restart = 0;  // into the file as it lies on the disk: a place not behind `offset`
                              //   from which it can be decompressed
  std::uint64_t restart_offset = 0;  // the decompressed bytes before that place

  friend bool operator==(const Position&, const Position&) = default;
};

/// Some consecutive lines of one input: one buffer and the offsets of its records. A batch is in
/// one thread's hands at a time. A step reads `text` and `records` and leaves new ones (see
/// Rewrite); `original` stays as it was read, for the dead letters.
struct Batch {
  std::uint64_t sequence = 0;    // batches of a run are numbered in input order
  std::uint32_t input = 0;       // index of the input file
  std::string_view path;         // of the input file, as the job gives it; the inputs outlive this
  std::uint64_t first_line = 1;  // 1-based line of origins[0]
  std::uint64_t offset = 0;      // of the original text within the (decompressed) input
  Position next;                 // what was read after this batch begins there
  std::shared_ptr<Text> text;
  std::shared_ptr<const Text> original;
  std::vector<Record> records;
  std::vector<Origin> origins;  // one a line, or one a record in formats where lines are no matter
  std::vector<std::uint32_t>
      lines;  // where they are no matter: the line on which each origin begins,
              //   counted from first_line
  std::vector<DeadRecord> dead;
  Counts counts;             // read, blank, fanned_out, dropped, dead: kept as they happen
  std::uint32_t step = 0;    // the number of the step at work, from 1
  std::uint64_t values = 0;  // field values that steps put others in the place of, to protect them
  std::vector<FieldValues> field_values;  // the same for each field
  bool validated = false;                 // every live record is known to be JSON in UTF-8
  bool line_breaks = false;  // some live record may hold a line break between its tokens

  /// The line of the input on which the origin begins.
  std::uint64_t line_of(std::uint32_t origin) const {
    return first_line + (lines.empty() ? origin : lines[origin]);
  }
  std::string_view text_of(const Record& record) const {
    return text->view(record.text_begin, record.text_end);
  }

  /// The step at work, which protects its fields, replaced one more value of this one.
  void count_value(std::uint32_t field) {
    ++values;
    for (auto last = field_values.rbegin(); last != field_values.rend() && last->step == step;
         ++last) {
      if (last->field == field) return void(++last->values);
    }
    field_values.push_back({step, field, 1});
  }

  /// The record is taken out.
  void drop(Record& record);
  /// The record is taken out and becomes a dead letter; one entry for each origin.
  void kill(Record& record, DeadRecord why);
};

/// Kills every live record of the batch that is not JSON in UTF-8 and sets `validated`.
void validate(Batch& batch);

/// Locates the fields in the record; kills it if it is not JSON in UTF-8 (false).
bool locate(Batch& batch, Record& record, const json::FieldSet& fields, json::Select select,
            json::Locations& out);

/// Calls found(record, locations) for every live record that is JSON in UTF-8, in order; the others
/// die. The batch is validated by the same pass.
template <class Found>
void for_each_located(Batch& batch, const json::FieldSet& fields, json::Select select,
                      Found&& found) {
  json::Locations locations;
  for (Record& record : batch.records) {
    if (record.state == State::live && locate(batch, record, fields, select, locations)) {
      found(record, locations);
    }
  }
  batch.validated = true;
}

/// Builds a batch's next text: for each record of the old one, in order, either keep(record) or
/// begin(record), any number of copy/append, end(). Then finish() puts text and records into the
/// batch. Records not named are gone from it (only dropped and dead ones may be left out).
class Rewrite {
 public:
  explicit Rewrite(Batch& batch, std::size_t expected_growth = 0);

  void keep(const Record& record);
  void begin(const Record& record);
  /// Old text, by offsets into it.
  void copy(std::size_t begin, std::size_t end) { out_->append(batch_.text->view(begin, end)); }
  void append(std::string_view text) { out_->append(text); }
  /// `n` bytes to be filled in by the caller.
  char* grow(std::size_t n);
  void end();
  void finish();

 private:
  Batch& batch_;
  std::shared_ptr<Text> out_;
  std::vector<Record> records_;
  const Record* current_ = nullptr;
  Record made_;
};

}  // namespace adyton::pipeline
