#pragma once

#include "host/python/gil.h"
#include "host/worker/arguments.h"

namespace adyton::worker {

// What Record and RecordList have in common, as slots and methods of the C API.

/// repr(): that of the plain dict or list.
PyObject* represent(PyObject* self);

/// Record.from_json(text).
PyObject* from_json(PyObject* type, PyObject* text);

PyObject* to_json(PyObject* self, PyObject*);
PyObject* to_python(PyObject* self, PyObject*);
PyObject* shallow_copy(PyObject* self, PyObject*);
PyObject* deep_copy(PyObject* self, PyObject* memo);
PyObject* reduce(PyObject* self, PyObject*);

inline constexpr PyMethodDef to_json_method = {
    "to_json", to_json, METH_NOARGS,
    "to_json($self, /)\n--\n\n"
    "The JSON text as bytes (UTF-8): that of the source with the changes put in, without white "
    "space\n"
    "around it. ValueError if a value that was assigned has become what JSON cannot say."};
inline constexpr PyMethodDef to_python_method = {
    "to_python", to_python, METH_NOARGS,
    "to_python($self, /)\n--\n\nA plain dict or list, all the way down, as json.loads makes it."};
inline constexpr PyMethodDef copy_method = {
    "copy", shallow_copy, METH_NOARGS,
    "copy($self, /)\n--\n\nA shallow copy: nested containers are shared with it."};
inline constexpr PyMethodDef shallow_copy_method = {"__copy__", shallow_copy, METH_NOARGS,
                                                    "A shallow copy."};
inline constexpr PyMethodDef deep_copy_method = {
    "__deepcopy__", deep_copy, METH_O, "A copy that shares nothing, the source's text included."};
inline constexpr PyMethodDef reduce_method = {"__reduce__", reduce, METH_NOARGS,
                                              "Pickled as its JSON text."};

}  // namespace adyton::worker
