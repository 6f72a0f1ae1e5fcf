// Identity and Recipient: the keys of age files.
#include <functional>

#include "host/base/os.h"
#include "host/python/error.h"
#include "modules/crypto/age/identity.h"
#include "modules/crypto/age/recipient.h"
#include "modules/crypto/binding/age_arguments.h"
#include "modules/crypto/binding/call.h"
#include "modules/crypto/binding/state.h"

namespace adyton::crypto {
namespace {

using python::Ref;

constexpr const char* text_parameter[] = {"text"};
constexpr const char* path_parameter[] = {"path"};
constexpr const char* save_parameters[] = {"path", "overwrite"};

const State& state_of_class(PyObject* type) {
  return state_of(PyType_GetModule(reinterpret_cast<PyTypeObject*>(type)));
}

PyObject* str_of(std::string_view text) {
  return PyUnicode_FromStringAndSize(text.data(), static_cast<Py_ssize_t>(text.size()));
}

/// A list of what was read from a file.
template <class T, class Load>
PyObject* load_list(Gil& gil, PyObject* type, PyObject* argument, Load load) {
  const auto path = path_argument(gil, argument);
  if (!path) return nullptr;
  auto read = load(*make_os(), *path);
  if (!read) return python::raise(gil, read.error());
  Ref list = Ref::steal(PyList_New(0));
  if (!list) return nullptr;
  for (T& key : *read) {
    const Ref item =
        Ref::steal(Box<T>::make(reinterpret_cast<PyTypeObject*>(type), std::move(key)));
    if (!item || PyList_Append(list.get(), item.get()) != 0) return nullptr;
  }
  return list.release();
}

// Recipient.

PyObject* recipient_new(PyTypeObject* type, PyObject* args, PyObject* keywords) {
  return entry([=](Gil& gil) -> PyObject* {
    PyObject* slots[1];
    if (!take(gil, {"Recipient", text_parameter, 1, 1}, args, keywords, slots)) return nullptr;
    const auto spelled = text(gil, slots[0], "text");
    if (!spelled) return nullptr;
    const auto recipient = age::Recipient::parse(*spelled);
    if (!recipient) return python::raise(gil, recipient.error());
    return RecipientBox::make(type, *recipient);
  });
}

PyObject* recipient_load(PyObject* type, PyObject* const* values, Py_ssize_t count,
                         PyObject* names) {
  return entry([=](Gil& gil) -> PyObject* {
    PyObject* slots[1];
    if (!take(gil, {"load", path_parameter, 1, 1}, {values, count, names}, slots)) return nullptr;
    return load_list<age::Recipient>(gil, type, slots[0], age::load_recipients);
  });
}

PyObject* recipient_str(PyObject* self) {
  return entry([=](Gil&) { return str_of(RecipientBox::of(self).text()); });
}

PyObject* recipient_repr(PyObject* self) {
  return entry(
      [=](Gil&) { return str_of(cat("<Recipient ", RecipientBox::of(self).text(), ">")); });
}

Py_hash_t recipient_hash(PyObject* self) {
  const age::Point& point = RecipientBox::of(self).point();
  const auto hash = static_cast<Py_hash_t>(std::hash<std::string_view>()(as_text(point)));
  return hash == -1 ? -2 : hash;
}

PyObject* recipient_compare(PyObject* self, PyObject* other, int operation) {
  if (!Py_IS_TYPE(other, Py_TYPE(self)) || (operation != Py_EQ && operation != Py_NE)) {
    Py_RETURN_NOTIMPLEMENTED;
  }
  const bool equal = RecipientBox::of(self) == RecipientBox::of(other);
  return PyBool_FromLong(equal == (operation == Py_EQ));
}

PyObject* recipient_reduce(PyObject* self, PyObject*) {
  return entry([=](Gil&) {
    const std::string text = RecipientBox::of(self).text();
    return Py_BuildValue("O(s)", Py_TYPE(self), text.c_str());
  });
}

PyMethodDef recipient_methods[] = {
    {"load", fast(recipient_load), fast_flags | METH_CLASS,
     "load($type, path)\n--\n\n"
     "The Recipients in a file: one a line, # begins a comment.\n\n"
     "OSError if it can't be read; ValueError, which names the line, for what is none."},
    {"__reduce__", recipient_reduce, METH_NOARGS, "A recipient is no secret: it may be pickled."},
    {nullptr, nullptr, 0, nullptr},
};

PyType_Slot recipient_slots[] = {
    {Py_tp_doc, const_cast<char*>(
                    "Recipient(text)\n--\n\n"
                    "Whom a file is sealed to: the public key of an Identity, 'age1…'.\n\n"
                    "ValueError for anything else. str() gives the text back. Equal and hashable "
                    "by value.\n"
                    "Format: https://c2sp.org/age (X25519 recipients).")},
    {Py_tp_new, reinterpret_cast<void*>(recipient_new)},
    {Py_tp_methods, recipient_methods},
    {Py_tp_str, reinterpret_cast<void*>(recipient_str)},
    {Py_tp_repr, reinterpret_cast<void*>(recipient_repr)},
    {Py_tp_hash, reinterpret_cast<void*>(recipient_hash)},
    {Py_tp_richcompare, reinterpret_cast<void*>(recipient_compare)},
    {Py_tp_dealloc, reinterpret_cast<void*>(RecipientBox::destroy)},
    {0, nullptr},
};

PyType_Spec recipient_spec = {
    .name = "adyton.crypto.Recipient",
    .basicsize = sizeof(RecipientBox),
    .itemsize = 0,
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_IMMUTABLETYPE,
    .slots = recipient_slots,
};

// Identity.

PyObject* identity_generate(PyObject* type, PyObject*) {
  return entry([=](Gil&) {
    return IdentityBox::make(reinterpret_cast<PyTypeObject*>(type), age::Identity::generate());
  });
}

PyObject* identity_parse(PyObject* type, PyObject* const* values, Py_ssize_t count,
                         PyObject* names) {
  return entry([=](Gil& gil) -> PyObject* {
    PyObject* slots[1];
    if (!take(gil, {"parse", text_parameter, 1, 1}, {values, count, names}, slots)) return nullptr;
    const auto spelled = text(gil, slots[0], "text");
    if (!spelled) return nullptr;
    auto identity = age::Identity::parse(*spelled);
    if (!identity) return python::raise(gil, identity.error());
    return IdentityBox::make(reinterpret_cast<PyTypeObject*>(type), *std::move(identity));
  });
}

PyObject* identity_load(PyObject* type, PyObject* const* values, Py_ssize_t count,
                        PyObject* names) {
  return entry([=](Gil& gil) -> PyObject* {
    PyObject* slots[1];
    if (!take(gil, {"load", path_parameter, 1, 1}, {values, count, names}, slots)) return nullptr;
    return load_list<age::Identity>(gil, type, slots[0], age::load_identities);
  });
}

PyObject* identity_save(PyObject* self, PyObject* const* values, Py_ssize_t count,
                        PyObject* names) {
  return entry([=](Gil& gil) -> PyObject* {
    PyObject* slots[2];
    if (!take(gil, {"save", save_parameters, 1, 1}, {values, count, names}, slots)) return nullptr;
    const auto path = path_argument(gil, slots[0]);
    const int replaces = slots[1] == nullptr ? 0 : PyObject_IsTrue(slots[1]);
    if (!path || replaces < 0) return nullptr;
    const Status status = age::save_identity(*make_os(), *path, IdentityBox::of(self),
                                             replaces != 0 ? Existing::replace : Existing::error);
    if (!status) return python::raise(gil, status.error());
    Py_RETURN_NONE;
  });
}

PyObject* identity_to_text(PyObject* self, PyObject*) {
  return entry([=](Gil&) {
    std::string text = IdentityBox::of(self).secret_text();
    const WipeAtExit wipe_text(text);
    return str_of(text);
  });
}

PyObject* identity_recipient(PyObject* self, void*) {
  return entry([=](Gil&) {
    const State& state = state_of_class(reinterpret_cast<PyObject*>(Py_TYPE(self)));
    return RecipientBox::make(as_type(state.recipient_type), IdentityBox::of(self).recipient());
  });
}

PyObject* identity_repr(PyObject* self) {
  return entry([=](Gil&) {
    return str_of(cat("<Identity of ", IdentityBox::of(self).recipient().text(), ">"));
  });
}

PyMethodDef identity_methods[] = {
    {"generate", identity_generate, METH_NOARGS | METH_CLASS,
     "generate($type)\n--\n\nA new Identity."},
    {"parse", fast(identity_parse), fast_flags | METH_CLASS,
     "parse($type, text)\n--\n\n"
     "The Identity that a str 'AGE-SECRET-KEY-1…' is. ValueError, which holds nothing of the text, "
     "for\n"
     "anything else."},
    {"load", fast(identity_load), fast_flags | METH_CLASS,
     "load($type, path)\n--\n\n"
     "The Identities in a file: one a line, # begins a comment.\n\n"
     "OSError if it can't be read. ValueError, which names the line, for what is none, and for a "
     "file of\n"
     "the user's own that group or others may read (chmod 600 mends that)."},
    {"save", fast(identity_save), fast_flags,
     "save($self, path, *, overwrite=False)\n--\n\n"
     "Writes an identity file with mode 0600, the key in the clear.\n\n"
     "ValueError if the name is taken, unless overwrite is true."},
    {"to_text", identity_to_text, METH_NOARGS,
     "to_text($self)\n--\n\nThe secret key in the clear, a str 'AGE-SECRET-KEY-1…'."},
    {"__reduce__", refuse_pickling, METH_NOARGS, "Refused: it holds a secret key."},
    {nullptr, nullptr, 0, nullptr},
};

PyGetSetDef identity_properties[] = {
    {"recipient", identity_recipient, nullptr, "The Recipient to which files are sealed for it.",
     nullptr},
    {nullptr, nullptr, nullptr, nullptr, nullptr},
};

PyType_Slot identity_slots[] = {
    {Py_tp_doc,
     const_cast<char*>(
         "What opens the files that are sealed to its recipient: an X25519 key.\n"
         "\n"
         "Made by generate(), parse() or load(). The key lies in locked memory that core dumps "
         "leave\n"
         "out; only to_text() and save() give it away. Format: https://c2sp.org/age.")},
    {Py_tp_methods, identity_methods},
    {Py_tp_getset, identity_properties},
    {Py_tp_repr, reinterpret_cast<void*>(identity_repr)},
    {Py_tp_dealloc, reinterpret_cast<void*>(IdentityBox::destroy)},
    {0, nullptr},
};

PyType_Spec identity_spec = {
    .name = "adyton.crypto.Identity",
    .basicsize = sizeof(IdentityBox),
    .itemsize = 0,
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION | Py_TPFLAGS_IMMUTABLETYPE,
    .slots = identity_slots,
};

}  // namespace

int add_age_types(Gil& gil, PyObject* module, State& state) {
  state.recipient_type = add_class(gil, module, recipient_spec);
  state.identity_type = add_class(gil, module, identity_spec);
  return state.recipient_type && state.identity_type ? 0 : -1;
}

}  // namespace adyton::crypto
