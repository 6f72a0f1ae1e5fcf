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
#include "modules/json/binding/walk_values.h"
#include "modules/json/encode_kernels.h"
#include "modules/json/write_number.h"

namespace adyton::json {
inline namespace ADYTON_JSON_LEVEL {

/// What stands between the parts of a document: "," and ":", or ", " and ": ", known when this is
/// compiled; other short pieces of text; or anything, lines too.
enum class Style : unsigned char { compact, spaced, brief, any };

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

/// The punctuation of a document, where it is not fixed.
template <class Unit>
struct Marks {
  // In the style of lines: a separator and the beginning of a line at the present level.
  Text next_line;
  std::size_t item_separator_size;
  Text key_separator;
  Mark<Unit> quote;
  Mark<Unit> colon;  // the quote of the key and, in the brief style, what stands before the value
  // In the brief style.
  Mark<Unit> separator;
  Mark<Unit> next_member;  // the separator and the quote of the key

  ADYTON_ALWAYS_INLINE void set(const Punctuation& punctuation, bool brief) {
    item_separator_size = punctuation.item_separator.size;
    key_separator = punctuation.key_separator;
    quote = colon = separator = next_member = {};
    quote.add('"');
    colon.add('"');
    if (!brief) return;
    separator.add(punctuation.item_separator);
    next_member = separator;
    next_member.add('"');
    colon.add(punctuation.key_separator);
  }
};

/// Writes a document into a Serializer's buffer. Behind each element and member of a sequence or a
/// dict its separator is written at once; of the last it is taken back. The cursor, and the end of
/// the stack, are local variables of run(), handed down to functions that exist only inside it: so
/// they stay in registers. Up to limit_ there are always `slack` units behind the cursor, enough
/// for everything but the characters of a string; so room is checked once for each element and
/// string.
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
        skips_(serializer.options().other_keys == OtherKeys::skip),
        next_check_(serializer.options().max_depth < 8 ? serializer.options().max_depth : 8),
        next_check_end_(open_.end_at(next_check_)) {
    if constexpr (style == Style::any) serializer.begin_line(0, marks_.next_line);
    if constexpr (!fixed) marks_.set(serializer.punctuation(), style == Style::brief);
  }

  /// As WalkFunction says.
  Walked run(PyObject* root, const Begun* begun);

 private:
  static constexpr std::size_t slack = 256;
  static constexpr bool fixed = style <= Style::spaced;
  static constexpr bool spaced = style == Style::spaced;
  static constexpr char separator_end = spaced ? ' ' : ',';
  static constexpr std::size_t separator_size = spaced ? 2 : 1;  // where it is fixed
  static constexpr bool is_text = Form::high_is_plain;
  // Long strings are written in pieces, so that the worst case is reserved for a piece only.
  static constexpr std::size_t piece = 1024;

  /// How the innermost container was left: for one inside, or for Python code that may have changed
  /// it, or because it has ended, and with it the document; or because of a str that the text is
  /// too narrow for, before anything was written of the element or member. What is innermost now is
  /// said too, in_sequence or in_dict, where its separator is written and it can be gone on with.
  enum class Left : unsigned char { open, in_sequence, in_dict, ended, failed, done, narrow };

  /// What stands before the next member of an instance and begins its key.
  struct Lead {
    const Mark<Unit>* mark;
    bool first;
  };

  Found put(Unit*& out, PyObject* object);
  bool put_characters(Unit*& out, PyObject* str, std::size_t size);
  bool put_key(Unit*& out, PyObject* key);
  bool put_colon(Unit*& out);
  bool put_lead(Unit*& out, Lead& lead);
  bool put_name(Unit*& out, const Fields::Name& name, Lead& lead);
  bool put_opening(Unit*& out, char bracket);
  bool put_separator(Unit*& out, Open* end);
  void take_separator(Unit*& out, Open* end) const;
  Left rejoin(Unit*& out, Open* end);
  Left elements(Unit*& out, Open*& end);
  Left members(Unit*& out, Open*& end);
  template <class Table>
  Left entries(Unit*& out, Open*& end, Table table);
  Left close(Unit*& out, Open*& end, char bracket, bool written);
  Left pop(Open*& end);
  Left leave(Unit*& out, Open*& end, PyObject* object, Found found);
  bool open(Unit*& out, Open*& end, PyObject* object, Found found);
  bool open_fields(Unit*& out, Open*& end, PyObject* object, const Fields* fields);
  bool may_open(Open*& end, PyObject* object);
  bool make_room(Unit*& out);
  bool fits(PyObject* object);

  // Out of line. Those that give a Unit* give null where they fail.
  Unit* grow(Unit* out, std::size_t more);
  bool fits_rarely(PyObject* str);
  Left put_others();
  Unit* put_rare(Unit* out, PyObject* str);
  template <class Char>
  Unit* put_pieces(Unit* out, const Char* p, std::size_t size);
  Unit* put_text(Unit* out, Text text);
  Unit* put_bracket(Unit* out, char bracket, int levels);
  bool check(PyObject* object);
  // These find the end of the stack in open_, where it was left with set_end(), and leave it
  // there, and the cursor in resume_: so that neither has an address in run().
  Left put_other(Unit* out, PyObject* object);
  Left put_other_member(Unit* out, PyObject* key, PyObject* value);
  Left advance_other(Unit* out);
  Left advance_rarely(Unit* out);
  Left any_members(Unit* out);
  Left fields(Unit* out);
  Left take_back();
  Left resume(Unit*& out, Open*& end, Left left);
  Left go_on(Unit* next, const Begun& begun);

  Serializer& serializer_;
  OpenContainers& open_;
  Unit* limit_ = nullptr;
  Unit* resume_ = nullptr;
  const bool reject_;
  const bool sorted_;
  const bool ascii_;
  const bool skips_;                // members may be left out
  std::size_t next_check_;          // the depth at which check() is asked
  Open* next_check_end_;            // the end of the stack there
  Walked walked_ = Walked::failed;  // of a text that is too narrow: what it needs
  PyObject* landmark_ = nullptr;    // the object that was opened when check() last was
  Marks<Unit> marks_;               // not set where they are fixed
};

}  // namespace ADYTON_JSON_LEVEL
}  // namespace adyton::json

#include "modules/json/binding/walk_begin.h"
#include "modules/json/binding/walk_containers.h"
#include "modules/json/binding/walk_rare.h"
#include "modules/json/binding/walk_scalars.h"

namespace adyton::json {
inline namespace ADYTON_JSON_LEVEL {

template <class Form, Style style>
ADYTON_ALWAYS_INLINE Walked Walk<Form, style>::run(PyObject* root, const Begun* begun) {
  Unit* out = reinterpret_cast<Unit*>(serializer_.cursor());
  limit_ = reinterpret_cast<Unit*>(serializer_.limit()) - slack;
  if (!make_room(out)) return Walked::failed;
  Open* end = open_.end();
  Left left = Left::open;
  if (root == nullptr) {
    // What others wrote before it was found too wide.
    left = resume(out, end, take_back());
  } else if (begun != nullptr) {
    left = resume(out, end, go_on(out, *begun));
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
    if (left == Left::in_sequence) {
      left = elements(out, end);
    } else if (left == Left::in_dict) {
      left = members(out, end);
    } else if (left == Left::ended) {
      left = pop(end);
    } else if (left = rejoin(out, end); left == Left::open) {
      open_.set_end(end);
      left = resume(out, end, advance_rarely(out));
    }
  }
  open_.set_end(end);
  if (left == Left::failed) return Walked::failed;
  serializer_.give_back(reinterpret_cast<char*>(out));
  return left == Left::narrow ? walked_ : Walked::done;
}

template <class Form, Style style>
Walked walk_through(Serializer& serializer, PyObject* root, const Begun* begun) {
  return Walk<Form, style>(serializer).run(root, begun);
}

template <class Form>
ADYTON_ALWAYS_INLINE WalkFunctions walk_of(Punctuated punctuated) {
  return {punctuated == Punctuated::any ? &walk_through<Form, Style::any>
                                        : &walk_through<Form, Style::brief>};
}

/// Of a style whose punctuation is fixed.
template <class Form, Style style>
ADYTON_ALWAYS_INLINE WalkFunctions fixed_walk(const SerializeOptions& options) {
  const bool sorted = options.key_order == KeyOrder::sorted;
  return {&walk_through<Form, style>, sorted ? nullptr : &begin_document<Form, style>};
}

/// find_walk() for this level.
ADYTON_ALWAYS_INLINE WalkFunctions find_walk_here(const SerializeOptions& options,
                                                  std::size_t unit) {
  const Punctuated punctuated = punctuated_by(options.layout);
  if (unit == 1) return walk_of<detail::Raw<Py_UCS1>>(punctuated);
  if (unit == 2) return walk_of<detail::Raw<Py_UCS2>>(punctuated);
  if (unit == 4) return walk_of<detail::Raw<Py_UCS4>>(punctuated);
  if (options.characters == Characters::ascii) {
    if (punctuated == Punctuated::spaciously) {
      return fixed_walk<detail::Ascii, Style::spaced>(options);
    }
    return walk_of<detail::Ascii>(punctuated);
  }
  if (punctuated == Punctuated::compactly) return fixed_walk<detail::Utf8, Style::compact>(options);
  return walk_of<detail::Utf8>(punctuated);
}

}  // namespace ADYTON_JSON_LEVEL
}  // namespace adyton::json
