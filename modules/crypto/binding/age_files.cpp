// open_sealed() and create_sealed(): age files as file objects.
#include <memory>
#include <mutex>

#include <unistd.h>

#include "host/base/os.h"
#include "host/python/context.h"
#include "host/python/error.h"
#include "host/runtime/pool.h"
#include "modules/crypto/age/random_access.h"
#include "modules/crypto/age/writer.h"
#include "modules/crypto/binding/age_arguments.h"
#include "modules/crypto/binding/buffer.h"
#include "modules/crypto/binding/call.h"
#include "modules/crypto/binding/state.h"

namespace adyton::crypto {
namespace {

using python::GilRelease;
using python::Ref;

constexpr const char* open_parameters[] = {"path", "identities", "passphrase", "max_work_factor"};
constexpr const char* create_parameters[] = {"path",  "recipients",  "passphrase",
                                             "armor", "work_factor", "overwrite"};
constexpr const char* seek_parameters[] = {"offset", "whence"};

// What BufferedReader asks for at once.
constexpr int buffer_size = 64 * 1024;

/// The pool of the interpreter, asked for anew at each call: a forked child has another one.
class CallPool {
 public:
  /// With the GIL, before each call that works.
  void renew(Gil& gil) { pool_ = &python::Context::of(gil).pool(gil); }
  /// `this` must outlive it.
  age::Executor executor() {
    return [this](std::size_t count, const std::function<void(std::size_t)>& body) {
      if (count == 1) return body(0);
      pool_->for_each(count, body);
    };
  }

 private:
  Pool* pool_ = nullptr;
};

/// What open_sealed() reads.
struct SealedReader {
  CallPool pool;
  std::mutex mutex;
  std::unique_ptr<age::RandomAccess> file;
  std::uint64_t offset = 0;
};

/// What create_sealed() writes: under a temporary name until it is whole. One that was not finished
/// leaves nothing.
struct SealedWriter {
  CallPool pool;
  std::mutex mutex;
  std::unique_ptr<Os> os = make_os();
  std::string path;
  std::string temporary;
  Existing existing = Existing::error;
  std::unique_ptr<File> file;
  std::unique_ptr<age::Writer> writer;
  bool failed = false;

  ~SealedWriter() {
    writer.reset();
    file.reset();
    if (!temporary.empty()) (void)os->remove(temporary);
  }

  Status begin(const age::Recipients& recipients, age::Armor armor) {
    if (existing == Existing::error && os->exists(path)) {
      return Error{ErrorCode::config, cat(path, " exists; to replace it, say overwrite=True")};
    }
    const std::string name = cat(path, ".", static_cast<std::int64_t>(::getpid()), ".tmp");
    ADYTON_TRY(file, os->create(name, Existing::replace));
    temporary = name;
    ADYTON_TRY(writer,
               age::Writer::create(age::sink_of(*file), recipients, armor, pool.executor()));
    return {};
  }

  Status write(std::string_view bytes) {
    if (failed) return Error{ErrorCode::io, cat("an earlier write of ", path, " failed")};
    Status status = writer->write(bytes);
    failed = !status.ok();
    return status;
  }

  Status finish() {
    if (failed) return Error{ErrorCode::io, cat("an earlier write of ", path, " failed")};
    ADYTON_CHECK(writer->finish());
    ADYTON_CHECK(file->sync());
    ADYTON_CHECK(os->rename(temporary, path, existing));
    temporary.clear();
    return os->sync_directory(directory_of(path));
  }
};

// The classes are io.RawIOBase's, whose objects have no size known here: ours is the pointer behind
// it. They have no subclasses.
template <class T>
T*& slot_of(PyObject* self) {
  char* const end = reinterpret_cast<char*>(self) + Py_TYPE(self)->tp_basicsize;
  return *reinterpret_cast<T**>(end - sizeof(T*));
}

/// nullptr with ValueError set if the file is closed.
template <class T>
T* opened(PyObject* self) {
  T* const file = slot_of<T>(self);
  if (file == nullptr) PyErr_SetString(PyExc_ValueError, "I/O operation on closed file.");
  return file;
}

template <class T>
void finalize(PyObject* self) {
  delete std::exchange(slot_of<T>(self), nullptr);
}

/// The close() of the class that ours derives from, which marks the file as closed.
PyObject* close_base(PyObject* self) {
  PyObject* const base = reinterpret_cast<PyObject*>(Py_TYPE(self)->tp_base);
  return PyObject_CallMethod(base, "close", "O", self);
}

PyObject* answer_yes(PyObject*, PyObject*) {
  Py_RETURN_TRUE;
}

// Reading.

PyObject* reader_readinto(PyObject* self, PyObject* target) {
  return entry([=](Gil& gil) -> PyObject* {
    SealedReader* const reader = opened<SealedReader>(self);
    Py_buffer view;
    if (reader == nullptr || PyObject_GetBuffer(target, &view, PyBUF_CONTIG) != 0) return nullptr;
    reader->pool.renew(gil);
    const Result<std::size_t> n = [&] {
      const GilRelease released(gil);
      const std::lock_guard lock(reader->mutex);
      auto read = reader->file->read_at(
          reader->offset, {static_cast<char*>(view.buf), static_cast<std::size_t>(view.len)});
      if (read) reader->offset += *read;
      return read;
    }();
    PyBuffer_Release(&view);
    if (!n) return python::raise(gil, n.error());
    return PyLong_FromSize_t(*n);
  });
}

PyObject* reader_seek(PyObject* self, PyObject* const* values, Py_ssize_t count, PyObject* names) {
  return entry([=](Gil& gil) -> PyObject* {
    PyObject* slots[2];
    if (!take(gil, {"seek", seek_parameters, 1, 2}, {values, count, names}, slots)) return nullptr;
    SealedReader* const reader = opened<SealedReader>(self);
    if (reader == nullptr) return nullptr;
    const long long offset = PyLong_AsLongLong(slots[0]);
    if (offset == -1 && PyErr_Occurred() != nullptr) return nullptr;
    const long whence = slots[1] == nullptr ? 0 : PyLong_AsLong(slots[1]);
    if (whence == -1 && PyErr_Occurred() != nullptr) return nullptr;
    if (whence < 0 || whence > 2) {
      return PyErr_Format(PyExc_ValueError, "whence is 0, 1 or 2, not %ld", whence);
    }
    const std::uint64_t from = whence == 0   ? 0
                               : whence == 1 ? reader->offset
                                             : reader->file->size();
    long long place = 0;
    if (__builtin_add_overflow(static_cast<long long>(from), offset, &place) || place < 0) {
      PyErr_SetString(PyExc_ValueError, "the place is before the beginning of the file");
      return nullptr;
    }
    reader->offset = static_cast<std::uint64_t>(place);
    return PyLong_FromLongLong(place);
  });
}

PyObject* reader_tell(PyObject* self, PyObject*) {
  SealedReader* const reader = opened<SealedReader>(self);
  return reader == nullptr ? nullptr : PyLong_FromUnsignedLongLong(reader->offset);
}

PyObject* reader_close(PyObject* self, PyObject*) {
  finalize<SealedReader>(self);
  return close_base(self);
}

PyMethodDef reader_methods[] = {
    {"readable", answer_yes, METH_NOARGS, "readable($self)\n--\n\nTrue."},
    {"seekable", answer_yes, METH_NOARGS, "seekable($self)\n--\n\nTrue."},
    {"readinto", reader_readinto, METH_O,
     "readinto($self, buffer, /)\n--\n\nFills the buffer as far as the text reaches; how much that "
     "was. DecryptionError if a chunk there was changed."},
    {"seek", fast(reader_seek), fast_flags,
     "seek($self, offset, whence=0)\n--\n\nThe next read begins there, an offset into the text."},
    {"tell", reader_tell, METH_NOARGS, "tell($self)\n--\n\nWhere the next read begins."},
    {"close", reader_close, METH_NOARGS, "close($self)\n--\n\nForgets the key."},
    {"__reduce__", refuse_pickling, METH_NOARGS, "Refused: it holds a key."},
    {nullptr, nullptr, 0, nullptr},
};

PyType_Slot reader_slots[] = {
    {Py_tp_doc, const_cast<char*>("The raw file under what open_sealed() gives.")},
    {Py_tp_methods, reader_methods},
    {Py_tp_finalize, reinterpret_cast<void*>(finalize<SealedReader>)},
    {0, nullptr},
};

// Writing.

PyObject* writer_write(PyObject* self, PyObject* data) {
  return entry([=](Gil& gil) -> PyObject* {
    SealedWriter* const writer = opened<SealedWriter>(self);
    if (writer == nullptr) return nullptr;
    const auto buffer = Buffer::of(gil, data, "data");
    if (!buffer) return nullptr;
    writer->pool.renew(gil);
    const Status status = [&] {
      const GilRelease released(gil);
      const std::lock_guard lock(writer->mutex);
      return writer->write(as_text(buffer->bytes()));
    }();
    if (!status) return python::raise(gil, status.error());
    return PyLong_FromSize_t(buffer->bytes().size());
  });
}

PyObject* writer_close(PyObject* self, PyObject*) {
  return entry([=](Gil& gil) -> PyObject* {
    const std::unique_ptr<SealedWriter> writer(std::exchange(slot_of<SealedWriter>(self), nullptr));
    Status status;
    if (writer) {
      writer->pool.renew(gil);
      const GilRelease released(gil);
      const std::lock_guard lock(writer->mutex);
      status = writer->finish();
    }
    const Ref closed = Ref::steal(close_base(self));
    if (!closed) return nullptr;
    if (!status) return python::raise(gil, status.error());
    Py_RETURN_NONE;
  });
}

PyObject* writer_discard(PyObject* self, PyObject*) {
  finalize<SealedWriter>(self);
  return close_base(self);
}

PyObject* writer_exit(PyObject* self, PyObject* args) {
  const bool failed = PyTuple_GET_SIZE(args) > 0 && PyTuple_GET_ITEM(args, 0) != Py_None;
  return failed ? writer_discard(self, nullptr) : writer_close(self, nullptr);
}

PyMethodDef writer_methods[] = {
    {"writable", answer_yes, METH_NOARGS, "writable($self)\n--\n\nTrue."},
    {"write", writer_write, METH_O,
     "write($self, data, /)\n--\n\nTakes all of it, bytes-like; its length in bytes."},
    {"close", writer_close, METH_NOARGS,
     "close($self)\n--\n\nWrites the rest and gives the file its name; it is on the disk then."},
    {"discard", writer_discard, METH_NOARGS,
     "discard($self)\n--\n\nCloses it without a file being made."},
    {"__exit__", writer_exit, METH_VARARGS,
     "close(), or discard() where an exception ends the block."},
    {"__reduce__", refuse_pickling, METH_NOARGS, "Refused: it holds a key."},
    {nullptr, nullptr, 0, nullptr},
};

PyType_Slot writer_slots[] = {
    {Py_tp_doc,
     const_cast<char*>("What create_sealed() gives: a file object (io.RawIOBase) to write to.\n\n"
                       "The file has its name only after close(). Left without it, or by an "
                       "exception, it\n"
                       "leaves nothing.")},
    {Py_tp_methods, writer_methods},
    {Py_tp_finalize, reinterpret_cast<void*>(finalize<SealedWriter>)},
    {0, nullptr},
};

/// A class of file objects. Derives from _io._RawIOBase; io.RawIOBase knows it, too.
Ref add_file_class(PyObject* module, const char* name, PyType_Slot* slots) {
  const Ref io = Ref::steal(PyImport_ImportModule("io"));
  const Ref base = Ref::steal(io ? PyObject_GetAttrString(io.get(), "RawIOBase") : nullptr);
  const Ref native_io = Ref::steal(PyImport_ImportModule("_io"));
  const Ref native =
      Ref::steal(native_io ? PyObject_GetAttrString(native_io.get(), "_RawIOBase") : nullptr);
  if (!base || !native) return {};
  PyType_Spec spec = {
      .name = name,
      .basicsize = static_cast<int>(as_type(native)->tp_basicsize + sizeof(void*)),
      .itemsize = 0,
      .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION,
      .slots = slots,
  };
  Ref type = Ref::steal(PyType_FromModuleAndSpec(module, &spec, native.get()));
  if (!type) return {};
  const Ref known = Ref::steal(PyObject_CallMethod(base.get(), "register", "O", type.get()));
  return known ? type : Ref();
}

template <class T>
Ref make_file(const Ref& type, std::unique_ptr<T> file) {
  Ref object = Ref::steal(as_type(type)->tp_alloc(as_type(type), 0));
  if (object) slot_of<T>(object.get()) = file.release();
  return object;
}

Result<std::unique_ptr<age::RandomAccess>> open_file(const std::string& path,
                                                     const age::Identities& identities,
                                                     age::Executor executor) {
  const auto os = make_os();
  ADYTON_TRY(const FileInfo info, os->info(path));
  if (info.kind != FileInfo::Kind::file) {
    return Error{ErrorCode::invalid, cat(path, " is no regular file")};
  }
  ADYTON_TRY(auto file, os->open(path));
  auto opened =
      age::RandomAccess::open(std::move(file), info.size, identities, std::move(executor));
  if (opened || opened.error().code == ErrorCode::io) return opened;
  return Error{opened.error().code, opened.error().message, path};
}

PyObject* open_sealed(PyObject* module, PyObject* const* values, Py_ssize_t count,
                      PyObject* names) {
  return entry([=](Gil& gil) -> PyObject* {
    PyObject* slots[4];
    if (!take(gil, {"open_sealed", open_parameters, 1, 2}, {values, count, names}, slots)) {
      return nullptr;
    }
    const State& state = state_of(module);
    const auto path = path_argument(gil, slots[0]);
    if (!path) return nullptr;
    const auto identities = identities_of(gil, slots[1], slots[2], slots[3]);
    if (!identities) return nullptr;
    auto reader = std::make_unique<SealedReader>();
    reader->pool.renew(gil);
    auto file = [&] {
      const GilRelease released(gil);
      return open_file(*path, *identities, reader->pool.executor());
    }();
    if (!file) return python::raise(gil, file.error());
    reader->file = *std::move(file);
    const Ref raw = make_file(state.sealed_reader_type, std::move(reader));
    const Ref io = Ref::steal(raw ? PyImport_ImportModule("io") : nullptr);
    return io ? PyObject_CallMethod(io.get(), "BufferedReader", "Oi", raw.get(), buffer_size)
              : nullptr;
  });
}

PyObject* create_sealed(PyObject* module, PyObject* const* values, Py_ssize_t count,
                        PyObject* names) {
  return entry([=](Gil& gil) -> PyObject* {
    PyObject* slots[6];
    if (!take(gil, {"create_sealed", create_parameters, 1, 2}, {values, count, names}, slots)) {
      return nullptr;
    }
    const State& state = state_of(module);
    auto path = path_argument(gil, slots[0]);
    if (!path) return nullptr;
    const auto recipients = recipients_of(gil, slots[1], slots[2], slots[4]);
    const int armored = slots[3] == nullptr ? 0 : PyObject_IsTrue(slots[3]);
    const int replaces = slots[5] == nullptr ? 0 : PyObject_IsTrue(slots[5]);
    if (!recipients || armored < 0 || replaces < 0) return nullptr;
    auto writer = std::make_unique<SealedWriter>();
    writer->path = *std::move(path);
    if (replaces != 0) writer->existing = Existing::replace;
    writer->pool.renew(gil);
    const Status begun = [&] {
      const GilRelease released(gil);
      return writer->begin(*recipients, armored != 0 ? age::Armor::yes : age::Armor::no);
    }();
    if (!begun) return python::raise(gil, begun.error());
    return make_file(state.sealed_writer_type, std::move(writer)).release();
  });
}

PyMethodDef functions[] = {
    {"open_sealed", fast(open_sealed), fast_flags,
     "open_sealed(path, identities=None, *, passphrase=None, max_work_factor=20)\n--\n\n"
     "An age file as a binary file object to read from, an io.BufferedReader: it can seek, and\n"
     "decrypts only the chunks (64 KiB) that are read, each verified before a byte of it is "
     "given.\n\n"
     "identities, passphrase, max_work_factor: as unseal(). The end of the file is verified at "
     "once,\n"
     "so that its length is true; a chunk that was changed raises DecryptionError where it is "
     "read.\n"
     "OSError if it can't be read; ValueError for what is no age file, and for one in armor, "
     "which\n"
     "unseal() reads. Memory: at most 5 MiB."},
    {"create_sealed", fast(create_sealed), fast_flags,
     "create_sealed(path, recipients=None, *, passphrase=None, armor=False, work_factor=18, "
     "overwrite=False)\n--\n\n"
     "A new age file, mode 0600, as a binary file object (SealedWriter, an io.RawIOBase) to write "
     "to.\n\n"
     "recipients, passphrase, armor, work_factor: as seal(). The file has its name only after\n"
     "close(), which the end of a with block calls; where an exception ends the block, or nobody\n"
     "closes, nothing is left. ValueError if the name is taken, unless overwrite is true. Memory:\n"
     "at most 9 MiB."},
    {nullptr, nullptr, 0, nullptr},
};

}  // namespace

int add_age_files(Gil&, PyObject* module, State& state) {
  state.sealed_reader_type = add_file_class(module, "adyton.crypto.SealedReader", reader_slots);
  state.sealed_writer_type = add_file_class(module, "adyton.crypto.SealedWriter", writer_slots);
  if (!state.sealed_reader_type || !state.sealed_writer_type) return -1;
  if (PyModule_AddType(module, as_type(state.sealed_writer_type)) != 0) return -1;
  return PyModule_AddFunctions(module, functions);
}

}  // namespace adyton::crypto
