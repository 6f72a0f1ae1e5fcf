#pragma once

// How a small document is written without a Serializer. Included by walk.h.

namespace adyton::json {
inline namespace ADYTON_JSON_LEVEL {

/// Writes what needs no Serializer: exact scalars, lists, tuples and dicts, while they fit in the
/// memory there is, and nest no deeper than Begun can say.
template <class Form, Style style>
class Beginner {
 public:
  Beginner(Begun& begun, char* limit) : begun_(begun), limit_(limit - slack) {}

  /// Begun::depth says how far it came.
  ADYTON_ALWAYS_INLINE void run(PyObject* root, char* out) {
    const Found found = container(root);
    begun_.depth = 0;
    begun_.is_deep = false;
    // What needs the stack is in functions of its own.
    if (found == Found::scalar) {
      put_word(out, PyDict_CheckExact(root) ? "{}" : "[]");
      out += 2;
    } else if (!(found == Found::other ? put_root(out, root)
                                       : put_container(out, root, found, 0))) {
      return;
    }
    begun_.depth = Begun::whole;
    begun_.end = out;
  }

 private:
  // More than a number or punctuation takes, or scribbles on, and all closing brackets.
  static constexpr std::size_t slack = 128 + Begun::deepest;
  static constexpr std::size_t separator_size = style == Style::spaced ? 2 : 1;
  // At most so many calls are open at once: they take a few kB of the stack.
  static constexpr std::size_t deepest_call = 64;

  /// A container that is empty is a scalar; whatever else is one is not looked for.
  ADYTON_ALWAYS_INLINE static Found container(PyObject* object) {
    PyTypeObject* const type = Py_TYPE(object);
    if (type == &PyDict_Type) return dict_size(object) != 0 ? Found::dict : Found::scalar;
    if (type != &PyList_Type && type != &PyTuple_Type) return Found::other;
    if (Py_SIZE(object) == 0) return Found::scalar;
    return type == &PyList_Type ? Found::list : Found::tuple;
  }
  static bool is_container(Found found) { return found > Found::scalar && found < Found::other; }

  ADYTON_ALWAYS_INLINE Found put(char*& out, PyObject* object) {
    return put_value(out, object, [this](char*& at, PyObject* str, std::size_t size) {
      return put_characters(at, str, size);
    });
  }

  [[gnu::noinline]] bool put_root(char*& out, PyObject* root) {
    return put(out, root) == Found::scalar;
  }

  ADYTON_ALWAYS_INLINE bool put_characters(char*& out, PyObject* str, std::size_t size) {
    if (out + size <= limit_ && is_ascii(str) &&
        detail::copy_plain<Form>(ascii_characters(str), size, out)) [[likely]] {
      out += size;
      return true;
    }
    char* const end = put_rare(out, str);
    if (end == nullptr) return false;
    out = end;
    return true;
  }

  /// Null if there is no room in the worst case, or an error to be reported.
  [[gnu::noinline]] char* put_rare(char* out, PyObject* str) {
#if PY_VERSION_HEX < 0x030C0000
    if (!PyUnicode_IS_READY(str)) return nullptr;
#endif
    if constexpr (Form::is_utf8) {
      std::size_t ready_size = 0;
      const std::uint8_t* const ready = is_ascii(str) ? nullptr : ready_utf8(str, ready_size);
      if (ready != nullptr && out + ready_size <= limit_ &&
          detail::copy_plain<detail::Raw<char>>(ready, ready_size, out)) {
        return out + ready_size;
      }
    }
    const auto size = static_cast<std::size_t>(PyUnicode_GET_LENGTH(str));
    if (out > limit_ || size > static_cast<std::size_t>(limit_ - out) / detail::worst_growth) {
      return nullptr;
    }
    const void* const data = PyUnicode_DATA(str);
    const auto put = [&](const auto* p) {
      return detail::put_characters<Form>(p, p + size, out, true);
    };
    switch (PyUnicode_KIND(str)) {
      case PyUnicode_1BYTE_KIND:
        return put(static_cast<const std::uint8_t*>(data));
      case PyUnicode_2BYTE_KIND:
        return put(static_cast<const std::uint16_t*>(data));
      default:
        return put(static_cast<const std::uint32_t*>(data));
    }
  }

  ADYTON_ALWAYS_INLINE static void separate(char*& out) {
    std::memcpy(out, ", ", 2);
    out += separator_size;
  }

  /// What a container was left for: nothing, as it was written but for its closing bracket; its
  /// last entry, a container, which is written next; or the Serializer: where, begun_ says.
  enum class Left : unsigned char { ended, for_last, unfinished };

  /// False: it was left to the Serializer. What is last in its container is written without
  /// recursion: calls that nest deeper than the processor keeps count of return slowly.
  [[gnu::noinline]] bool put_container(char*& out, PyObject* object, Found found,
                                       std::size_t depth) {
    const std::size_t outermost = depth;
    while (true) {
      const bool is_dict = found == Found::dict;
      brackets_[depth] = is_dict ? '}' : ']';
      const Left left = is_dict ? put_members(out, object, found, depth)
                                : put_elements(out, object, found, depth);
      if (left == Left::unfinished) return false;
      if (left == Left::ended) break;
      ++depth;
    }
    out -= separator_size;
    *out++ = brackets_[depth];
    while (depth > outermost) *out++ = brackets_[--depth];
    return true;
  }

  ADYTON_ALWAYS_INLINE Left put_elements(char*& out, PyObject*& object, Found& found,
                                         std::size_t depth) {
    *out++ = '[';
    PyObject* const* const items = element_pointers(object, found == Found::tuple);
    const Py_ssize_t size = Py_SIZE(object);
    for (Py_ssize_t i = 0; i < size; ++i) {
      char* const before = out;
      const Found item = put_inside(out, items[i], depth);
      if (item != Found::scalar) {
        if (item == Found::failure) return leave(before, object, i, depth);
        if (i + 1 == size) return enter_last(object, found, items[i], item, size, depth);
        if (!put_inner(out, items[i], item, depth + 1)) return leave(before, object, i, depth);
      }
      separate(out);
    }
    return Left::ended;
  }

  ADYTON_ALWAYS_INLINE Left put_members(char*& out, PyObject*& object, Found& found,
                                        std::size_t depth) {
    *out++ = '{';
    DictTable table;
    if (!read_table(object, table)) return leave(out, object, 0, depth);
    for (PyObject *key, *value; table.peek(key, value);) {
      char* const before = out;
      if (!put_key(out, key)) return leave(before, object, table.index(), depth);
      const Found item = put_inside(out, value, depth);
      if (item == Found::failure) return leave(before, object, table.index(), depth);
      table.next();
      if (item != Found::scalar) {
        if (table.ended()) return enter_last(object, found, value, item, table.index(), depth);
        if (!put_inner(out, value, item, depth + 1)) {
          return leave(before, object, table.index() - 1, depth);
        }
      }
      separate(out);
    }
    return Left::ended;
  }

  ADYTON_ALWAYS_INLINE bool put_inner(char*& out, PyObject* object, Found found,
                                      std::size_t depth) {
    return depth < deepest_call && put_container(out, object, found, depth);
  }

  /// Goes from a container of so many entries to its last.
  ADYTON_ALWAYS_INLINE Left enter_last(PyObject*& object, Found& found, PyObject* last,
                                       Found last_found, Py_ssize_t entries, std::size_t depth) {
    begun_.levels[depth] = {object, entries};
    object = last;
    found = last_found;
    return Left::for_last;
  }

  ADYTON_ALWAYS_INLINE bool put_key(char*& out, PyObject* key) {
    if (out > limit_ || Py_TYPE(key) != &PyUnicode_Type) return false;
    *out++ = '"';
    if (!put_characters(out, key, static_cast<std::size_t>(PyUnicode_GET_LENGTH(key)))) {
      return false;
    }
    std::memcpy(out, "\": ", 3);
    out += style == Style::spaced ? 3 : 2;
    return true;
  }

  /// Writes a scalar, or says which container is to be written; else Found::failure.
  ADYTON_ALWAYS_INLINE Found put_inside(char*& out, PyObject* object, std::size_t depth) {
    if (out > limit_) return Found::failure;
    const Found found = put(out, object);
    if (found == Found::scalar) [[likely]]
      return found;
    if (!is_container(found) || depth + 1 == Begun::deepest) return Found::failure;
    if (depth + 1 == Begun::shallow) begun_.is_deep = true;
    return found;
  }

  /// Says, from the innermost container outwards, where this one is to be gone on with: at the
  /// entry that was not written, or behind the one that is open.
  Left leave(char* end, PyObject* object, Py_ssize_t entry, std::size_t depth) {
    const bool innermost = begun_.depth <= depth;
    if (innermost) {
      begun_.depth = depth + 1;
      begun_.end = end;
    }
    begun_.levels[depth] = {object, innermost ? entry : entry + 1};
    return Left::unfinished;
  }

  Begun& begun_;
  char* limit_;
  char brackets_[Begun::deepest];  // that close what is open
};

/// A BeginFunction for a style whose punctuation is fixed.
template <class Form, Style style>
void begin_document(Begun& begun, PyObject* root, char* out, char* limit) {
  Beginner<Form, style>(begun, limit).run(root, out);
}

}  // namespace ADYTON_JSON_LEVEL
}  // namespace adyton::json
