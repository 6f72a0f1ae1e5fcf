#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "host/python/gil.h"
#include "host/python/ref.h"
#include "host/worker/items.h"
#include "modules/json/binding/key_cache.h"

namespace adyton::worker {

/// The types of the module adyton.record, in one interpreter, and what they share: its module
/// state.
struct Types {
  PyTypeObject* record = nullptr;
  PyTypeObject* list = nullptr;
  PyTypeObject* keys = nullptr;
  PyTypeObject* values = nullptr;
  PyTypeObject* items = nullptr;
  PyTypeObject* iterator = nullptr;
  std::unique_ptr<json::KeyCache> key_cache;  // for records that are made plain
};

/// A Record or a RecordList: a lazy view of one object or array of a source, and what a script
/// changed in it. A nested container is a view of its own, held by the item it stands in; it knows
/// nothing of what it lies in, so views make no cycles by themselves. Owns its share of the source.
struct View {
  PyObject_HEAD Source source;
  std::uint32_t begin;
  std::uint32_t end;
  std::unique_ptr<Items> index;  // none until something in the container is asked for
  bool changed;                  // an item was assigned, added or removed
  bool nested;                   // some item's value is a view of what stands in the source

  /// The items, indexed at first use. The reference holds until the view is destroyed.
  Items& items(python::Gil&) {
    if (!index) index = std::make_unique<Items>(source->data(), begin, end);
    return *index;
  }
  const char* text() const { return source->data(); }
};

inline View& as_view(PyObject* object) {
  return *reinterpret_cast<View*>(object);
}
inline PyObject* as_object(View& view) {
  return reinterpret_cast<PyObject*>(&view);
}

inline bool is_record(const Types& types, PyObject* object) {
  return Py_IS_TYPE(object, types.record);
}
inline bool is_list(const Types& types, PyObject* object) {
  return Py_IS_TYPE(object, types.list);
}
inline bool is_view(const Types& types, PyObject* object) {
  return is_record(types, object) || is_list(types, object);
}

/// The module's types, of an object of one of them.
inline const Types& types_of(PyObject* object) {
  return *static_cast<const Types*>(PyType_GetModuleState(Py_TYPE(object)));
}

/// The value of the item of that number, made at first use and kept. Empty with an exception set if
/// it cannot be made (an integer with too many digits).
python::Ref value_of(python::Gil& gil, View& view, std::uint32_t number);

/// A key of a Record as UTF-8 (a lone surrogate as three bytes). The text lives as long as `key`
/// and `buffer`. False with TypeError set if it is no str.
bool key_text(python::Gil& gil, PyObject* key, std::string& buffer, std::string_view& text);

/// True if writing the view gives other bytes than the source has.
bool modified(View& view, const Types& types);

/// Called when a view comes to hold `value`: the collector must know of it if it can be in a cycle.
void hold(View& view, PyObject* value);

/// A new view of the container at [begin, end) of the source; empty if there is no memory for it.
python::Ref make_view(python::Gil& gil, const Types& types, Source source, std::uint32_t begin,
                      std::uint32_t end);

/// A new view with the same items: as a shallow copy of a dict or list, it shares the nested ones.
python::Ref copy_view(python::Gil& gil, View& view);

// Slots that Record and RecordList share.
void deallocate_view(PyObject* self);
int traverse_view(PyObject* self, visitproc visit, void* argument);
int clear_view(PyObject* self);

}  // namespace adyton::worker
