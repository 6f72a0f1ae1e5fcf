#pragma once

#include <cstddef>
#include <functional>
#include <span>

#include <Python.h>

#include "host/python/gil.h"
#include "modules/crypto/binding/batch.h"
#include "modules/crypto/binding/column.h"
#include "modules/crypto/digest_engine.h"

namespace adyton::crypto {

/// Writes the digest of each message; on any thread, without the GIL.
using DigestBatch = std::function<void(std::span<const Tagging>)>;

/// A list of bytes, one digest of `size` bytes for each message; nullptr with an exception set.
PyObject* digest_list(python::Gil& gil, PinnedList& messages, std::size_t size,
                      const DigestBatch& digest);

/// The digests of a column's values one after the other, as one bytes object.
PyObject* digest_column(python::Gil& gil, const Column& column, std::size_t size,
                        const DigestBatch& digest);

}  // namespace adyton::crypto
