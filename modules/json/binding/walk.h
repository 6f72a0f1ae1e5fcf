#pragma once

// The hot half of Serializer, for the vector instructions that the including file is compiled for:
// everything is in a namespace of that level or exists only inside its callers, and uses nothing of
// the standard library that the linker could share between files.

#include <cstddef>
#include <cstdint>
#include <cstring>

#include <Python.h>

#include "modules/json/binding/object_layout.h"
#include "modules/json/binding/serialize.h"
#include "modules/json/encode_kernels.h"
#include "modules/json/write_number.h"

namespace adyton::json {
inline namespace ADYTON_JSON_LEVEL {

/// What stands between the parts of a document: "," and ":", known when this is compiled; other
/// short pieces of text; or anything, lines too.
enum class Style : unsigned char { compact, brief, any };

/// A piece of punctuation, which is written with one store.
template <class Unit>
struct Mark {
  Unit units[8];
  std::size_t size;

  ADYTON_ALWAYS_INLINE void add(char c) { units[size++] = static_cast<Unit>(c); }
  ADYTON_ALWAYS_INLINE void add(const Text& text) {
    for (std::size_t i = 0; i < text.size; ++i) add(text.data[i]);
  }
  ADYTON_ALWAYS_INLINE Unit* put(Unit* out) const {
    std::memcpy(out, units, sizeof units);
    return out + size;
  }
};

/// Writes a document into a Serializer's buffer. The cursor, and the end of the stack, are local
/// variables of run(), handed down to functions that exist only inside it: so they stay in
/// registers. Up to limit_ there are always `slack` units behind the cursor, enough for everything
/// but the characters of a string; so room is checked once for each element and string.
template <class Form, Style style>
class Walk {
 public:
  using Unit = typename Form::Unit;

  explicit Walk(Serializer& serializer)
      : serializer_(serializer),
        open_(serializer.open()),
        reject_(serializer.options().surrogates == Surrogates::reject),
        sorted_(serializer.options().key_order == KeyOrder::sorted),
        ascii_(serializer.options().characters == Characters::ascii),
        next_check_(serializer.options().max_depth < 8 ? serializer.options().max_depth : 8),
        next_check_end_(open_.end_at(next_check_)),
        separator_size_(serializer.punctuation().item_separator.size) {
    if constexpr (style == Style::any) serializer.begin_line(0, next_line_);
    if constexpr (!compact) set_marks(serializer.punctuation());
  }

  /// Writes the document, or goes on with it.
  Walked run(PyObject* root);

 private:
  static constexpr std::size_t slack = 256;
  static constexpr bool compact = style == Style::compact;
  static constexpr bool is_text = Form::high_is_plain;
  // Long strings are written in pieces, so that the worst case is reserved for a piece only.
  static constexpr std::size_t piece = 1024;

  /// What an object turned out to be. Of a scalar: it is written.
  enum class Found : unsigned char { scalar, list, tuple, dict, other, failure };

  /// How the innermost container was left: for one inside, or for Python code that may have changed
  /// it, or because it has ended, and with it the document; or because of a str that the text is
  /// too narrow for, before anything was written of the element or member. Where the one inside is
  /// known to be a list or a tuple, or a dict, that is said too.
  enum class Left : unsigned char { open, in_sequence, in_dict, ended, failed, done, narrow };

  void set_marks(const Punctuation& punctuation) {
    quote_ = separator_ = next_member_ = colon_ = {};
    quote_.add('"');
    colon_.add('"');
    if constexpr (style == Style::any) return;
    separator_.add(punctuation.item_separator);
    next_member_ = separator_;
    next_member_.add('"');
    colon_.add(punctuation.key_separator);
  }

  /// What stands before the next member and begins its key. Of the first that is the opening
  /// bracket, written once more, or in a style that is not compact the quote alone.
  struct Lead {
    const Mark<Unit>* mark;
    Unit units[2];
    bool first;
  };

  Found put(Unit*& out, PyObject* object);
  bool put_characters(Unit*& out, PyObject* str, std::size_t size);
  Lead first_lead(Unit*& out, bool first) const;
  bool put_lead(Unit*& out, Lead& lead);
  bool put_colon(Unit*& out);
  bool put_key(Unit*& out, PyObject* key, Lead& lead);
  bool put_name(Unit*& out, const Fields::Name& name, Lead& lead);
  bool put_opening(Unit*& out, char bracket);
  Left close(Unit*& out, char bracket);
  Left elements(Unit*& out, Open*& end);
  Left members(Unit*& out, Open*& end);
  template <class Table>
  Left entries(Unit*& out, Open*& end, Table table);
  Left leave(Unit*& out, Open*& end, PyObject* object, Found found);
  bool open(Unit*& out, Open*& end, PyObject* object, Found found);
  bool is_plain(const Open* end) const;
  static bool read(PyObject* dict, DictTable& table);
#if defined(ADYTON_HAS_SHARED_TABLES)
  static bool read(PyObject* dict, SharedTable& table);
#endif
  Left pop(Open*& end);
  Left next(const Open* end) const;
  bool open_fields(Unit*& out, Open*& end, PyObject* object, const Fields* fields);
  bool may_open(Open*& end, PyObject* object);
  bool make_room(Unit*& out);
  bool fits(PyObject* object);
  template <std::size_t size>
  static void put_word(Unit* out, const char (&word)[size]);

  // Out of line. Those that give a Unit* give null where they fail.
  Unit* grow(Unit* out, std::size_t more);
  bool fits_rarely(PyObject* str);
  Left put_others();
  Unit* put_rare(Unit* out, PyObject* str);
  template <class Char>
  Unit* put_pieces(Unit* out, const Char* p, std::size_t size);
  Unit* put_text(Unit* out, Text text);
  Unit* put_separator(Unit* out);
  Unit* put_bracket(Unit* out, char bracket, int levels);
  bool check(PyObject* object);
  // These find the end of the stack in open_, where it was left with leave_off(), and leave it
  // there, and the cursor in resume_: so that neither has an address in run().
  Left put_other(Unit* out, PyObject* object);
  Left put_other_member(Unit* out, PyObject* key, PyObject* value);
  Left advance_other(Unit* out);
  Left advance_rarely(Unit* out);
  Left any_members(Unit* out);
  Left fields(Unit* out);
  Left take_back();
  Left resume(Unit*& out, Open*& end, Left left);

  Serializer& serializer_;
  OpenContainers& open_;
  Unit* limit_ = nullptr;
  Unit* resume_ = nullptr;
  const bool reject_;
  const bool sorted_;
  const bool ascii_;
  std::size_t next_check_;          // the depth at which check() is asked
  Open* next_check_end_;            // the end of the stack there
  Walked walked_ = Walked::failed;  // of a text that is too narrow: what it needs
  PyObject* landmark_ = nullptr;    // and the object that was opened when it was
  // In the style of lines: a separator and the beginning of a line at the present level.
  Text next_line_ = {nullptr, 0};
  const std::size_t separator_size_;
  // Not used in the compact style.
  Mark<Unit> quote_;
  Mark<Unit> separator_;
  Mark<Unit> next_member_;  // the separator and the quote of the key
  Mark<Unit> colon_;        // the quote of the key and what stands before the value
};

template <class Form, Style style>
ADYTON_ALWAYS_INLINE bool Walk<Form, style>::make_room(Unit*& out) {
  if (out > limit_) [[unlikely]] {
    out = grow(out, 0);
    if (out == nullptr) return false;
  }
  return true;
}

/// A short word, its NUL behind it.
template <class Form, Style style>
template <std::size_t size>
ADYTON_ALWAYS_INLINE void Walk<Form, style>::put_word(Unit* out, const char (&word)[size]) {
  if constexpr (sizeof(Unit) == 1) {
    std::memcpy(out, word, size);
  } else {
    for (std::size_t i = 0; i < size; ++i) out[i] = static_cast<Unit>(word[i]);
  }
}

/// The characters of an exact str, without quotes.
template <class Form, Style style>
ADYTON_ALWAYS_INLINE bool Walk<Form, style>::put_characters(Unit*& out, PyObject* str,
                                                            std::size_t size) {
  if (out + size > limit_) [[unlikely]] {
    out = grow(out, size);
    if (out == nullptr) return false;
  }
  if (is_ascii(str)) [[likely]] {
    if (detail::copy_plain<Form>(ascii_characters(str), size, out)) [[likely]] {
      out += size;
      return true;
    }
  }
  out = put_rare(out, str);
  return out != nullptr;
}

template <class Form, Style style>
ADYTON_ALWAYS_INLINE typename Walk<Form, style>::Found Walk<Form, style>::put(Unit*& out,
                                                                              PyObject* object) {
  PyTypeObject* const type = Py_TYPE(object);
  if (type == &PyUnicode_Type) {
    *out++ = '"';
    const auto size = static_cast<std::size_t>(PyUnicode_GET_LENGTH(object));
    if (!put_characters(out, object, size)) [[unlikely]]
      return Found::failure;
    *out++ = '"';
    return Found::scalar;
  }
  if (type == &PyLong_Type) {
    std::int64_t value;
    if (!read_int(object, value)) [[unlikely]]
      return Found::other;
    out = detail::put_ascii_by<integer_capacity>(
        out, [value](char* digits) { return detail::put_signed(value, digits); });
    return Found::scalar;
  }
  if (object == Py_None) {
    put_word(out, "null");
    out += 4;
    return Found::scalar;
  }
  if (type == &PyBool_Type) {
    if (object == Py_True) {
      put_word(out, "true");
      out += 4;
    } else {
      put_word(out, "false");
      out += 5;
    }
    return Found::scalar;
  }
  if (type == &PyDict_Type) {
    if (dict_size(object) != 0) return Found::dict;
    put_word(out, "{}");
    out += 2;
    return Found::scalar;
  }
  if (type == &PyList_Type) {
    if (Py_SIZE(object) != 0) return Found::list;
    put_word(out, "[]");
    out += 2;
    return Found::scalar;
  }
  if (type == &PyFloat_Type) {
    const double value = PyFloat_AS_DOUBLE(object);
    // Infinite, or not a number.
    if (!(__builtin_fabs(value) <= __DBL_MAX__)) [[unlikely]]
      return Found::other;
    out = detail::put_ascii_by<real_capacity>(
        out, [value](char* digits) { return detail::put_finite(value, digits); });
    return Found::scalar;
  }
  if (type == &PyTuple_Type) {
    if (Py_SIZE(object) != 0) return Found::tuple;
    put_word(out, "[]");
    out += 2;
    return Found::scalar;
  }
  return Found::other;
}

/// An opening bracket.
template <class Form, Style style>
ADYTON_ALWAYS_INLINE bool Walk<Form, style>::put_opening(Unit*& out, char bracket) {
  if constexpr (style == Style::any) {
    out = put_bracket(out, bracket, 1);
    return out != nullptr;
  }
  *out++ = static_cast<Unit>(bracket);
  return true;
}

template <class Form, Style style>
ADYTON_ALWAYS_INLINE typename Walk<Form, style>::Left Walk<Form, style>::close(Unit*& out,
                                                                               char bracket) {
  if constexpr (style == Style::any) {
    out = put_bracket(out, bracket, -1);
    return out != nullptr ? Left::ended : Left::failed;
  }
  *out++ = static_cast<Unit>(bracket);
  return Left::ended;
}

/// Whether there is room for another entry, and `object` may be it.
template <class Form, Style style>
ADYTON_ALWAYS_INLINE bool Walk<Form, style>::may_open(Open*& end, PyObject* object) {
  if (open_.is_full(end) || end >= next_check_end_ || object == landmark_) [[unlikely]] {
    open_.set_end(end);
    const bool may = check(object);
    end = open_.end();
    return may;
  }
  return true;
}

/// Makes an exact container, which is not empty, the innermost one. There is room.
template <class Form, Style style>
ADYTON_ALWAYS_INLINE bool Walk<Form, style>::open(Unit*& out, Open*& end, PyObject* object,
                                                  Found found) {
  const bool is_dict = found == Found::dict;
  Open& entry = *end++;
  entry.kind = is_dict                ? Open::Kind::dict
               : found == Found::list ? Open::Kind::list
                                      : Open::Kind::tuple;
  entry.first = true;
  entry.object = object;
  entry.items = nullptr;
  entry.index = 0;
  entry.size = is_dict ? dict_size(object) : 0;
  return put_opening(out, is_dict ? '{' : '[');
}

/// Leaves the innermost container for `object`, which is no scalar and is written next.
template <class Form, Style style>
ADYTON_ALWAYS_INLINE typename Walk<Form, style>::Left Walk<Form, style>::leave(Unit*& out,
                                                                               Open*& end,
                                                                               PyObject* object,
                                                                               Found found) {
  if (found == Found::failure) [[unlikely]]
    return Left::failed;
  if constexpr (!is_text) {
    if (found == Found::other) [[unlikely]] {
      const NativeWriter::Quick quick = serializer_.natives().offer_quickly(
          object, out, static_cast<std::size_t>(limit_ - out) + slack);
      if (quick.end != nullptr) {
        out = quick.end;
        return Left::open;
      }
      if (quick.fields != nullptr) {
        return open_fields(out, end, object, quick.fields) ? Left::open : Left::failed;
      }
    }
  }
  if (found == Found::other) [[unlikely]] {
    open_.set_end(end);
    return resume(out, end, put_other(out, object));
  }
  if (found == Found::dict && sorted_) [[unlikely]] {
    if (!may_open(end, object)) return Left::failed;
    if (serializer_.collect_sorted(object, *end)) {
      ++end;
      return put_opening(out, '{') ? Left::open : Left::failed;
    }
    open_.set_end(end);
    return resume(out, end, put_other(out, object));
  }
  if (!may_open(end, object) || !open(out, end, object, found)) [[unlikely]]
    return Left::failed;
  return found == Found::dict ? Left::in_dict : Left::in_sequence;
}

/// Whether the entry behind `end` can be dropped as it is, and another lies below it.
template <class Form, Style style>
ADYTON_ALWAYS_INLINE bool Walk<Form, style>::is_plain(const Open* end) const {
  return open_.is_above_settled(end);
}

template <class Form, Style style>
ADYTON_ALWAYS_INLINE typename Walk<Form, style>::Left Walk<Form, style>::elements(Unit*& out,
                                                                                  Open*& end) {
  // Lists in lists are walked in this same loop.
  const Open::Kind kind = end[-1].kind;
  PyObject* const walked = kind == Open::Kind::items ? end[-1].items : end[-1].object;
  PyObject* const* items = element_pointers(walked, kind == Open::Kind::tuple);
  Py_ssize_t size = Py_SIZE(walked);
  Py_ssize_t index = end[-1].index;
  [[maybe_unused]] bool first = end[-1].first;
  // In the compact style the opening bracket is written as if it were a separator.
  [[maybe_unused]] Unit lead = first ? '[' : ',';
  if constexpr (compact) out -= first;
  while (true) {
    if (!make_room(out)) [[unlikely]]
      return Left::failed;
    if (index >= size) {
      if constexpr (compact) out += first;
      if (const Left left = close(out, ']'); left != Left::ended) return left;
      if (!is_plain(end - 1) || end[-2].kind > Open::Kind::tuple) return Left::ended;
      const Open& outer = *(--end - 1);
      items = element_pointers(outer.object, outer.kind == Open::Kind::tuple);
      size = Py_SIZE(outer.object);
      index = outer.index;
      first = false;
      lead = ',';
      continue;
    }
    PyObject* const item = items[index++];
    if (index + 3 < size) __builtin_prefetch(items[index + 3]);
    if (!fits(item)) [[unlikely]] {
      end[-1].index = index - 1;
      end[-1].first = first;
      return Left::narrow;
    }
    if constexpr (compact) {
      *out++ = lead;
      lead = ',';
    } else if (!first) {
      if constexpr (style == Style::any) {
        out = put_separator(out);
        if (out == nullptr) return Left::failed;
      } else {
        out = separator_.put(out);
      }
    }
    first = false;
    const Found found = put(out, item);
    if (found == Found::scalar) [[likely]]
      continue;
    end[-1].index = index;
    end[-1].first = false;
    if (found != Found::list && found != Found::tuple) return leave(out, end, item, found);
    if (!may_open(end, item) || !open(out, end, item, found)) [[unlikely]]
      return Left::failed;
    items = element_pointers(item, found == Found::tuple);
    size = Py_SIZE(item);
    index = 0;
    first = true;
    lead = '[';
    if constexpr (compact) --out;
  }
}

template <class Form, Style style>
ADYTON_ALWAYS_INLINE typename Walk<Form, style>::Lead Walk<Form, style>::first_lead(
    Unit*& out, bool first) const {
  if constexpr (compact) {
    out -= first;
    return {nullptr, {static_cast<Unit>(first ? '{' : ','), '"'}, first};
  }
  return {first ? &quote_ : &next_member_, {}, first};
}

template <class Form, Style style>
ADYTON_ALWAYS_INLINE bool Walk<Form, style>::put_lead(Unit*& out, Lead& lead) {
  if constexpr (compact) {
    std::memcpy(out, lead.units, sizeof lead.units);
    out += 2;
    lead.units[0] = ',';
  } else if constexpr (style == Style::brief) {
    out = lead.mark->put(out);
    lead.mark = &next_member_;
  } else {
    if (!lead.first) {
      out = put_separator(out);
      if (out == nullptr) return false;
    }
    *out++ = '"';
  }
  lead.first = false;
  return true;
}

template <class Form, Style style>
ADYTON_ALWAYS_INLINE bool Walk<Form, style>::put_colon(Unit*& out) {
  if constexpr (compact) {
    constexpr Unit units[] = {'"', ':'};
    std::memcpy(out, units, sizeof units);
    out += 2;
    return true;
  }
  out = colon_.put(out);
  if constexpr (style == Style::any) {
    out = put_text(out, serializer_.punctuation().key_separator);
    return out != nullptr;
  }
  return true;
}

/// Whether put_key() can write it.
ADYTON_ALWAYS_INLINE bool is_common_key(PyObject* key, std::int64_t& number) {
  if (Py_TYPE(key) == &PyUnicode_Type) [[likely]]
    return true;
  return Py_TYPE(key) == &PyLong_Type && read_int(key, number);
}

/// A member's key, which is exactly a str or an int, and what stands around it.
template <class Form, Style style>
ADYTON_ALWAYS_INLINE bool Walk<Form, style>::put_key(Unit*& out, PyObject* key, Lead& lead) {
  if (Py_TYPE(key) == &PyUnicode_Type) [[likely]] {
    const auto size = static_cast<std::size_t>(PyUnicode_GET_LENGTH(key));
    if (!put_lead(out, lead) || !put_characters(out, key, size)) [[unlikely]]
      return false;
  } else {
    if (!make_room(out) || !put_lead(out, lead)) return false;
    std::int64_t number = 0;
    read_int(key, number);
    out = detail::put_ascii_by<integer_capacity>(
        out, [number](char* digits) { return detail::put_signed(number, digits); });
  }
  return put_colon(out);
}

template <class Form, Style style>
template <class Table>
ADYTON_ALWAYS_INLINE typename Walk<Form, style>::Left Walk<Form, style>::entries(Unit*& out,
                                                                                 Open*& end,
                                                                                 Table table) {
  if (!make_room(out)) [[unlikely]]
    return Left::failed;
  // Dicts in dicts are walked in this same loop.
  Lead lead = first_lead(out, end[-1].first);
  // `default` may have put another table in its place, of fewer entries.
  Py_ssize_t index = end[-1].index < table.count ? end[-1].index : table.count;
  table.skip(index);
  while (true) {
    if (index >= table.count) {
      if constexpr (compact) out += lead.first;
      if (const Left left = close(out, '}'); left != Left::ended) return left;
      if (!is_plain(end - 1)) return Left::ended;
      const Open& outer = end[-2];
      if (outer.kind != Open::Kind::dict || dict_size(outer.object) != outer.size ||
          !read(outer.object, table)) {
        return Left::ended;
      }
      --end;
      if (!make_room(out)) [[unlikely]]
        return Left::failed;
      index = outer.index < table.count ? outer.index : table.count;
      table.skip(index);
      lead = first_lead(out, false);
      continue;
    }
    PyObject* const value = table.value();
    if (value == nullptr) [[unlikely]] {
      ++index;
      table.next();
      continue;
    }
    PyObject* const key = table.key();
    if (index + 3 < table.count) {
      Table ahead = table;
      ahead.skip(3);
      __builtin_prefetch(ahead.value());
    }
    if (!fits(key) || !fits(value)) [[unlikely]] {
      end[-1].index = index;
      end[-1].first = lead.first;
      return Left::narrow;
    }
    ++index;
    table.next();
    std::int64_t number;
    if (!is_common_key(key, number)) [[unlikely]] {
      if constexpr (compact) out += lead.first;
      end[-1].index = index;
      end[-1].first = lead.first;
      open_.set_end(end);
      return resume(out, end, put_other_member(out, key, value));
    }
    if (!put_key(out, key, lead)) [[unlikely]]
      return Left::failed;
    const Found found = put(out, value);
    if (found == Found::scalar) [[likely]]
      continue;
    end[-1].index = index;
    end[-1].first = false;
    Table inner;
    if (found != Found::dict || sorted_ || !read(value, inner)) {
      return leave(out, end, value, found);
    }
    if (!may_open(end, value) || !open(out, end, value, found)) [[unlikely]]
      return Left::failed;
    table = inner;
    index = 0;
    lead = first_lead(out, true);
  }
}

template <class Form, Style style>
ADYTON_ALWAYS_INLINE bool Walk<Form, style>::read(PyObject* dict, DictTable& table) {
  return read_table(dict, table);
}

#if defined(ADYTON_HAS_SHARED_TABLES)
template <class Form, Style style>
ADYTON_ALWAYS_INLINE bool Walk<Form, style>::read(PyObject* dict, SharedTable& table) {
  DictTable own;
  return !read_table(dict, own) && read_shared_table(dict, table);
}
#endif

/// The name of a field and what stands around it.
template <class Form, Style style>
ADYTON_ALWAYS_INLINE bool Walk<Form, style>::put_name(Unit*& out, const Fields::Name& name,
                                                      Lead& lead) {
  if (!put_lead(out, lead)) [[unlikely]]
    return false;
  if (out + name.size > limit_) [[unlikely]] {
    out = grow(out, name.size);
    if (out == nullptr) return false;
  }
  for (std::size_t i = 0; i < name.size; i += Fields::Name::padding) {
    std::memcpy(out + i, name.data + i, Fields::Name::padding);
  }
  out += name.size;
  return put_colon(out);
}

/// The fields of an instance of a dataclass.
template <class Form, Style style>
[[gnu::noinline]] typename Walk<Form, style>::Left Walk<Form, style>::fields(Unit* out) {
  if (!make_room(out)) return Left::failed;
  Open* end = open_.end();
  Open& current = end[-1];
  const Fields::Field* const all =
      sorted_ ? current.fields()->by_name() : current.fields()->in_order();
  const Py_ssize_t count = current.fields()->size();
  Lead lead = first_lead(out, current.first);
  Left left = Left::ended;
  while (current.index < count) {
    const Fields::Field& field = all[current.index];
    PyObject* const value = field.attribute.peek(current.object);
    if (value == nullptr) [[unlikely]] {
      if constexpr (compact) out += lead.first;
      return advance_other(out);
    }
    if (!make_room(out) || !put_name(out, ascii_ ? field.ascii : field.utf8, lead)) [[unlikely]]
      return Left::failed;
    ++current.index;
    current.first = false;
    const Found found = put(out, value);
    if (found == Found::scalar) [[likely]]
      continue;
    left = leave(out, end, value, found);
    break;
  }
  if (left == Left::ended) {
    if constexpr (compact) out += lead.first;
    left = make_room(out) ? close(out, '}') : Left::failed;
  }
  resume_ = out;
  open_.set_end(end);
  return left;
}

/// Makes an instance of a dataclass the innermost container.
template <class Form, Style style>
ADYTON_ALWAYS_INLINE bool Walk<Form, style>::open_fields(Unit*& out, Open*& end, PyObject* object,
                                                         const Fields* fields) {
  if (fields->size() == 0) {
    put_word(out, "{}");
    out += 2;
    return true;
  }
  if (!may_open(end, object)) return false;
  *end++ = Open::with_fields(object, fields);
  return put_opening(out, '{');
}

/// The members of a dict whose table is not read directly.
template <class Form, Style style>
[[gnu::noinline]] typename Walk<Form, style>::Left Walk<Form, style>::any_members(Unit* out) {
  if (!make_room(out)) return Left::failed;
  Open* end = open_.end();
  Open& current = end[-1];
  Lead lead = first_lead(out, current.first);
  PyObject* key;
  PyObject* value;
  std::int64_t number;
  Left left = Left::ended;
  for (Py_ssize_t index = current.index; PyDict_Next(current.object, &index, &key, &value);) {
    if (!fits(key) || !fits(value)) {
      current.first = lead.first;
      left = Left::narrow;
      break;
    }
    current.index = index;
    if (!is_common_key(key, number)) {
      if constexpr (compact) out += lead.first;
      current.first = lead.first;
      return put_other_member(out, key, value);
    }
    if (!put_key(out, key, lead)) return Left::failed;
    current.first = false;
    const Found found = put(out, value);
    if (found == Found::scalar) continue;
    left = leave(out, end, value, found);
    break;
  }
  if (left == Left::ended) {
    if constexpr (compact) out += lead.first;
    left = make_room(out) ? close(out, '}') : Left::failed;
  }
  resume_ = out;
  open_.set_end(end);
  return left;
}

template <class Form, Style style>
ADYTON_ALWAYS_INLINE typename Walk<Form, style>::Left Walk<Form, style>::members(Unit*& out,
                                                                                 Open*& end) {
  const Open& current = end[-1];
  if (current.kind == Open::Kind::sorted_dict) {
    return entries(out, end, serializer_.sorted_members(current));
  }
  if (dict_size(current.object) != current.size) [[unlikely]]
    return serializer_.refuse_change(), Left::failed;
  if (DictTable table; read_table(current.object, table)) [[likely]]
    return entries(out, end, table);
#if defined(ADYTON_HAS_SHARED_TABLES)
  if (SharedTable table; read_shared_table(current.object, table)) return entries(out, end, table);
#endif
  open_.set_end(end);
  return resume(out, end, any_members(out));
}

/// Ends the innermost container, whose bracket is written.
template <class Form, Style style>
ADYTON_ALWAYS_INLINE typename Walk<Form, style>::Left Walk<Form, style>::pop(Open*& end) {
  --end;
  const bool was_sorted = end->kind == Open::Kind::sorted_dict;
  if (was_sorted || open_.is_settled(end)) [[unlikely]] {
    open_.set_end(end);
    if (was_sorted) serializer_.end_sorted(*end);
    if (open_.is_settled(end)) open_.settle();
  }
  return open_.is_empty(end) ? Left::done : Left::open;
}

/// What the innermost container is; Left::open if it is neither a sequence nor a dict.
template <class Form, Style style>
ADYTON_ALWAYS_INLINE typename Walk<Form, style>::Left Walk<Form, style>::next(
    const Open* end) const {
  const Open::Kind kind = end[-1].kind;
  if (kind <= Open::Kind::items) return Left::in_sequence;
  return kind <= Open::Kind::sorted_dict ? Left::in_dict : Left::open;
}

/// Goes on with the innermost entry, which is neither.
template <class Form, Style style>
ADYTON_ALWAYS_INLINE typename Walk<Form, style>::Left Walk<Form, style>::advance_rarely(Unit* out) {
  if constexpr (!is_text) {
    if (open_.end()[-1].kind == Open::Kind::fields) return fields(out);
  }
  return advance_other(out);
}

template <class Form, Style style>
Walked Walk<Form, style>::run(PyObject* root) {
  Unit* out = reinterpret_cast<Unit*>(serializer_.cursor());
  limit_ = reinterpret_cast<Unit*>(serializer_.limit()) - slack;
  if (!make_room(out)) return Walked::failed;
  Open* end = open_.end();
  Left left = Left::open;
  if (root == nullptr) {
    // What others wrote before it was found too wide.
    left = resume(out, end, take_back());
  } else if (!fits(root)) {
    // It is written in place of what others wrote.
    left = serializer_.put_other(root) ? resume(out, end, take_back()) : Left::failed;
  } else if (const Found found = put(out, root); found == Found::scalar) {
    left = Left::done;
  } else {
    left = leave(out, end, root, found);
    if (left == Left::open && open_.is_empty(end)) left = Left::done;
  }
  while (left < Left::failed) {
    if (left == Left::ended) left = pop(end);
    if (left == Left::open) left = next(end);
    if (left == Left::in_sequence) {
      left = elements(out, end);
    } else if (left == Left::in_dict) {
      left = members(out, end);
    } else if (left == Left::open) {
      open_.set_end(end);
      left = resume(out, end, advance_rarely(out));
    }
  }
  open_.set_end(end);
  if (left == Left::failed) return Walked::failed;
  serializer_.give_back(reinterpret_cast<char*>(out));
  return left == Left::narrow ? walked_ : Walked::done;
}

/// Whether the text is wide enough for an object, if it is exactly a str.
template <class Form, Style style>
ADYTON_ALWAYS_INLINE bool Walk<Form, style>::fits(PyObject* object) {
  if constexpr (is_text && sizeof(Unit) < 4) {
    if (Py_TYPE(object) == &PyUnicode_Type && !is_ascii(object)) [[unlikely]]
      return fits_rarely(object);
  }
  return true;
}

template <class Form, Style style>
[[gnu::noinline]] bool Walk<Form, style>::fits_rarely(PyObject* str) {
#if PY_VERSION_HEX < 0x030C0000
  // If there is no memory for it, whoever writes it will see that.
  if (PyUnicode_READY(str) < 0) return PyErr_Clear(), true;
#endif
  const Py_UCS4 largest = PyUnicode_MAX_CHAR_VALUE(str);
  walked_ = largest <= 0xFF     ? Walked::needs_latin1
            : largest <= 0xFFFF ? Walked::needs_ucs2
                                : Walked::needs_ucs4;
  return largest <= serializer_.largest();
}

/// What others wrote, in UTF-8, joins the text; if it is wide enough.
template <class Form, Style style>
[[gnu::noinline]] typename Walk<Form, style>::Left Walk<Form, style>::put_others() {
  const Text text = serializer_.others();
  const auto* const bytes = reinterpret_cast<const std::uint8_t*>(text.data);
  std::uint8_t most = 0;
  for (std::size_t i = 0; i < text.size; ++i) most = bytes[i] > most ? bytes[i] : most;
  walked_ = most >= 0xF0   ? Walked::needs_ucs4
            : most >= 0xC4 ? Walked::needs_ucs2
                           : Walked::needs_latin1;
  const Py_UCS4 largest = most < 0x80 ? 0x7F : most < 0xC4 ? 0xFF : most < 0xF0 ? 0xFFFF : 0x10FFFF;
  if (largest > serializer_.largest()) return Left::narrow;
  Unit* out = grow(reinterpret_cast<Unit*>(serializer_.cursor()), text.size);
  if (out == nullptr) return Left::failed;
  out = detail::put_decoded(bytes, bytes + text.size, out);
  serializer_.give_back(reinterpret_cast<char*>(out));
  serializer_.forget_others();
  return Left::open;
}

/// Room for `more` units and the slack.
template <class Form, Style style>
[[gnu::noinline]] typename Walk<Form, style>::Unit* Walk<Form, style>::grow(Unit* out,
                                                                            std::size_t more) {
  char* limit;
  char* const cursor =
      serializer_.make_room(reinterpret_cast<char*>(out), (more + slack) * sizeof(Unit), limit);
  limit_ = reinterpret_cast<Unit*>(limit) - slack;
  return reinterpret_cast<Unit*>(cursor);
}

/// A str that is not ASCII, or of which something must be escaped.
template <class Form, Style style>
[[gnu::noinline]] typename Walk<Form, style>::Unit* Walk<Form, style>::put_rare(Unit* out,
                                                                                PyObject* str) {
#if PY_VERSION_HEX < 0x030C0000
  if (PyUnicode_READY(str) < 0) return nullptr;
#endif
  if constexpr (Form::is_utf8) {
    std::size_t ready_size = 0;
    const std::uint8_t* const ready = is_ascii(str) ? nullptr : ready_utf8(str, ready_size);
    if (ready != nullptr) {
      if (out + ready_size > limit_) {
        out = grow(out, ready_size);
        if (out == nullptr) return nullptr;
      }
      if (detail::copy_plain<detail::Raw<Unit>>(ready, ready_size, out)) return out + ready_size;
    }
  }
  const auto size = static_cast<std::size_t>(PyUnicode_GET_LENGTH(str));
  const void* const data = PyUnicode_DATA(str);
  Unit* end;
  switch (PyUnicode_KIND(str)) {
    case PyUnicode_1BYTE_KIND:
      end = put_pieces(out, static_cast<const std::uint8_t*>(data), size);
      break;
    case PyUnicode_2BYTE_KIND:
      end = put_pieces(out, static_cast<const std::uint16_t*>(data), size);
      break;
    default:
      end = put_pieces(out, static_cast<const std::uint32_t*>(data), size);
      break;
  }
  if (end == nullptr && !PyErr_Occurred()) serializer_.refuse_surrogate(str);
  return end;
}

template <class Form, Style style>
template <class Char>
typename Walk<Form, style>::Unit* Walk<Form, style>::put_pieces(Unit* out, const Char* p,
                                                                std::size_t size) {
  while (size > 0 && out != nullptr) {
    const std::size_t part = size < piece ? size : piece;
    if (out + part * detail::worst_growth > limit_) {
      out = grow(out, part * detail::worst_growth);
      if (out == nullptr) return nullptr;
    }
    out = detail::put_characters<Form>(p, p + part, out, reject_);
    p += part;
    size -= part;
  }
  return out;
}

/// Any ASCII, as the layout has it.
template <class Form, Style style>
ADYTON_ALWAYS_INLINE typename Walk<Form, style>::Unit* Walk<Form, style>::put_text(Unit* out,
                                                                                   Text text) {
  if (out + text.size > limit_) [[unlikely]] {
    out = grow(out, text.size);
    if (out == nullptr) return nullptr;
  }
  if constexpr (sizeof(Unit) == 1) {
    for (std::size_t i = 0; i < text.size; i += Text::padding) {
      std::memcpy(out + i, text.data + i, Text::padding);
    }
  } else {
    for (std::size_t i = 0; i < text.size; ++i) out[i] = static_cast<Unit>(text.data[i]);
  }
  return out + text.size;
}

template <class Form, Style style>
ADYTON_ALWAYS_INLINE typename Walk<Form, style>::Unit* Walk<Form, style>::put_separator(Unit* out) {
  return put_text(out, next_line_);
}

/// An opening bracket and the line behind it, or a closing one and the line before it.
template <class Form, Style style>
ADYTON_ALWAYS_INLINE typename Walk<Form, style>::Unit* Walk<Form, style>::put_bracket(Unit* out,
                                                                                      char bracket,
                                                                                      int levels) {
  if (!serializer_.begin_line(levels, next_line_)) return nullptr;
  const Text line = {next_line_.data + separator_size_, next_line_.size - separator_size_};
  if (levels > 0) *out++ = static_cast<Unit>(bracket);
  out = put_text(out, line);
  if (out != nullptr && levels < 0) *out++ = static_cast<Unit>(bracket);
  return out;
}

/// Left::open if something is left on the stack.
template <class Form, Style style>
typename Walk<Form, style>::Left Walk<Form, style>::take_back() {
  if constexpr (is_text) {
    const Left left = put_others();
    resume_ = reinterpret_cast<Unit*>(serializer_.cursor());
    if (left != Left::open) return left;
  }
  resume_ = grow(reinterpret_cast<Unit*>(serializer_.cursor()), 0);
  if (resume_ == nullptr) return Left::failed;
  next_check_end_ = open_.end_at(next_check_);
  // It may have opened something.
  if (style == Style::any && !serializer_.begin_line(0, next_line_)) return Left::failed;
  return open_.empty() ? Left::done : Left::open;
}

template <class Form, Style style>
ADYTON_ALWAYS_INLINE typename Walk<Form, style>::Left Walk<Form, style>::resume(Unit*& out,
                                                                                Open*& end,
                                                                                Left left) {
  out = resume_;
  end = open_.end();
  return left;
}

template <class Form, Style style>
[[gnu::noinline]] typename Walk<Form, style>::Left Walk<Form, style>::put_other(Unit* out,
                                                                                PyObject* object) {
  serializer_.give_back(reinterpret_cast<char*>(out));
  return serializer_.put_other(object) ? take_back() : Left::failed;
}

template <class Form, Style style>
[[gnu::noinline]] typename Walk<Form, style>::Left Walk<Form, style>::put_other_member(
    Unit* out, PyObject* key, PyObject* value) {
  serializer_.give_back(reinterpret_cast<char*>(out));
  return serializer_.put_other_member(key, value) ? take_back() : Left::failed;
}

template <class Form, Style style>
[[gnu::noinline]] typename Walk<Form, style>::Left Walk<Form, style>::advance_other(Unit* out) {
  serializer_.give_back(reinterpret_cast<char*>(out));
  return serializer_.advance_other() ? take_back() : Left::failed;
}

/// Whether one more entry may be opened. Who goes round in a circle meets, after the depth has
/// doubled, the object that was opened then: before much is written twice.
template <class Form, Style style>
[[gnu::noinline]] bool Walk<Form, style>::check(PyObject* object) {
  if (open_.is_full(open_.end()) && !open_.grow()) return serializer_.no_memory();
  const std::size_t most = serializer_.options().max_depth;
  const std::size_t depth = open_.size();
  bool may = object != landmark_ || serializer_.may_open(object);
  if (depth >= next_check_) {
    next_check_ = depth * 2 < most ? depth * 2 : most;
    landmark_ = object;
    may = may && (depth < most || serializer_.may_open(object));
  }
  next_check_end_ = open_.end_at(next_check_);
  return may;
}

template <class Form>
ADYTON_ALWAYS_INLINE Walked walk_text(Serializer& serializer, PyObject* root) {
  if (serializer.punctuation().brief) return Walk<Form, Style::brief>(serializer).run(root);
  return Walk<Form, Style::any>(serializer).run(root);
}

/// Writes a document in the form and style that the options ask for.
ADYTON_ALWAYS_INLINE Walked walk(Serializer& serializer, PyObject* root, std::size_t unit) {
  if (unit == 0 && serializer.punctuation().compact &&
      serializer.options().characters == Characters::utf8) {
    return Walk<detail::Utf8, Style::compact>(serializer).run(root);
  }
  if (unit == 1) return walk_text<detail::Raw<Py_UCS1>>(serializer, root);
  if (unit == 2) return walk_text<detail::Raw<Py_UCS2>>(serializer, root);
  if (unit == 4) return walk_text<detail::Raw<Py_UCS4>>(serializer, root);
  const Punctuation& punctuation = serializer.punctuation();
  if (serializer.options().characters == Characters::ascii) {
    if (punctuation.brief) return Walk<detail::Ascii, Style::brief>(serializer).run(root);
    return Walk<detail::Ascii, Style::any>(serializer).run(root);
  }
  if (punctuation.brief) return Walk<detail::Utf8, Style::brief>(serializer).run(root);
  return Walk<detail::Utf8, Style::any>(serializer).run(root);
}

}  // namespace ADYTON_JSON_LEVEL
}  // namespace adyton::json
