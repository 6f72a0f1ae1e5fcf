#include "host/worker/script_record.h"

#include "host/base/text.h"
#include "host/worker/failure.h"
#include "modules/json/skim.h"

namespace adyton::worker {

using python::Gil;

namespace {

Error interrupted(const Caller& caller) {
  return {ErrorCode::stopped, "interrupted", caller.name};
}

}  // namespace

Extent value_of(const pipeline::Batch& batch, const pipeline::Record& record) {
  const char* const text = batch.text->data();
  const auto begin = static_cast<std::uint32_t>(json::skim_space(text, record.text_begin));
  std::uint32_t end = record.text_end;
  while (text[end - 1] == ' ' || text[end - 1] == '\t' || text[end - 1] == '\r' ||
         text[end - 1] == '\n') {
    --end;
  }
  return {begin, end};
}

Status take_raised(Gil& gil, const Caller& caller, pipeline::Batch& batch, pipeline::Record& record,
                   const char* kind) {
  if (PyErr_ExceptionMatches(PyExc_KeyboardInterrupt) != 0) {
    PyErr_Clear();
    return interrupted(caller);
  }
  const bool exit = PyErr_ExceptionMatches(PyExc_SystemExit) != 0;
  Failure failure = take_failure(gil, caller.path);
  if (exit) {
    return Error{ErrorCode::invalid, cat("the script ended the run: ", failure.detail),
                 caller.name};
  }
  pipeline::DeadRecord why;
  why.step = caller.number;
  why.kind = kind;
  why.detail = std::move(failure.detail);
  why.traceback = std::move(failure.traceback);
  batch.kill(record, std::move(why));
  return {};
}

Status check_interrupt(Gil&, const Caller& caller) {
  if (PyErr_CheckSignals() == 0) return {};
  PyErr_Clear();
  return interrupted(caller);
}

}  // namespace adyton::worker
