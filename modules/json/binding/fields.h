#pragma once

#include <memory>
#include <string>
#include <vector>

#include <Python.h>

#include "host/python/gil.h"
#include "host/python/ref.h"
#include "modules/json/binding/instance_attribute.h"

namespace adyton::json {

/// The fields of a dataclass, as dataclasses.fields has them.
class Fields {
 public:
  /// A name as it stands in a document, without its quotes. As many bytes as are copied at a time
  /// can be read behind it.
  struct Name {
    static constexpr std::size_t padding = 32;

    const char* data;
    std::size_t size;
  };
  struct Field {
    InstanceAttribute attribute;
    Name ascii;
    Name utf8;
  };

  /// Those of a class; null with an exception set.
  static std::unique_ptr<Fields> read(python::Gil& gil, PyTypeObject* dataclass);

  ADYTON_ALWAYS_INLINE Py_ssize_t size() const { return size_; }

  /// The first of size() fields, in the order of the class, and in that of their names. Plain data,
  /// for the walk.
  ADYTON_ALWAYS_INLINE const Field* in_order() const { return in_order_; }
  ADYTON_ALWAYS_INLINE const Field* by_name() const { return by_name_; }

 private:
  bool add(python::Gil& gil, PyTypeObject* dataclass, PyObject* field);
  void sort();
  Name keep(std::string text);

  std::vector<Field> fields_;
  std::vector<Field> sorted_;
  std::vector<std::unique_ptr<std::string>> names_;
  const Field* in_order_ = nullptr;
  const Field* by_name_ = nullptr;
  Py_ssize_t size_ = 0;
};

}  // namespace adyton::json
