#include "modules/json/binding/serialize.h"

#include <cmath>
#include <new>
#include <span>

#include "host/base/cpu.h"
#include "host/base/text.h"
#include "modules/json/binding/state.h"
#include "modules/json/parse.h"

namespace adyton::json {
namespace {

using python::Gil;
using python::Ref;

/// Whether a dict of a derived type that turns out to have no members is written "{}" under an
/// indent too: before 3.13 the standard library has an empty line there.
#if PY_VERSION_HEX >= 0x030D0000
constexpr bool memberless_is_compact = true;
#else
constexpr bool memberless_is_compact = false;
#endif

using FindWalk = WalkFunctions (*)(const SerializeOptions&, std::size_t);

FindWalk best_level() {
#if defined(__x86_64__)
  if (vector_level() == VectorLevel::avx2) return &find_walk_avx2;
  if (vector_level() == VectorLevel::avx512) return &find_walk_avx512;
#endif
  return &find_walk_portable;
}

Text padded(std::string& padded, const std::string& text) {
  padded.reserve(text.size() + Text::padding);
  padded = text;
  return {padded.data(), padded.size()};
}

}  // namespace

Punctuated punctuated_by(const Layout& layout) {
  constexpr std::size_t longest = 7;  // with a quote, as much as one store writes
  if (layout.indent) return Punctuated::any;
  if (layout.item_separator == "," && layout.key_separator == ":") return Punctuated::compactly;
  if (layout.item_separator == ", " && layout.key_separator == ": ") return Punctuated::spaciously;
  const bool brief =
      layout.item_separator.size() <= longest && layout.key_separator.size() <= longest;
  return brief ? Punctuated::briefly : Punctuated::any;
}

WalkFunctions find_walk(const SerializeOptions& options, std::size_t unit) {
  static const FindWalk find = best_level();
  return find(options, unit);
}

Punctuation Serializer::punctuation() {
  const Layout& layout = options_.layout;
  if (punctuated_by(layout) != Punctuated::any) {
    return {{layout.item_separator.data(), layout.item_separator.size()},
            {layout.key_separator.data(), layout.key_separator.size()}};
  }
  return {padded(rare().item_separator, layout.item_separator),
          padded(rare().key_separator, layout.key_separator)};
}

bool Serializer::write_any(PyObject* object) {
  while (true) {
    const WalkFunctions functions = find_walk(options_, text_ == nullptr ? 0 : text_->unit());
    const Walked walked = functions.walk(*this, object, nullptr);
    if (walked == Walked::done) return true;
    if (walked == Walked::failed) return false;
    const Py_UCS4 largest = walked == Walked::needs_latin1 ? 0xFF
                            : walked == Walked::needs_ucs2 ? 0xFFFF
                                                           : 0x10FFFF;
    if (!widen(largest)) return false;
    object = nullptr;
  }
}

bool Serializer::widen(Py_UCS4 largest) noexcept {
  largest_ = largest;
  return guarded([&] { return text_->widen(largest), true; });
}

Text Serializer::others() noexcept {
  const std::string_view written = others_->written();
  return {written.data(), written.size()};
}

void Serializer::forget_others() noexcept {
  others_->advance_to(others_->cursor() - others_->written().size());
}

char* Serializer::make_room(char* cursor, std::size_t more, char*& limit) noexcept {
  cursor_.advance_to(cursor);
  if (!guarded([&] { return cursor_.reserve(more), true; })) return nullptr;
  limit = cursor_.limit();
  return cursor_.cursor();
}

bool Serializer::begin_line(int levels, Text& line) noexcept {
  writer_.move(levels);
  const Layout& layout = options_.layout;
  std::size_t size = layout.item_separator.size();
  if (layout.indent) size += 1 + writer_.level() * layout.indent->size();
  return guarded([&] {
    std::string& all = rare().line;
    if (all.empty()) all = layout.indent ? cat(layout.item_separator, '\n') : layout.item_separator;
    while (layout.indent && !layout.indent->empty() && all.size() < size) all += *layout.indent;
    // So that the padding can be read, too.
    all.reserve(all.size() + Text::padding);
    line = {all.data(), size};
    return true;
  });
}

NativeWriter& Serializer::make_natives() noexcept {
  native_ = &natives_.emplace(gil_, state_.native_types(), options_, writer_);
  return *native_;
}

bool Serializer::no_memory() noexcept {
  PyErr_NoMemory();
  return false;
}

template <class Work>
bool Serializer::guarded(Work work) noexcept {
  try {
    return work();
  } catch (const std::bad_alloc&) {
    return no_memory();
  }
}

/// What is done here may run Python code, and so change what is being written; nor may such code
/// run a second time in a circle.
bool Serializer::prepare() {
  pin();
  return options_.circles == Circles::unchecked || !open_.has_repeats() || refuse_circle();
}

bool Serializer::put_other(PyObject* object) noexcept {
  return guarded([&] { return prepare() && put_value(object); });
}

bool Serializer::put_other_member(PyObject* key, PyObject* value) noexcept {
  return guarded([&] {
    if (!begin_native_member(key)) return prepare() && put_member(open_.top(), key, value);
    const Scalar scalar = put_scalar(value);
    if (scalar == Scalar::not_scalar) return prepare() && open_object(value);
    return scalar == Scalar::written;
  });
}

bool Serializer::advance_other() noexcept {
  return guarded([&] { return prepare() && advance(); });
}

bool Serializer::may_open(PyObject* object) noexcept {
  return guarded([&] { return enter(object); });
}

/// Goes on with the innermost entry until it ends or opens another.
bool Serializer::advance() {
  Open& open = open_.top();
  if (open.kind == Open::Kind::pairs) return advance_pairs(open);
  if (open.kind == Open::Kind::fields) return advance_fields(open);
  open_.pop();  // what stood for an object is written
  return true;
}

bool Serializer::advance_pairs(Open& open) {
  while (open.index < PyList_GET_SIZE(open.items)) {
    PyObject* const pair = PyList_GET_ITEM(open.items, open.index);
    ++open.index;
    if (!PyTuple_Check(pair) || PyTuple_GET_SIZE(pair) != 2) {
      PyErr_SetString(PyExc_ValueError, "items must return 2-tuples");
      return false;
    }
    const std::size_t depth = open_.size();
    if (!put_member(open, PyTuple_GET_ITEM(pair, 0), PyTuple_GET_ITEM(pair, 1))) return false;
    if (open_.size() != depth) return true;
  }
  end('}');
  return true;
}

/// A key and its value, which is written if it is a scalar and opened if not. No Python code runs
/// before the value is: the references may be borrowed.
bool Serializer::put_member(Open& open, PyObject* key, PyObject* value) {
  const bool is_string = PyUnicode_Check(key);
  if (!is_string && !is_number_key(key) && natives().is_active()) {
    return put_native_member(open, key, value);
  }
  if (!is_string && options_.other_keys == OtherKeys::skip && !PyLong_Check(key) &&
      !PyFloat_Check(key) && key != Py_None) {
    return true;
  }
  if (!open.first) writer_.separate();
  open.first = false;
  if (!(is_string ? put_string(key) : put_other_key(key))) return false;
  writer_.colon();
  return put_value(value);
}

bool Serializer::put_value(PyObject* object) {
  if (natives().knows(Py_TYPE(object))) return open_object(object);
  const Scalar scalar = put_scalar(object);
  if (scalar == Scalar::not_scalar) return open_object(object);
  return scalar == Scalar::written;
}

Serializer::Scalar Serializer::put_scalar(PyObject* object) {
  const auto result = [](bool written) { return written ? Scalar::written : Scalar::failed; };
  if (PyUnicode_Check(object)) return result(put_string(object));
  if (object == Py_None) return out_.put("null"), Scalar::written;
  if (object == Py_True) return out_.put("true"), Scalar::written;
  if (object == Py_False) return out_.put("false"), Scalar::written;
  if (PyLong_Check(object)) return result(put_int(object));
  if (PyFloat_Check(object)) return result(put_float(object));
  return Scalar::not_scalar;
}

namespace {

/// The characters of a str in its own kind, to put(span).
template <class Put>
auto with_characters(PyObject* str, Put put) {
  const auto size = static_cast<std::size_t>(PyUnicode_GET_LENGTH(str));
  const void* const data = PyUnicode_DATA(str);
  switch (PyUnicode_KIND(str)) {
    case PyUnicode_1BYTE_KIND:
      return put(std::span(static_cast<const std::uint8_t*>(data), size));
    case PyUnicode_2BYTE_KIND:
      return put(std::span(static_cast<const std::uint16_t*>(data), size));
    default:
      return put(std::span(static_cast<const std::uint32_t*>(data), size));
  }
}

}  // namespace

bool Serializer::put_string(PyObject* str) {
#if PY_VERSION_HEX < 0x030C0000
  if (PyUnicode_READY(str) < 0) return false;
#endif
  const bool put = with_characters(str, [this](auto characters) {
    if (options_.characters == Characters::utf8) {
      return put_string_utf8(out_, characters, options_.surrogates);
    }
    put_string_ascii(out_, characters);
    return true;
  });
  return put || refuse_surrogate(str);
}

bool Serializer::put_int(PyObject* number) {
  int overflow = 0;
  const long long value = PyLong_AsLongLongAndOverflow(number, &overflow);
  if (overflow == 0) {
    put_integer(out_, value);
    return true;
  }
  Ref text = Ref::steal(PyLong_Type.tp_repr(number));
  if (!text) return false;
  out_.put({reinterpret_cast<const char*>(PyUnicode_1BYTE_DATA(text.get())),
            static_cast<std::size_t>(PyUnicode_GET_LENGTH(text.get()))});
  return true;
}

bool Serializer::put_float(PyObject* number) {
  const double value = PyFloat_AS_DOUBLE(number);
  if (!PyFloat_CheckExact(number)) natives().learn_real(number);
  if (options_.non_finite == NonFinite::reject && !std::isfinite(value)) {
    return refuse_float(number);
  }
  put_real(out_, value);
  return true;
}

/// A key that is no str, in quotes, as the standard library spells it.
bool Serializer::put_other_key(PyObject* key) {
  const bool is_number = PyLong_Check(key) || PyFloat_Check(key);
  if (!is_number && key != Py_None) return refuse_key(key);
  out_.put('"');
  if (put_scalar(key) == Scalar::failed) return false;
  out_.put('"');
  return true;
}

/// Whether one more container may be opened.
bool Serializer::enter(PyObject* object) {
  if (options_.circles == Circles::check && (open_.has_repeats() || open_.contains(object))) {
    return refuse_circle();
  }
  if (open_.size() < options_.max_depth) return true;
  PyErr_SetString(PyExc_RecursionError,
                  "maximum recursion depth exceeded while encoding a JSON object");
  return false;
}

bool Serializer::open_sequence(PyObject* sequence, Open::Kind kind) {
  if (!PyList_CheckExact(sequence) && !PyTuple_CheckExact(sequence)) return open_derived(sequence);
  if (Py_SIZE(sequence) == 0) return out_.put("[]"), true;
  return enter(sequence) && begin({.kind = kind, .object = sequence}, '[');
}

/// A list or tuple of a derived type is what its iterator says.
bool Serializer::open_derived(PyObject* sequence) {
  const bool by_truth = options_.model == Model::python_encoder;
  const int some = by_truth ? PyObject_IsTrue(sequence) : 1;
  if (some < 0) return false;
  Ref items = Ref::steal(some ? PySequence_List(sequence) : PyList_New(0));
  if (!items) return false;
  if (!some || (!by_truth && PyList_GET_SIZE(items.get()) == 0)) return out_.put("[]"), true;
  if (!enter(sequence)) return false;
  return begin({.kind = Open::Kind::items, .object = sequence, .items = items.release()}, '[');
}

bool Serializer::open_dict(PyObject* dict) {
  const bool exact = PyDict_CheckExact(dict);
  const int some = !exact && options_.model == Model::python_encoder ? PyObject_IsTrue(dict)
                                                                     : dict_size(dict) > 0;
  if (some < 0) return false;
  if (some == 0) return out_.put("{}"), true;
  if (!enter(dict)) return false;
  Open open{.kind = Open::Kind::dict, .object = dict, .size = dict_size(dict)};
  const bool sorted = options_.key_order == KeyOrder::sorted;
  if (exact && sorted && collect_sorted(dict, open)) return begin(open, '{');
  if (!exact || sorted) {
    Ref pairs = Ref::steal(PyMapping_Items(dict));
    if (!pairs) return false;
    if (sorted && PyList_Sort(pairs.get()) < 0) return false;
    if (memberless_is_compact && PyList_GET_SIZE(pairs.get()) == 0) return out_.put("{}"), true;
    open.kind = Open::Kind::pairs;
    open.items = pairs.release();
  }
  return begin(open, '{');
}

bool Serializer::begin(Open open, char bracket) {
  Py_INCREF(open.object);
  open_.push(open);
  writer_.open(bracket);
  return true;
}

void Serializer::end(char bracket) {
  open_.pop();
  writer_.close(bracket);
}

}  // namespace adyton::json
