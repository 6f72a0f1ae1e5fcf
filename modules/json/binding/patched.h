#pragma once

#include <string>
#include <unordered_set>
#include <vector>

#include <Python.h>

#include "host/python/gil.h"
#include "host/python/ref.h"
#include "modules/json/binding/pointers.h"

namespace adyton::json {

/// A document that is being changed by the operations of RFC 6902, and the one it began as, which
/// stays as it is: a dict or list is copied, itself only, before it is first changed. What was not
/// changed is shared between the two. The GIL is held for its whole life.
///
/// A function returns false if it failed: with an exception set, or with why() saying what of the
/// operation cannot be done. The document is then of no further use.
class Patched {
 public:
  Patched(python::Gil& gil, PyObject* document)
      : gil_(gil), document_(python::Ref::borrow(document)) {}
  Patched(const Patched&) = delete;
  Patched& operator=(const Patched&) = delete;

  bool add(Tokens path, PyObject* value);
  bool remove(Tokens path);
  bool replace(Tokens path, PyObject* value);
  bool move(Tokens from, Tokens path);
  bool copy(Tokens from, Tokens path);
  bool test(Tokens path, PyObject* value);

  const python::Ref& document() const { return document_; }
  const std::string& why() const { return why_; }

 private:
  bool fail(std::string why);
  python::Ref find(Tokens path);
  PyObject* open_parent(Tokens path);
  PyObject* own(PyObject* container, python::Ref& owned);
  bool insert(PyObject* list, Tokens path, PyObject* value);
  bool put(PyObject* list, Tokens path, PyObject* value);

  python::Gil& gil_;
  python::Ref document_;
  std::string why_;
  // The containers made here, each of which stands in one place of the document only. They are
  // kept, so that no other object comes to lie where one was.
  std::unordered_set<PyObject*> own_;
  std::vector<python::Ref> kept_;
};

/// A copy of a value that shares no dict and no list with it; tuples become lists, Documents what
/// loads makes. Empty with an exception set.
python::Ref deep_copy(python::Gil& gil, PyObject* value);

}  // namespace adyton::json
