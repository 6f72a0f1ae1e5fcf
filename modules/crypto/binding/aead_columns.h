#pragma once

#include <algorithm>
#include <array>
#include <cstring>
#include <optional>
#include <string>
#include <vector>

#include "host/python/error.h"
#include "modules/crypto/aead_cipher.h"
#include "modules/crypto/binding/batch.h"
#include "modules/crypto/binding/call.h"
#include "modules/crypto/binding/column.h"
#include "modules/crypto/message.h"
#include "modules/crypto/secret.h"

// What Aead and Daead do with columns and with buffers of the caller's.
namespace adyton::crypto {

/// How many messages are described at a time, on the stack.
inline constexpr std::size_t messages_at_once = 512;

inline bool check_length(Bytes plaintext) {
  if (plaintext.size() <= AeadCipher::longest_plaintext) return true;
  PyErr_SetString(PyExc_ValueError, "a plaintext has at most 2**36 - 32 bytes; split it");
  return false;
}

template <class Primitive>
class ColumnMethods {
 public:
  static PyObject* encrypt_column(PyObject* self, PyObject* const* values, Py_ssize_t count,
                                  PyObject* names) {
    return entry([=](Gil& gil) -> PyObject* {
      const auto call = ColumnCall::take(gil, "encrypt_column", {values, count, names});
      if (!call) return nullptr;
      const Primitive& primitive = Box<Primitive>::of(self);
      const Column& column = call->column;
      const std::size_t size = column.total() + column.size() * primitive.ciphertext_size(0);
      if (!check_reach(column.width(), size)) return nullptr;
      const Ref out = new_bytes(size);
      const Ref offsets = new_offsets(column);
      if (!out || !offsets) return nullptr;
      seal(gil, primitive, *call, data_of(out), data_of(offsets));
      return pair(out, offsets, column.width());
    });
  }

  static PyObject* decrypt_column(PyObject* self, PyObject* const* values, Py_ssize_t count,
                                  PyObject* names) {
    return entry([=](Gil& gil) -> PyObject* {
      const auto call = ColumnCall::take(gil, "decrypt_column", {values, count, names});
      if (!call) return nullptr;
      const Column& column = call->column;
      const Ref out = new_bytes(room_to_open(Box<Primitive>::of(self), column));
      const Ref offsets = new_offsets(column);
      if (!out || !offsets) return nullptr;
      const auto size = open(gil, Box<Primitive>::of(self), *call, data_of(out), data_of(offsets));
      if (!size) return nullptr;
      return pair(shrunk(out, *size), offsets, column.width());
    });
  }

  static PyObject* encrypt_column_into(PyObject* self, PyObject* const* values, Py_ssize_t count,
                                       PyObject* names) {
    return entry([=](Gil& gil) -> PyObject* {
      const auto call = ColumnIntoCall::take(gil, "encrypt_column_into", {values, count, names});
      if (!call) return nullptr;
      const Primitive& primitive = Box<Primitive>::of(self);
      const Column& column = call->values.column;
      const std::size_t size = column.total() + column.size() * primitive.ciphertext_size(0);
      if (!check_reach(column.width(), size) || !call->has_room(size)) return nullptr;
      seal(gil, primitive, call->values, call->out.data(), call->out_offsets.data());
      return PyLong_FromSize_t(size);
    });
  }

  static PyObject* decrypt_column_into(PyObject* self, PyObject* const* values, Py_ssize_t count,
                                       PyObject* names) {
    return entry([=](Gil& gil) -> PyObject* {
      const auto call = ColumnIntoCall::take(gil, "decrypt_column_into", {values, count, names});
      if (!call) return nullptr;
      const Primitive& primitive = Box<Primitive>::of(self);
      if (!call->has_room(room_to_open(primitive, call->values.column))) return nullptr;
      const auto size =
          open(gil, primitive, call->values, call->out.data(), call->out_offsets.data());
      return size ? PyLong_FromSize_t(*size) : nullptr;
    });
  }

  static PyObject* encrypt_into(PyObject* self, PyObject* const* values, Py_ssize_t count,
                                PyObject* names) {
    return entry([=](Gil& gil) -> PyObject* {
      const auto call = IntoCall::take(gil, "encrypt_into", "plaintext", {values, count, names});
      if (!call || !check_length(call->in.bytes())) return nullptr;
      const Primitive& primitive = Box<Primitive>::of(self);
      const Bytes plaintext = call->in.bytes();
      const std::size_t size = primitive.ciphertext_size(plaintext.size());
      if (!check_room(call->out, size)) return nullptr;
      const Sealing message{plaintext, call->associated_data.bytes(), call->out.data()};
      for_each_part(gil, 1, plaintext.size(), [&](std::size_t, std::size_t) {
        primitive.encrypt_many({&message, 1});
      });
      return PyLong_FromSize_t(size);
    });
  }

  static PyObject* decrypt_into(PyObject* self, PyObject* const* values, Py_ssize_t count,
                                PyObject* names) {
    return entry([=](Gil& gil) -> PyObject* {
      const auto call = IntoCall::take(gil, "decrypt_into", "ciphertext", {values, count, names});
      if (!call) return nullptr;
      const Primitive& primitive = Box<Primitive>::of(self);
      const Bytes ciphertext = call->in.bytes();
      const std::size_t overhead = primitive.overhead().value_or(0);
      if (ciphertext.size() < overhead) return refuse(gil);
      if (!check_room(call->out, ciphertext.size() - overhead)) return nullptr;
      Opening message{ciphertext, call->associated_data.bytes(), call->out.data()};
      for_each_part(gil, 1, ciphertext.size(), [&](std::size_t, std::size_t) {
        primitive.decrypt_many({&message, 1});
      });
      return message.ok ? PyLong_FromSize_t(message.size) : refuse(gil);
    });
  }

 private:
  using Ref = python::Ref;

  struct ColumnCall {
    Column column;
    OptionalBuffer associated_data;

    static std::optional<ColumnCall> take(Gil& gil, const char* function,
                                          const CallArguments& arguments) {
      static constexpr const char* parameters[] = {"data", "offsets", "associated_data",
                                                   "offset_width"};
      PyObject* slots[4];
      if (!crypto::take(gil, {function, parameters, 2, 3}, arguments, slots)) return std::nullopt;
      return of(gil, slots[0], slots[1], slots[2], slots[3]);
    }

    static std::optional<ColumnCall> of(Gil& gil, PyObject* data, PyObject* offsets,
                                        PyObject* associated_data, PyObject* width_argument) {
      std::optional<OffsetWidth> width;
      if (!take_width(gil, width_argument, width)) return std::nullopt;
      auto column = Column::of(gil, data, offsets, width);
      if (!column) return std::nullopt;
      if (column->data().size() > AeadCipher::longest_plaintext) {
        PyErr_SetString(PyExc_ValueError, "data has at most 2**36 - 32 bytes; split it");
        return std::nullopt;
      }
      auto bound = OptionalBuffer::of(gil, associated_data, "associated_data");
      if (!bound) return std::nullopt;
      return ColumnCall{std::move(*column), std::move(*bound)};
    }
  };

  struct ColumnIntoCall {
    ColumnCall values;
    WritableBuffer out;
    WritableBuffer out_offsets;

    static std::optional<ColumnIntoCall> take(Gil& gil, const char* function,
                                              const CallArguments& arguments) {
      static constexpr const char* parameters[] = {
          "data", "offsets", "out", "out_offsets", "associated_data", "offset_width"};
      PyObject* slots[6];
      if (!crypto::take(gil, {function, parameters, 4, 5}, arguments, slots)) return std::nullopt;
      auto values = ColumnCall::of(gil, slots[0], slots[1], slots[4], slots[5]);
      if (!values) return std::nullopt;
      auto out = WritableBuffer::of(gil, slots[2], "out");
      if (!out) return std::nullopt;
      auto out_offsets = WritableBuffer::of(gil, slots[3], "out_offsets");
      if (!out_offsets) return std::nullopt;
      if (out->overlaps(values->column.data()) || out_offsets->overlaps(values->column.data()) ||
          out->overlaps({out_offsets->data(), out_offsets->size()})) {
        PyErr_SetString(PyExc_ValueError, "data, out and out_offsets must not overlap");
        return std::nullopt;
      }
      return ColumnIntoCall{std::move(*values), std::move(*out), std::move(*out_offsets)};
    }

    bool has_room(std::size_t size) const {
      const std::size_t for_offsets = offsets_size(values.column);
      if (out_offsets.size() < for_offsets) {
        PyErr_Format(PyExc_ValueError, "out_offsets has %zu bytes; %zu are needed",
                     out_offsets.size(), for_offsets);
        return false;
      }
      return check_room(out, size);
    }
  };

  struct IntoCall {
    Buffer in;
    WritableBuffer out;
    OptionalBuffer associated_data;

    static std::optional<IntoCall> take(Gil& gil, const char* function, const char* name,
                                        const CallArguments& arguments) {
      const char* const parameters[] = {name, "out", "associated_data"};
      PyObject* slots[3];
      if (!crypto::take(gil, {function, parameters, 2, 3}, arguments, slots)) return std::nullopt;
      auto in = Buffer::of(gil, slots[0], name);
      if (!in) return std::nullopt;
      auto out = WritableBuffer::of(gil, slots[1], "out");
      if (!out) return std::nullopt;
      auto bound = OptionalBuffer::of(gil, slots[2], "associated_data");
      if (!bound) return std::nullopt;
      if (out->overlaps(in.value().bytes()) || out->overlaps(bound->bytes())) {
        PyErr_Format(PyExc_ValueError, "out must not overlap %s or associated_data", name);
        return std::nullopt;
      }
      return IntoCall{std::move(*in), std::move(*out), std::move(*bound)};
    }
  };

  static bool check_room(const WritableBuffer& out, std::size_t size) {
    if (out.size() >= size) return true;
    PyErr_Format(PyExc_ValueError, "out has %zu bytes; %zu are needed", out.size(), size);
    return false;
  }

  static std::size_t offsets_size(const Column& column) {
    return (column.size() + 1) * static_cast<std::size_t>(column.width());
  }
  static Ref new_offsets(const Column& column) { return new_bytes(offsets_size(column)); }

  static PyObject* pair(const Ref& data, const Ref& offsets, OffsetWidth width) {
    const Ref view = Ref::steal(as_offsets(offsets, width));
    return data && view ? PyTuple_Pack(2, data.get(), view.get()) : nullptr;
  }

  // The bytes that were not needed go; nobody else has seen the object.
  static Ref shrunk(const Ref& bytes, std::size_t size) {
    if (static_cast<std::size_t>(PyBytes_GET_SIZE(bytes.get())) == size) return bytes;
    return Ref::steal(
        PyBytes_FromStringAndSize(PyBytes_AS_STRING(bytes.get()), static_cast<Py_ssize_t>(size)));
  }

  static void seal(Gil& gil, const Primitive& primitive, const ColumnCall& call, std::uint8_t* out,
                   std::uint8_t* out_offsets) {
    const Column& column = call.column;
    const std::size_t overhead = primitive.ciphertext_size(0);
    const Bytes bound = call.associated_data.bytes();
    OffsetWriter offsets(out_offsets, column.width());
    offsets.set(column.size(), column.total() + column.size() * overhead);
    for_each_part(gil, column.size(), column.total(), [&](std::size_t begin, std::size_t end) {
      std::array<Sealing, messages_at_once> messages;
      OffsetWriter mine = offsets;
      while (begin < end) {
        const std::size_t count = std::min(end - begin, messages.size());
        for (std::size_t i = 0; i < count; ++i) {
          const std::size_t at = column.begin(begin + i) + (begin + i) * overhead;
          mine.set(begin + i, at);
          messages[i] = {column[begin + i], bound, out + at};
        }
        primitive.encrypt_many(std::span(messages).first(count));
        begin += count;
      }
    });
  }

  static std::size_t room_to_open(const Primitive& primitive, const Column& column) {
    const std::size_t less = column.size() * primitive.overhead().value_or(0);
    return column.total() < less ? 0 : column.total() - less;
  }

  /// The size of all plaintexts; nullopt with DecryptionError set if one was refused, and what had
  /// been opened is wiped.
  static std::optional<std::size_t> open(Gil& gil, const Primitive& primitive,
                                         const ColumnCall& call, std::uint8_t* out,
                                         std::uint8_t* out_offsets) {
    const Column& column = call.column;
    const std::size_t overhead = primitive.overhead().value_or(0);
    for (std::size_t i = 0; i < column.size(); ++i) {
      if (column[i].size() < overhead) return refuse(gil, i);
    }
    const std::size_t room = room_to_open(primitive, column);
    std::vector<std::size_t> sizes(overhead == 0 ? column.size() : 0);
    FirstFailure failure;
    const Bytes bound = call.associated_data.bytes();
    const auto open_part = [&](std::size_t begin, std::size_t end) {
      std::array<Opening, messages_at_once> messages;
      while (begin < end) {
        const std::size_t count = std::min(end - begin, messages.size());
        for (std::size_t i = 0; i < count; ++i) {
          messages[i] = {column[begin + i], bound, out + place(column, overhead, begin + i)};
        }
        primitive.decrypt_many(std::span(messages).first(count));
        for (std::size_t i = 0; i < count; ++i) {
          if (!messages[i].ok) failure.at(begin + i);
          if (overhead == 0) sizes[begin + i] = messages[i].size;
        }
        begin += count;
      }
    };
    try {
      for_each_part(gil, column.size(), column.total(), open_part);
    } catch (...) {
      wipe(out, room);
      throw;
    }
    if (failure.any()) {
      wipe(out, room);
      return refuse(gil, failure.item());
    }
    OffsetWriter offsets(out_offsets, column.width());
    if (overhead == 0) return close_up(column, sizes, out, offsets);
    for (std::size_t i = 0; i <= column.size(); ++i) offsets.set(i, place(column, overhead, i));
    return room;
  }

  static std::size_t place(const Column& column, std::size_t overhead, std::size_t i) {
    return column.begin(i) - i * overhead;
  }

  // Keys of several kinds: the plaintexts lie where their ciphertexts did, with gaps.
  static std::size_t close_up(const Column& column, const std::vector<std::size_t>& sizes,
                              std::uint8_t* out, OffsetWriter offsets) {
    std::size_t at = 0;
    for (std::size_t i = 0; i < column.size(); ++i) {
      offsets.set(i, at);
      std::memmove(out + at, out + column.begin(i), sizes[i]);
      at += sizes[i];
    }
    offsets.set(column.size(), at);
    wipe(out + at, column.total() - at);
    return at;
  }

  static PyObject* refuse(Gil& gil) {
    return python::raise(gil, {ErrorCode::crypto, "decryption failed"});
  }
  static std::nullopt_t refuse(Gil& gil, std::size_t item) {
    python::raise(gil, {ErrorCode::crypto, cat("decryption failed (item ", item, ")")});
    return std::nullopt;
  }
};

}  // namespace adyton::crypto
