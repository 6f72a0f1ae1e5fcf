#include "host/worker/python_step.h"

#include <limits>
#include <optional>
#include <utility>
#include <vector>

#include "host/base/text.h"
#include "host/worker/render.h"
#include "host/worker/script_record.h"
#include "host/worker/value.h"

namespace adyton::worker {

using pipeline::Batch;
using pipeline::Record;
using pipeline::State;
using python::Gil;
using python::Ref;

namespace {

// A batch's offsets have 32 bits; what a step makes of it stays some way below.
constexpr std::size_t most_text = std::numeric_limits<std::uint32_t>::max() - (1U << 20);

bool is_many(PyObject* result) {
  return PyList_Check(result) || PyTuple_Check(result) || PyIter_Check(result) != 0;
}

// One batch's way through a function.
class Pass {
 public:
  Pass(Gil& gil, const Types& types, const ScriptFunction& script, const std::string& name,
       std::uint32_t number, Batch& batch)
      : gil_(gil), types_(types), script_(script), name_(name), number_(number), batch_(batch) {}

  Status run() {
    for (std::size_t i = 0; i < batch_.records.size(); ++i) {
      Record& record = batch_.records[i];
      if (record.state == State::live) {
        ADYTON_CHECK(call(i));
      } else if (record.state == State::blank && rewrite_) {
        rewrite_->keep(record);
      }
    }
    if (rewrite_) rewrite_->finish();
    return check_interrupt(gil_, caller());
  }

 private:
  Status call(std::size_t number) {
    Record& record = batch_.records[number];
    const Extent value = value_of(batch_, record);
    begin_ = value.begin;
    end_ = value.end;
    const Ref argument = make_value(gil_, types_, batch_.text, begin_, end_);
    const Ref result =
        argument ? Ref::steal(PyObject_CallOneArg(script_.function.get(), argument.get())) : Ref();
    if (!result) return failed(record, "exception");
    if (result.get() == Py_None && argument.get() != Py_None) {
      batch_.drop(record);
      return {};
    }
    scratch_.clear();
    if (result.get() == argument.get()) return write_same(number, result.get());
    if (is_many(result.get())) return write_many(number, result.get());
    if (!append_json(gil_, types_, result.get(), scratch_)) return failed(record, "result");
    return write(number, Spaces::dropped);
  }

  Status write_same(std::size_t number, PyObject* value) {
    Record& record = batch_.records[number];
    if (!is_view(types_, value) || !modified(as_view(value), types_)) {
      if (rewrite_) rewrite_->keep(record);
      return {};
    }
    if (!append_view(gil_, types_, as_view(value), scratch_)) return failed(record, "result");
    return write(number, Spaces::kept);
  }

  enum class Spaces { kept, dropped };

  // The scratch text in the place of the record's value.
  Status write(std::size_t number, Spaces spaces) {
    Record& record = batch_.records[number];
    if (!fits()) return too_large(record);
    pipeline::Rewrite& rewrite = start_rewrite(number);
    rewrite.begin(record);
    if (spaces == Spaces::kept) rewrite.copy(record.text_begin, begin_);
    rewrite.append(scratch_);
    if (spaces == Spaces::kept) rewrite.copy(end_, record.text_end);
    rewrite.end();
    written_ += scratch_.size();
    return {};
  }

  Status write_many(std::size_t number, PyObject* result) {
    Record& record = batch_.records[number];
    ends_.clear();
    const Ref iterator = Ref::steal(PyObject_GetIter(result));
    if (!iterator) return failed(record, "exception");
    while (const Ref value = Ref::steal(PyIter_Next(iterator.get()))) {
      if (value.get() == Py_None) continue;
      if (!append_json(gil_, types_, value.get(), scratch_)) return failed(record, "result");
      if (!fits()) return too_large(record);
      ends_.push_back(scratch_.size());
    }
    if (PyErr_Occurred() != nullptr) return failed(record, "exception");
    if (ends_.empty()) {
      batch_.drop(record);
      return {};
    }
    put_many(number);
    return {};
  }

  // Every value on a line of its own, with the record's line ending.
  void put_many(std::size_t number) {
    const Record record = batch_.records[number];
    pipeline::Rewrite& rewrite = start_rewrite(number);
    Record further = record;
    further.begin =
        further.text_begin;  // what stands before the record (a BOM) stays with the first
    std::size_t begin = 0;
    for (std::size_t i = 0; i < ends_.size(); ++i) {
      rewrite.begin(i == 0 ? record : further);
      rewrite.append(std::string_view(scratch_).substr(begin, ends_[i] - begin));
      if (record.text_end == record.end && i + 1 < ends_.size()) rewrite.append("\n");
      rewrite.end();
      begin = ends_[i];
    }
    batch_.counts.fanned_out += ends_.size() - 1;
    // A line ending, and what stands before the record, once for each.
    written_ += scratch_.size() + ends_.size() * (record.end - record.text_end + 1);
  }

  // The rewrite that changed records go to; begun at the first of them.
  pipeline::Rewrite& start_rewrite(std::size_t number) {
    if (rewrite_) return *rewrite_;
    rewrite_.emplace(batch_, batch_.text->size() / 8);
    for (std::size_t i = 0; i < number; ++i) {
      const Record& before = batch_.records[i];
      if (before.state == State::live || before.state == State::blank) rewrite_->keep(before);
    }
    return *rewrite_;
  }

  bool fits() const { return batch_.text->size() + written_ + scratch_.size() < most_text; }

  Status too_large(Record& record) {
    pipeline::DeadRecord why;
    why.step = number_;
    why.kind = "result";
    why.detail = "what the function returned makes the batch larger than 4 GiB";
    batch_.kill(record, std::move(why));
    return {};
  }

  Caller caller() const { return {name_, script_.path, number_}; }
  Status failed(Record& record, const char* kind) {
    return take_raised(gil_, caller(), batch_, record, kind);
  }

  Gil& gil_;
  const Types& types_;
  const ScriptFunction& script_;
  const std::string& name_;
  std::uint32_t number_;
  Batch& batch_;
  std::optional<pipeline::Rewrite> rewrite_;
  std::string scratch_;            // what the function returned, as JSON
  std::vector<std::size_t> ends_;  // where the values in it end
  std::size_t written_ = 0;
  std::uint32_t begin_ = 0;  // the value of the record at hand
  std::uint32_t end_ = 0;
};

}  // namespace

PythonStep::PythonStep(Interpreter& interpreter, const Types& types, ScriptFunction script,
                       std::string name, std::uint32_t number)
    : interpreter_(interpreter),
      types_(types),
      script_(std::move(script)),
      name_(std::move(name)),
      number_(number) {}

PythonStep::~PythonStep() {
  const Turn turn(interpreter_);
  script_.function = {};
}

Status PythonStep::run(Batch& batch) {
  pipeline::validate(batch);
  Turn turn(interpreter_);
  return Pass(turn.gil(), types_, script_, name_, number_, batch).run();
}

}  // namespace adyton::worker
