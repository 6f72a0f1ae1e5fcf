#pragma once

// How a Walk goes through containers. Included by walk.h.

namespace adyton::json {
inline namespace ADYTON_JSON_LEVEL {

/// What stands between two elements or members, behind one of the innermost container.
template <class Form, Style style>
ADYTON_ALWAYS_INLINE bool Walk<Form, style>::put_separator(Unit*& out, Open* end) {
  if constexpr (fixed) {
    out[0] = ',';
    if constexpr (spaced) out[1] = ' ';
    out += separator_size;
    return true;
  }
  end[-1].first = false;
  if constexpr (style == Style::brief) {
    out = marks_.separator.put(out);
    return true;
  }
  out = put_text(out, marks_.next_line);
  return out != nullptr;
}

/// Undoes that, if there is one behind what was written last of the innermost container.
template <class Form, Style style>
ADYTON_ALWAYS_INLINE void Walk<Form, style>::take_separator(Unit*& out, Open* end) const {
  if constexpr (fixed) {
    // Else it is the bracket.
    end[-1].first = out[-1] != separator_end;
    if (!end[-1].first) out -= separator_size;
  } else if (!end[-1].first) {
    out -= style == Style::brief ? marks_.separator.size : marks_.next_line.size;
  }
}

/// Whether the innermost container is a sequence or a dict. Then what stands before its next
/// element is written.
template <class Form, Style style>
ADYTON_ALWAYS_INLINE typename Walk<Form, style>::Left Walk<Form, style>::rejoin(Unit*& out,
                                                                                Open* end) {
  const Open::Kind kind = end[-1].kind;
  if (kind > Open::Kind::sorted_dict) return Left::open;
  if (!end[-1].first && !put_separator(out, end)) return Left::failed;
  return kind <= Open::Kind::items ? Left::in_sequence : Left::in_dict;
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

/// Writes the closing bracket of the innermost container, and goes back to the one around it.
/// Unless `written`, nothing of it may be written.
template <class Form, Style style>
ADYTON_ALWAYS_INLINE typename Walk<Form, style>::Left Walk<Form, style>::close(Unit*& out,
                                                                               Open*& end,
                                                                               char bracket,
                                                                               bool written) {
  if constexpr (fixed) {
    // Whoever asks the text waits for it.
    if (written || out[-1] == separator_end) [[likely]]
      out -= separator_size;
  } else {
    take_separator(out, end);
  }
  if constexpr (style == Style::any) {
    out = put_bracket(out, bracket, -1);
    if (out == nullptr) return Left::failed;
  } else {
    *out++ = static_cast<Unit>(bracket);
  }
  if (!open_.is_above_settled(end - 1) ||
      (bracket == '}' && end[-1].kind == Open::Kind::sorted_dict)) [[unlikely]]
    return Left::ended;
  --end;
  Open::Kind kind = end[-1].kind;
  if constexpr (fixed) {
    // Where nothing was to follow, and no Python code could change that since, what is around has
    // ended.
    while (end[-1].last) {
      if (!make_room(out)) return Left::failed;
      *out++ = static_cast<Unit>(kind <= Open::Kind::items ? ']' : '}');
      if (!open_.is_above_settled(end - 1) || kind == Open::Kind::sorted_dict) return Left::ended;
      --end;
      kind = end[-1].kind;
    }
  }
  if (kind > Open::Kind::sorted_dict) return Left::open;
  if (!put_separator(out, end)) [[unlikely]]
    return Left::failed;
  return kind <= Open::Kind::items ? Left::in_sequence : Left::in_dict;
}

/// Whether there is room for another entry, and `object` may be it.
template <class Form, Style style>
ADYTON_ALWAYS_INLINE bool Walk<Form, style>::may_open(Open*& end, PyObject* object) {
  if (end >= next_check_end_ || object == landmark_) [[unlikely]] {
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
  entry.last = false;
  entry.object = object;
  entry.items = nullptr;
  entry.index = 0;
  entry.size = is_dict ? dict_size(object) : 0;
  return put_opening(out, is_dict ? '{' : '[');
}

/// Whether no entries follow those that were gone over; false where that is not known.
inline bool ended(const Open& open) {
  if (open.kind != Open::Kind::dict) return open.index == Py_SIZE(open.object);
  DictTable table;
  if (!read_table(open.object, table)) return false;
  table.skip(open.index);
  return table.ended();
}

/// Opens what was open when the document was left.
template <class Form, Style style>
[[gnu::noinline]] typename Walk<Form, style>::Left Walk<Form, style>::go_on(Unit* next,
                                                                            const Begun& begun) {
  Open* end = open_.end();
  Found found = Found::other;
  for (std::size_t i = 0; i < begun.depth; ++i) {
    const Begun::Level& level = begun.levels[i];
    found = PyDict_CheckExact(level.object)   ? Found::dict
            : PyList_CheckExact(level.object) ? Found::list
                                              : Found::tuple;
    Unit* bracket = next;  // it was written before
    if (!may_open(end, level.object) || !open(bracket, end, level.object, found)) {
      return Left::failed;
    }
    end[-1].index = level.entries;
    end[-1].first = false;
    end[-1].last = ended(end[-1]);
  }
  open_.set_end(end);
  resume_ = next;
  return found == Found::dict ? Left::in_dict : Left::in_sequence;
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

template <class Form, Style style>
ADYTON_ALWAYS_INLINE typename Walk<Form, style>::Left Walk<Form, style>::elements(Unit*& out,
                                                                                  Open*& end) {
  // Sequences in sequences are walked in this same loop.
  const Open::Kind kind = end[-1].kind;
  PyObject* walked = kind == Open::Kind::items ? end[-1].items : end[-1].object;
  PyObject* const* items = element_pointers(walked, kind == Open::Kind::tuple);
  Py_ssize_t size = Py_SIZE(walked);
  Py_ssize_t index = end[-1].index;
  while (true) {
    if (!make_room(out)) [[unlikely]]
      return Left::failed;
    if (index >= size) {
      const Left left = close(out, end, ']', index != 0);
      if (left != Left::in_sequence || end[-1].kind == Open::Kind::items) return left;
      walked = end[-1].object;
      items = element_pointers(walked, end[-1].kind == Open::Kind::tuple);
      size = Py_SIZE(walked);
      index = end[-1].index;
      continue;
    }
    PyObject* const item = items[index++];
    if (!fits(item)) [[unlikely]] {
      end[-1].index = index - 1;
      take_separator(out, end);
      return Left::narrow;
    }
    const Found found = put(out, item);
    if (found == Found::scalar) [[likely]] {
      if (!put_separator(out, end)) [[unlikely]]
        return Left::failed;
      continue;
    }
    if (index < size) prefetch_inside(items[index]);
    if (index + 2 < size) __builtin_prefetch(items[index + 2]);
    end[-1].index = index;
    end[-1].first = false;
    end[-1].last = index == size;
    if (found != Found::list && found != Found::tuple) return leave(out, end, item, found);
    if (!may_open(end, item) || !open(out, end, item, found)) [[unlikely]]
      return Left::failed;
    items = element_pointers(item, found == Found::tuple);
    size = Py_SIZE(item);
    index = 0;
  }
}

template <class Form, Style style>
ADYTON_ALWAYS_INLINE bool Walk<Form, style>::put_colon(Unit*& out) {
  if constexpr (fixed) {
    out[0] = '"';
    out[1] = ':';
    if constexpr (spaced) out[2] = ' ';
    out += 1 + separator_size;
    return true;
  }
  out = marks_.colon.put(out);
  if constexpr (style == Style::any) {
    out = put_text(out, marks_.key_separator);
    return out != nullptr;
  }
  return true;
}

/// Whether put_key() can write it.
ADYTON_ALWAYS_INLINE bool is_common_key(PyObject* key, Int& number) {
  if (Py_TYPE(key) == &PyUnicode_Type) [[likely]]
    return true;
  return Py_TYPE(key) == &PyLong_Type && read_int(key, number);
}

/// A member's key, which is exactly a str or an int, and what stands around it.
template <class Form, Style style>
ADYTON_ALWAYS_INLINE bool Walk<Form, style>::put_key(Unit*& out, PyObject* key) {
  *out++ = '"';
  if (Py_TYPE(key) == &PyUnicode_Type) [[likely]] {
    const auto size = static_cast<std::size_t>(PyUnicode_GET_LENGTH(key));
    if (!put_characters(out, key, size)) [[unlikely]]
      return false;
  } else {
    Int number;
    read_int(key, number);
    put_int(out, number);
  }
  return put_colon(out);
}

/// The members of a dict that is gone on with, if its table is read directly and was not changed.
ADYTON_ALWAYS_INLINE bool find_table(const Open& dict, DictTable& table) {
  if (dict.kind != Open::Kind::dict || dict_size(dict.object) != dict.size ||
      !read_table(dict.object, table)) [[unlikely]]
    return false;
  table.skip(dict.index);
  return true;
}

template <class Form, Style style>
template <class Table>
ADYTON_ALWAYS_INLINE typename Walk<Form, style>::Left Walk<Form, style>::entries(Unit*& out,
                                                                                 Open*& end,
                                                                                 Table table) {
  if (end[-1].index != 0) table.skip(end[-1].index);
  while (true) {
    if (!make_room(out)) [[unlikely]]
      return Left::failed;
    PyObject* key;
    PyObject* value;
    if (!table.peek(key, value)) {
      const Left left = close(out, end, '}', !skips_);
      if constexpr (Table::is_plain) {
        if (left == Left::in_dict && find_table(end[-1], table)) continue;
      }
      return left;
    }
    Int number;
    if (!is_common_key(key, number)) [[unlikely]] {
      table.next();
      end[-1].index = table.index();
      take_separator(out, end);
      open_.set_end(end);
      return resume(out, end, put_other_member(out, key, value));
    }
    // Not of a member that may be left out: a text is no wider than it needs to be.
    if (!fits(key) || !fits(value)) [[unlikely]] {
      end[-1].index = table.index();
      take_separator(out, end);
      return Left::narrow;
    }
    table.next();
    if (!put_key(out, key)) [[unlikely]]
      return Left::failed;
    const Found found = put(out, value);
    if (found == Found::scalar) [[likely]] {
      if (!put_separator(out, end)) [[unlikely]]
        return Left::failed;
      continue;
    }
    if (PyObject* const ahead = table.ahead(0)) prefetch_inside(ahead);
    end[-1].index = table.index();
    end[-1].first = false;
    end[-1].last = table.ended();
    if constexpr (Table::is_plain) {
      // Dicts in dicts are walked in this same loop.
      if (found == Found::dict && !sorted_) {
        if (!may_open(end, value) || !open(out, end, value, found)) [[unlikely]]
          return Left::failed;
        if (read_table(value, table)) [[likely]]
          continue;
        return Left::in_dict;
      }
    }
    return leave(out, end, value, found);
  }
}

/// The members of a dict whose table is not read directly.
template <class Form, Style style>
[[gnu::noinline]] typename Walk<Form, style>::Left Walk<Form, style>::any_members(Unit* out) {
  Open* end = open_.end();
  const Left left = entries(out, end, AnyTable(end[-1].object));
  resume_ = out;
  open_.set_end(end);
  return left;
}

template <class Form, Style style>
ADYTON_ALWAYS_INLINE typename Walk<Form, style>::Left Walk<Form, style>::members(Unit*& out,
                                                                                 Open*& end) {
  const Open& current = end[-1];
  if (current.kind == Open::Kind::sorted_dict) [[unlikely]]
    return entries(out, end, serializer_.sorted_members(current));
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

template <class Form, Style style>
ADYTON_ALWAYS_INLINE bool Walk<Form, style>::put_lead(Unit*& out, Lead& lead) {
  if constexpr (fixed) {
    out[0] = ',';
    if constexpr (spaced) out[1] = ' ';
    if (!lead.first) out += separator_size;
    *out++ = '"';
  } else if constexpr (style == Style::brief) {
    out = lead.mark->put(out);
    lead.mark = &marks_.next_member;
  } else {
    if (!lead.first) {
      out = put_text(out, marks_.next_line);
      if (out == nullptr) return false;
    }
    *out++ = '"';
  }
  lead.first = false;
  return true;
}

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
  Lead lead = {nullptr, current.first};
  if constexpr (style == Style::brief) {
    lead.mark = current.first ? &marks_.quote : &marks_.next_member;
  }
  Left left = Left::ended;
  while (current.index < count) {
    const Fields::Field& field = all[current.index];
    PyObject* const value = field.attribute.peek(current.object);
    if (value == nullptr) [[unlikely]]
      return advance_other(out);
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
    if (!make_room(out)) return Left::failed;
    if constexpr (style == Style::any) {
      out = put_bracket(out, '}', -1);
      if (out == nullptr) return Left::failed;
    } else {
      *out++ = '}';
    }
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

/// Goes on with the innermost entry, which is neither.
template <class Form, Style style>
ADYTON_ALWAYS_INLINE typename Walk<Form, style>::Left Walk<Form, style>::advance_rarely(Unit* out) {
  if constexpr (!is_text) {
    if (open_.end()[-1].kind == Open::Kind::fields) return fields(out);
  }
  return advance_other(out);
}

}  // namespace ADYTON_JSON_LEVEL
}  // namespace adyton::json
