#include "modules/crypto/binding/age_arguments.h"

#include <utility>
#include <vector>

#include "host/python/error.h"
#include "modules/crypto/binding/buffer.h"

namespace adyton::crypto {
namespace {

using python::Ref;

/// Calls take(object) for the object, or, if it is not `single`, for each that it iterates over.
/// False with an exception set.
template <class Take>
bool for_each_of(Gil&, PyObject* object, bool single, const char* message, Take take) {
  if (single) return take(object);
  const Ref items = Ref::steal(PySequence_Fast(object, message));
  if (!items) return false;
  for (Py_ssize_t i = 0; i < PySequence_Fast_GET_SIZE(items.get()); ++i) {
    const Ref item = Ref::borrow(PySequence_Fast_GET_ITEM(items.get(), i));
    if (!take(item.get())) return false;
  }
  return true;
}

/// Calls use(text) with the passphrase; what it gives, or nullopt with an exception set.
template <class Use>
auto with_passphrase(Gil& gil, PyObject* object, Use use)
    -> std::optional<std::remove_reference_t<decltype(*use(std::string_view()))>> {
  const auto checked =
      [&](auto result) -> std::optional<std::remove_reference_t<decltype(*result)>> {
    if (result) return *std::move(result);
    python::raise(gil, result.error());
    return std::nullopt;
  };
  if (PyUnicode_Check(object)) {
    const auto given = text(gil, object, "passphrase");
    if (!given) return std::nullopt;
    return checked(use(*given));
  }
  const auto buffer = Buffer::of(gil, object, "passphrase");
  if (!buffer) return std::nullopt;
  return checked(use(as_text(buffer->bytes())));
}

/// 1 to possible_work_factor; `otherwise` if not given.
std::optional<unsigned> work_factor_of(Gil& gil, PyObject* object, const char* name,
                                       unsigned otherwise) {
  if (!is_given(object)) return otherwise;
  const auto factor = number(gil, object, name, age::possible_work_factor);
  if (!factor) return std::nullopt;
  if (*factor == 0) {
    PyErr_Format(PyExc_ValueError, "%s is at least 1", name);
    return std::nullopt;
  }
  return static_cast<unsigned>(*factor);
}

/// False with an exception set if not exactly one of the two is given.
bool one_of(PyObject* keys, PyObject* passphrase, const char* name) {
  if (is_given(keys) != is_given(passphrase)) return true;
  PyErr_Format(PyExc_TypeError, "either %s or passphrase= must be given", name);
  return false;
}

bool add_recipient(Gil& gil, PyObject* object, std::vector<age::Recipient>& all) {
  if (const age::Recipient* const recipient = RecipientBox::find(object)) {
    all.push_back(*recipient);
    return true;
  }
  if (!PyUnicode_Check(object)) {
    PyErr_Format(PyExc_TypeError, "a recipient is a Recipient or a str, not %.100s",
                 Py_TYPE(object)->tp_name);
    return false;
  }
  const auto spelled = text(gil, object, "recipients");
  if (!spelled) return false;
  const auto recipient = age::Recipient::parse(*spelled);
  if (!recipient) return python::raise(gil, recipient.error()) != nullptr;
  all.push_back(*recipient);
  return true;
}

}  // namespace

std::optional<age::Recipients> recipients_of(Gil& gil, PyObject* recipients, PyObject* passphrase,
                                             PyObject* work_factor) {
  if (!one_of(recipients, passphrase, "recipients")) return std::nullopt;
  if (is_given(passphrase)) {
    const auto work = work_factor_of(gil, work_factor, "work_factor", age::usual_work_factor);
    if (!work) return std::nullopt;
    return with_passphrase(gil, passphrase, [&](std::string_view given) {
      return age::Recipients::passphrase(given, *work);
    });
  }
  std::vector<age::Recipient> all;
  const bool single = PyUnicode_Check(recipients) || RecipientBox::find(recipients) != nullptr;
  if (!for_each_of(gil, recipients, single, "recipients must be Recipients or str",
                   [&](PyObject* item) { return add_recipient(gil, item, all); })) {
    return std::nullopt;
  }
  auto made = age::Recipients::of(std::move(all));
  if (made) return *std::move(made);
  python::raise(gil, made.error());
  return std::nullopt;
}

std::optional<age::Identities> identities_of(Gil& gil, PyObject* identities, PyObject* passphrase,
                                             PyObject* most_work) {
  if (!one_of(identities, passphrase, "identities")) return std::nullopt;
  if (is_given(passphrase)) {
    const auto work = work_factor_of(gil, most_work, "max_work_factor", age::largest_work_factor);
    if (!work) return std::nullopt;
    return with_passphrase(gil, passphrase, [&](std::string_view given) {
      return age::Identities::passphrase(given, *work);
    });
  }
  std::vector<age::Identity> all;
  const auto add = [&](PyObject* item) {
    const age::Identity* const identity = IdentityBox::find(item);
    if (identity == nullptr) {
      PyErr_Format(PyExc_TypeError, "an identity is an Identity, not %.100s",
                   Py_TYPE(item)->tp_name);
      return false;
    }
    all.push_back(identity->clone());
    return true;
  };
  const bool single = IdentityBox::find(identities) != nullptr || PyUnicode_Check(identities) ||
                      PyBytes_Check(identities);
  if (!for_each_of(gil, identities, single, "identities must be Identities", add)) {
    return std::nullopt;
  }
  if (!all.empty()) return age::Identities(std::move(all));
  PyErr_SetString(PyExc_ValueError, "there is no identity");
  return std::nullopt;
}

std::optional<std::string> path_argument(Gil&, PyObject* path) {
  PyObject* bytes = nullptr;
  if (PyUnicode_FSConverter(path, &bytes) == 0) return std::nullopt;
  const Ref held = Ref::steal(bytes);
  return std::string(PyBytes_AS_STRING(bytes), static_cast<std::size_t>(PyBytes_GET_SIZE(bytes)));
}

}  // namespace adyton::crypto
