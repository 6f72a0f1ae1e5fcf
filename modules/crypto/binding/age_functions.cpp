// seal() and unseal(): texts in memory as age files.
#include "host/python/context.h"
#include "host/python/error.h"
#include "modules/crypto/age/age.h"
#include "modules/crypto/binding/age_arguments.h"
#include "modules/crypto/binding/batch.h"
#include "modules/crypto/binding/buffer.h"
#include "modules/crypto/binding/call.h"
#include "modules/crypto/binding/state.h"

namespace adyton::crypto {
namespace {

using python::GilRelease;

constexpr const char* seal_parameters[] = {"data", "recipients", "passphrase", "armor",
                                           "work_factor"};
constexpr const char* unseal_parameters[] = {"data", "identities", "passphrase", "max_work_factor"};

// Less is done before another thread has woken up.
constexpr std::size_t worth_the_pool = 1 << 20;

age::Executor executor_for(Gil& gil, std::size_t bytes) {
  if (bytes < worth_the_pool) return age::on_this_thread;
  Pool& pool = python::Context::of(gil).pool(gil);
  return [&pool](std::size_t count, const std::function<void(std::size_t)>& body) {
    pool.for_each(count, body);
  };
}

/// Runs the work without the GIL; what it gives as bytes, wiped then if it was a secret.
template <class Work>
PyObject* bytes_of(Gil& gil, Work work) {
  Result<std::string> out = [&] {
    const GilRelease released(gil);
    return work();
  }();
  if (!out) return python::raise(gil, out.error());
  const WipeAtExit wipe_out(*out);
  return PyBytes_FromStringAndSize(out->data(), static_cast<Py_ssize_t>(out->size()));
}

PyObject* seal(PyObject*, PyObject* const* values, Py_ssize_t count, PyObject* names) {
  return entry([=](Gil& gil) -> PyObject* {
    PyObject* slots[5];
    if (!take(gil, {"seal", seal_parameters, 1, 2}, {values, count, names}, slots)) return nullptr;
    const auto data = Buffer::of(gil, slots[0], "data");
    if (!data) return nullptr;
    const auto recipients = recipients_of(gil, slots[1], slots[2], slots[4]);
    if (!recipients) return nullptr;
    const int armored = slots[3] == nullptr ? 0 : PyObject_IsTrue(slots[3]);
    if (armored < 0) return nullptr;
    const age::Executor executor = executor_for(gil, data->bytes().size());
    return bytes_of(gil, [&] {
      return age::seal(as_text(data->bytes()), *recipients,
                       armored != 0 ? age::Armor::yes : age::Armor::no, executor);
    });
  });
}

PyObject* unseal(PyObject*, PyObject* const* values, Py_ssize_t count, PyObject* names) {
  return entry([=](Gil& gil) -> PyObject* {
    PyObject* slots[4];
    if (!take(gil, {"unseal", unseal_parameters, 1, 2}, {values, count, names}, slots)) {
      return nullptr;
    }
    const auto data = Buffer::of(gil, slots[0], "data");
    if (!data) return nullptr;
    const auto identities = identities_of(gil, slots[1], slots[2], slots[3]);
    if (!identities) return nullptr;
    const age::Executor executor = executor_for(gil, data->bytes().size());
    return bytes_of(gil, [&] { return age::open(as_text(data->bytes()), *identities, executor); });
  });
}

PyMethodDef functions[] = {
    {"seal", fast(seal), fast_flags,
     "seal(data, recipients=None, *, passphrase=None, armor=False, work_factor=18)\n--\n\n"
     "data (bytes-like) as an age file, bytes.\n\n"
     "recipients: a Recipient, a str 'age1…', or an iterable of these; each of them can open it.\n"
     "Or passphrase: a str or bytes-like; scrypt makes a key of it, with 2**work_factor KiB of\n"
     "memory. armor: as text, in bytes. Without the GIL, large data on all cores.\n"
     "Format: https://c2sp.org/age; the age command opens it."},
    {"unseal", fast(unseal), fast_flags,
     "unseal(data, identities=None, *, passphrase=None, max_work_factor=20)\n--\n\n"
     "What is in an age file (bytes-like; in armor or not), bytes.\n\n"
     "identities: an Identity, or an iterable of them. Or passphrase: a str or bytes-like.\n"
     "DecryptionError if none of them opens it or anything of it was changed, cut off or added;\n"
     "ValueError for what is no age file, or for a passphrase that takes more than\n"
     "2**max_work_factor KiB of memory."},
    {nullptr, nullptr, 0, nullptr},
};

}  // namespace

int add_age_functions(Gil&, PyObject* module, State&) {
  return PyModule_AddFunctions(module, functions);
}

}  // namespace adyton::crypto
