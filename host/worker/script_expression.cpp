#include "host/worker/script_expression.h"

#include <limits>

#include "host/base/text.h"
#include "host/worker/failure.h"
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

// Puts the text where a traceback looks for the lines of a file.
void remember_source(Gil&, const std::string& name, const std::string& text) {
  const Ref module = Ref::steal(PyImport_ImportModule("linecache"));
  const Ref cache = module ? Ref::steal(PyObject_GetAttrString(module.get(), "cache")) : Ref();
  const Ref lines =
      cache ? Ref::steal(PyObject_CallMethod(Ref::steal(PyUnicode_FromString(text.c_str())).get(),
                                             "splitlines", "i", 1))
            : Ref();
  const Ref entry = lines ? Ref::steal(Py_BuildValue("(nOOs)", static_cast<Py_ssize_t>(text.size()),
                                                     Py_None, lines.get(), name.c_str()))
                          : Ref();
  if (entry) static_cast<void>(PyMapping_SetItemString(cache.get(), name.c_str(), entry.get()));
  // Without it a traceback lacks the line, no more.
  PyErr_Clear();
}

}  // namespace

Result<std::unique_ptr<pipeline::Expression>> ScriptExpression::compile(
    Gil& gil, Interpreter& interpreter, const Types& types,
    const pipeline::ScriptExpression& expression) {
  std::string name = cat("<expr of step ", expression.number, ", ", expression.use, ">");
  Ref code = Ref::steal(Py_CompileString(expression.text.c_str(), name.c_str(), Py_eval_input));
  Ref builtins = code ? Ref::steal(PyImport_ImportModule("builtins")) : Ref();
  if (!builtins) {
    return Error{ErrorCode::config,
                 cat("expr is no Python expression: ", take_failure(gil, name).detail)};
  }
  remember_source(gil, name, expression.text);
  return std::unique_ptr<pipeline::Expression>(
      new ScriptExpression(interpreter, types, std::move(name), expression.number, std::move(code),
                           std::move(builtins)));
}

ScriptExpression::ScriptExpression(Interpreter& interpreter, const Types& types, std::string name,
                                   std::uint32_t number, Ref code, Ref builtins)
    : interpreter_(interpreter),
      types_(types),
      name_(std::move(name)),
      number_(number),
      code_(std::move(code)),
      builtins_(std::move(builtins)) {}

ScriptExpression::~ScriptExpression() {
  const Turn turn(interpreter_);
  code_ = {};
  builtins_ = {};
}

/// The expression's value; empty with an exception set. The names are new for each record, so that
/// nothing is carried from one to the next; they are global ones, so that a lambda or comprehension
/// sees `record`.
Ref ScriptExpression::call(Gil& gil, const Batch& batch, const Record& record) {
  const Extent extent = value_of(batch, record);
  const Ref value = make_value(gil, types_, batch.text, extent.begin, extent.end);
  const Ref names = value ? Ref::steal(PyDict_New()) : Ref();
  if (!names || PyDict_SetItemString(names.get(), "__builtins__", builtins_.get()) != 0 ||
      PyDict_SetItemString(names.get(), "record", value.get()) != 0) {
    return {};
  }
  return Ref::steal(PyEval_EvalCode(code_.get(), names.get(), names.get()));
}

/// Calls take(gil, index, value) for each live record; the value is empty, with an exception set,
/// if there is none. take gives the kind of death, or null.
template <class Take>
Status ScriptExpression::for_each_value(Batch& batch, Take&& take) {
  pipeline::validate(batch);
  Turn turn(interpreter_);
  Gil& gil = turn.gil();
  const Caller caller{name_, name_, number_};
  for (std::size_t i = 0; i < batch.records.size(); ++i) {
    Record& record = batch.records[i];
    if (record.state != State::live) continue;
    const Ref value = call(gil, batch, record);
    const char* const kind = value ? take(gil, i, value.get()) : "exception";
    if (kind != nullptr) ADYTON_CHECK(take_raised(gil, caller, batch, record, kind));
  }
  return check_interrupt(gil, caller);
}

Status ScriptExpression::test(Batch& batch, std::vector<char>& truths) {
  truths.assign(batch.records.size(), 0);
  return for_each_value(batch, [&](Gil&, std::size_t i, PyObject* value) -> const char* {
    const int truth = PyObject_IsTrue(value);
    if (truth < 0) return "exception";
    truths[i] = static_cast<char>(truth);
    return nullptr;
  });
}

Status ScriptExpression::evaluate(Batch& batch, std::vector<std::string>& values) {
  values.assign(batch.records.size(), {});
  std::size_t size = batch.text->size();
  return for_each_value(batch, [&](Gil& gil, std::size_t i, PyObject* value) -> const char* {
    if (!append_json(gil, types_, value, values[i])) return "result";
    size += values[i].size();
    if (size < most_text) return nullptr;
    PyErr_SetString(PyExc_ValueError, "the value makes the batch larger than 4 GiB");
    size -= values[i].size();
    return "result";
  });
}

}  // namespace adyton::worker
