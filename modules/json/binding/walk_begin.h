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
    } else {
      out = found == Found::other ? put_root(out, root) : put_container(out, root, found);
      if (out == nullptr) return;
    }
    begun_.depth = Begun::whole;
    begun_.end = out;
  }

 private:
  // More than a number or punctuation takes, or scribbles on, and all closing brackets.
  static constexpr std::size_t slack = 128 + Begun::deepest;
  static constexpr std::size_t separator_size = style == Style::spaced ? 2 : 1;

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

  // The functions that are calls take the place to write at and give the one behind what they
  // wrote, null if they could not: in a variable that others can see every character would cost a
  // store.

  [[gnu::noinline]] char* put_root(char* out, PyObject* root) {
    return put(out, root) == Found::scalar ? out : nullptr;
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

  /// Where it is: at an entry of a container.
  struct Place {
    PyObject* object;
    Found found;
    std::size_t depth;  // so many are around it
    Py_ssize_t entry;
  };

  /// What a container was left for: another one, where the place is now; or it was the outermost,
  /// and has ended; or for the Serializer: where, begun_ says.
  enum class Left : unsigned char { for_another, ended, unfinished };

  /// Null: it was left to the Serializer.
  [[gnu::noinline]] char* put_container(char* out, PyObject* root, Found found) {
    Place place = {root, found, 0, 0};
    *out++ = found == Found::dict ? '{' : '[';
    while (true) {
      const Left left =
          place.found == Found::dict ? put_members(out, place) : put_elements(out, place);
      if (left != Left::for_another) return left == Left::ended ? out : nullptr;
    }
  }

  /// Sequences in sequences are walked in this same loop.
  ADYTON_ALWAYS_INLINE Left put_elements(char*& out, Place& place) {
    while (true) {
      PyObject* const* const items = element_pointers(place.object, place.found == Found::tuple);
      const Py_ssize_t size = Py_SIZE(place.object);
      Found item = Found::scalar;
      Py_ssize_t i = place.entry;
      for (; i < size; ++i) {
        char* const before = out;
        item = put_inside(out, items[i], place.depth);
        if (item != Found::scalar) [[unlikely]] {
          if (item == Found::failure) return leave(before, place, i);
          break;
        }
        separate(out);
      }
      if (i < size) {
        enter(out, place, i + 1, items[i], item);
      } else if (!close(out, place, ']')) {
        return Left::ended;
      }
      if (place.found == Found::dict) return Left::for_another;
    }
  }

  /// Dicts in dicts are walked in this same loop.
  ADYTON_ALWAYS_INLINE Left put_members(char*& out, Place& place) {
    while (true) {
      DictTable table;
      if (!read_table(place.object, table)) return leave(out, place, 0);
      if (place.entry != 0) table.skip(place.entry);
      Found item = Found::scalar;
      PyObject* key;
      PyObject* value;
      while (table.peek(key, value)) {
        char* const before = out;
        if (!put_key(out, key)) return leave(before, place, table.index());
        item = put_inside(out, value, place.depth);
        if (item != Found::scalar) [[unlikely]] {
          if (item == Found::failure) return leave(before, place, table.index());
          break;
        }
        table.next();
        separate(out);
      }
      if (item != Found::scalar) {
        table.next();
        enter(out, place, table.index(), value, item);
      } else if (!close(out, place, '}')) {
        return Left::ended;
      }
      if (place.found != Found::dict) return Left::for_another;
    }
  }

  /// Goes into a container, which `entries` of the one around it have led to.
  ADYTON_ALWAYS_INLINE void enter(char*& out, Place& place, Py_ssize_t entries, PyObject* object,
                                  Found found) {
    begun_.levels[place.depth] = {place.object, entries};
    around_[place.depth] = place.found;
    place = {object, found, place.depth + 1, 0};
    *out++ = found == Found::dict ? '{' : '[';
  }

  /// Ends a container and goes back to the one around it; false if there is none.
  ADYTON_ALWAYS_INLINE bool close(char*& out, Place& place, char bracket) {
    out -= separator_size;
    *out++ = bracket;
    if (place.depth == 0) return false;
    const std::size_t depth = place.depth - 1;
    const auto& level = begun_.levels[depth];
    place = {level.object, around_[depth], depth, level.entries};
    separate(out);
    return true;
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

  /// Says that the innermost container is to be gone on with at that entry, which was not written.
  Left leave(char* end, const Place& place, Py_ssize_t entry) {
    begun_.levels[place.depth] = {place.object, entry};
    begun_.depth = place.depth + 1;
    begun_.end = end;
    return Left::unfinished;
  }

  Begun& begun_;
  char* limit_;
  Found around_[Begun::deepest];  // what the levels are
};

/// A BeginFunction for a style whose punctuation is fixed.
template <class Form, Style style>
void begin_document(Begun& begun, PyObject* root, char* out, char* limit) {
  Beginner<Form, style>(begun, limit).run(root, out);
}

}  // namespace ADYTON_JSON_LEVEL
}  // namespace adyton::json
