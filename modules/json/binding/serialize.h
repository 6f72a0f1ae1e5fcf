#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <Python.h>

#include "host/python/gil.h"
#include "modules/json/always_inline.h"
#include "modules/json/binding/native_options.h"
#include "modules/json/binding/natives.h"
#include "modules/json/binding/object_layout.h"
#include "modules/json/binding/open_containers.h"
#include "modules/json/binding/output.h"
#include "modules/json/encode.h"
#include "modules/json/write.h"

namespace adyton::json {

class State;
enum class NonFinite : std::uint8_t;

enum class Characters : unsigned char { ascii, utf8 };
enum class KeyOrder : unsigned char { kept, sorted };
enum class OtherKeys : unsigned char { error, skip };
enum class Circles : unsigned char { check, unchecked };

/// The standard library's encoder whose habits are followed: its C one, or its Python one, which it
/// uses for dump and, before 3.13, where there is an indent. They differ in how they find a
/// container of a derived type empty (what it stores, or its truth) and in the words of some
/// errors.
enum class Model : unsigned char { c_encoder, python_encoder };

/// The one that dumps uses where there is an indent.
#if PY_VERSION_HEX >= 0x030D0000
inline constexpr Model indenting_model = Model::c_encoder;
#else
inline constexpr Model indenting_model = Model::python_encoder;
#endif

class Serializer;

/// How a walk ended: with the document, with an exception set, or because what comes next needs
/// wider characters than the text has: then it is to be widened and walked on.
enum class Walked : unsigned char { done, failed, needs_latin1, needs_ucs2, needs_ucs4 };

/// How far a document was written before there was a Serializer: up to `end`, and of its `depth`
/// innermost containers, which are open, these entries, with what stands behind them.
struct Begun {
  static constexpr std::size_t deepest = 256;  // containers that are open at once
  static constexpr std::size_t shallow = 10;   // less than any limit under which Python works
  static constexpr std::size_t whole = ~std::size_t{0};

  struct Level {
    PyObject* object;  // borrowed; exactly a list, a tuple or a dict
    Py_ssize_t entries;
  };

  std::size_t depth;  // 0: nothing is written; whole: there is no more to write
  bool is_deep;       // more than `shallow` containers were open at once
  char* end;
  Level levels[deepest];
};

/// Writes a document into the memory from `out` to `limit`, as far as it can without an error and
/// without Python code: a small one mostly to its end.
using BeginFunction = void (*)(Begun&, PyObject* root, char* out, char* limit);

/// Writes a document into a Serializer's buffer, or what is still to be written of it: of one that
/// was `begun`, or with null for `root`, of one that walked into something it could not hold.
using WalkFunction = Walked (*)(Serializer&, PyObject* root, const Begun* begun);

/// What writes documents with the same options.
struct WalkFunctions {
  WalkFunction walk = nullptr;
  BeginFunction begin = nullptr;  // or none
};

struct SerializeOptions {
  Layout layout = {", ", ": ", {}};
  Characters characters = Characters::ascii;
  Surrogates surrogates = Surrogates::pass;
  KeyOrder key_order = KeyOrder::kept;
  OtherKeys other_keys = OtherKeys::error;
  Circles circles = Circles::check;
  NonFinite non_finite = NonFinite{};  // accept
  Model model = Model::c_encoder;
  NativeOptions native = {};
  PyObject* default_hook = nullptr;  // borrowed
  std::size_t max_depth = 1000;
  WalkFunctions usual = {};  // find_walk() of these options, where that was asked before
};

/// Whether a key is an int, float, bool or None, which is written as a string.
inline bool is_number_key(PyObject* key) {
  return PyLong_Check(key) || PyFloat_Check(key) || key == Py_None;
}

/// A piece of text, not owned. Without a function that the linker could share between files: the
/// walk is compiled for several processors.
struct Text {
  static constexpr std::size_t padding = 32;  // bytes behind it that can be read

  const char* data;
  std::size_t size;
};

/// A layout's punctuation, for the walk. Not owned.
struct Punctuation {
  Text item_separator;
  Text key_separator;
};

/// How a document is punctuated: with "," and ":" alone, with ", " and ": ", with other short
/// pieces of text and no indent, or in any way.
enum class Punctuated : unsigned char { compactly, spaciously, briefly, any };
Punctuated punctuated_by(const Layout& layout);

/// A member of a dict, borrowed.
struct Member {
  PyObject* key;
  PyObject* value;
};

/// The same, and the first characters of its key as a number that sorts as they do.
struct RankedMember {
  std::uint64_t rank;
  Member member;
};

/// What a Serializer needs for few documents: made when it is asked for.
struct RareParts {
  std::string line;            // the separator and a line's beginning, as deep as was needed
  std::string item_separator;  // with padding
  std::string key_separator;
  std::vector<RankedMember> ranked;  // of the dict that is being sorted
  std::vector<Member> sorted;        // the members of all sorted dicts that are open
  std::size_t pinned_entries = 0;    // those of them whose references are owned: the first
};

/// Writes Python objects as JSON. It does not recurse: containers wait on a stack of its own. The
/// GIL is held for its whole life; `default` and the methods of derived types may run any Python in
/// between. Throws std::bad_alloc.
class Serializer {
 public:
  Serializer(python::Gil& gil, State& state, const SerializeOptions& options, Buffer& out)
      : Serializer(gil, state, options, out, out, nullptr, nullptr) {}
  /// Writes characters as they are, to `text`; `others` is used on the way. The layout is ASCII.
  Serializer(python::Gil& gil, State& state, const SerializeOptions& options, StringBuffer& others,
             TextOutput& text)
      : Serializer(gil, state, options, others, text, &others, &text) {}
  ~Serializer() {
    if (rare_) [[unlikely]]
      end_all_sorted();
  }
  Serializer(const Serializer&) = delete;
  Serializer& operator=(const Serializer&) = delete;

  /// False with an exception set, and a part of the document written.
  ADYTON_ALWAYS_INLINE bool write(PyObject* object) {
    return options_.usual.walk != nullptr && text_ == nullptr ? write_usual(object, nullptr)
                                                              : write_any(object);
  }
  /// The same of what was begun by these options' function in the same buffer.
  ADYTON_ALWAYS_INLINE bool write_usual(PyObject* object, const Begun* begun) {
    return options_.usual.walk(*this, object, begun) == Walked::done;
  }

  // For the walk. None of these throws. What gives a bool gives false with an exception set.

  ADYTON_ALWAYS_INLINE const SerializeOptions& options() const { return options_; }
  /// With padding, unless it is brief.
  Punctuation punctuation();
  ADYTON_ALWAYS_INLINE OpenContainers& open() { return open_; }

  /// Of a text: makes it wide enough for characters up to `largest`.
  bool widen(Py_UCS4 largest) noexcept;
  ADYTON_ALWAYS_INLINE Py_UCS4 largest() const { return largest_; }
  /// And what others have written, in UTF-8, since it was forgotten.
  Text others() noexcept;
  void forget_others() noexcept;

  /// Where to write on. The walk gives the cursor back before anybody else writes.
  ADYTON_ALWAYS_INLINE char* cursor() const { return cursor_.cursor(); }
  ADYTON_ALWAYS_INLINE char* limit() const { return cursor_.limit(); }
  ADYTON_ALWAYS_INLINE void give_back(char* cursor) { cursor_.advance_to(cursor); }
  /// The same with room for `more` bytes, or null with an exception set; up to `limit` it may
  /// write.
  char* make_room(char* cursor, std::size_t more, char*& limit) noexcept;
  /// Goes in or out so many levels; `line` is what stands between two elements there: a separator,
  /// and what begins a line, if there are lines. Valid until the next call.
  bool begin_line(int levels, Text& line) noexcept;

  /// Writes any object, or opens it.
  bool put_other(PyObject* object) noexcept;
  /// Writes a member of the innermost dict, with any key; the value is opened if it is no scalar.
  bool put_other_member(PyObject* key, PyObject* value) noexcept;
  /// What knows objects that JSON has no form for.
  /// Made when it is first asked for: most documents do without.
  ADYTON_ALWAYS_INLINE NativeWriter& natives() {
    return native_ != nullptr ? *native_ : make_natives();
  }
  /// Goes on with the innermost entry, of a kind that the walk does not know.
  bool advance_other() noexcept;
  /// Whether `object` may be opened below what is open: it is in no circle, and not too deep.
  bool may_open(PyObject* object) noexcept;

  /// Makes `open` one that walks the members of an exact dict in the order of their keys; the dict
  /// is not owned. False, without an exception, if it has to be left to put_other().
  bool collect_sorted(PyObject* dict, Open& open) noexcept;
  /// The members of a sorted dict, valid until another is opened.
  DictTable sorted_members(const Open& open) const noexcept;
  void end_sorted(const Open& open) noexcept;

  bool refuse_surrogate(PyObject* str) noexcept;
  bool refuse_change() noexcept;
  bool no_memory() noexcept;

 private:
  enum class Scalar : unsigned char { written, not_scalar, failed };
  enum class Opened : unsigned char { yes, replaced, no, failed };

  RareParts& rare() { return rare_ ? *rare_ : rare_.emplace(); }
  void end_all_sorted() noexcept;
  NativeWriter& make_natives() noexcept;
  Serializer(python::Gil& gil, State& state, const SerializeOptions& options, Buffer& out,
             Buffer& cursor, StringBuffer* others, TextOutput* text)
      : gil_(gil),
        state_(state),
        options_(options),
        writer_(out, options_.layout),
        out_(out),
        cursor_(cursor),
        others_(others),
        text_(text) {}

  bool write_any(PyObject* object);
  template <class Work>
  bool guarded(Work work) noexcept;
  bool prepare();
  void pin();
  bool advance();
  bool advance_pairs(Open& open);
  bool advance_fields(Open& open);

  Scalar put_scalar(PyObject* object);
  bool put_value(PyObject* object);
  bool put_member(Open& open, PyObject* key, PyObject* value);
  bool put_string(PyObject* str);
  bool put_int(PyObject* number);
  bool put_float(PyObject* number);
  bool put_other_key(PyObject* key);
  bool begin_native_member(PyObject* key);
  bool put_native_member(Open& open, PyObject* key, PyObject* value);

  bool open_object(PyObject* object);
  bool open_sequence(PyObject* sequence, Open::Kind kind);
  bool open_derived(PyObject* sequence);
  bool open_dict(PyObject* dict);
  bool begin(Open open, char bracket);
  void end(char bracket);
  Opened open_native(python::Ref& object);
  Opened open_value(python::Ref& object, python::Ref value);
  bool open_fields(PyObject* object, const Fields* fields);
  void put_document(PyObject* document);
  bool substitute(python::Ref& object);
  bool enter(PyObject* object);

  bool refuse_circle();
  bool refuse_float(PyObject* number);
  bool refuse_key(PyObject* key);
  bool refuse_object(PyObject* object);

  python::Gil& gil_;
  State& state_;
  const SerializeOptions& options_;
  Writer writer_;
  Buffer& out_;
  Buffer& cursor_;          // the same, or the text
  StringBuffer* others_;    // the same as out_ where there is a text, else null
  TextOutput* text_;        // or null
  Py_UCS4 largest_ = 0x7F;  // of the text
  std::optional<NativeWriter> natives_;
  NativeWriter* native_ = nullptr;
  OpenContainers open_;
  std::optional<RareParts> rare_;
};

/// What writes documents, with the vector instructions of this processor, as these options want it.
/// `unit` is the size of a text's characters; 0 where there is no text.
WalkFunctions find_walk(const SerializeOptions& options, std::size_t unit);

/// The same, compiled for each level of vector instructions.
WalkFunctions find_walk_portable(const SerializeOptions& options, std::size_t unit);
WalkFunctions find_walk_avx2(const SerializeOptions& options, std::size_t unit);
WalkFunctions find_walk_avx512(const SerializeOptions& options, std::size_t unit);

}  // namespace adyton::json
