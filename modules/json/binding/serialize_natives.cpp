#include <utility>

#include "modules/json/binding/fields.h"
#include "modules/json/binding/serialize.h"

namespace adyton::json {

using python::Ref;

/// An object that JSON has no form for, if Adyton knows one. Opened::replaced: `object` has become
/// what is to be written in its place.
Serializer::Opened Serializer::open_native(Ref& object) {
  Ref instead;
  const Fields* fields = nullptr;
  const std::size_t depth = open_.size();
  const std::size_t room = options_.max_depth > depth ? options_.max_depth - depth : 0;
  switch (natives().offer(object.get(), room, instead, fields)) {
    case Offer::written:
      return Opened::yes;
    case Offer::value:
      return open_value(object, std::move(instead));
    case Offer::fields:
      return open_fields(object.get(), fields) ? Opened::yes : Opened::failed;
    case Offer::not_finite:
      refuse_float(instead.get());
      return Opened::failed;
    case Offer::unknown:
      return Opened::no;
    case Offer::failed:
      break;
  }
  return Opened::failed;
}

/// What an object stands for. Unless it is a scalar the object stays on the stack, as one that must
/// not come again inside.
Serializer::Opened Serializer::open_value(Ref& object, Ref value) {
  const Scalar scalar = put_scalar(value.get());
  if (scalar == Scalar::failed) return Opened::failed;
  if (scalar == Scalar::written) return Opened::yes;
  if (!enter(object.get())) return Opened::failed;
  open_.push({.kind = Open::Kind::substitute, .object = object.release()});
  object = std::move(value);
  return Opened::replaced;
}

bool Serializer::open_fields(PyObject* object, const Fields* fields) {
  if (fields->size() == 0) return out_.put("{}"), true;
  if (!enter(object)) return false;
  return begin(Open::with_fields(object, fields), '{');
}

/// Goes on with an instance of a dataclass, running what code its attributes need.
bool Serializer::advance_fields(Open& open) {
  const bool sorted = options_.key_order == KeyOrder::sorted;
  const Fields::Field* const fields = sorted ? open.fields()->by_name() : open.fields()->in_order();
  while (open.index < open.fields()->size()) {
    const Fields::Field& field = fields[open.index];
    Ref kept;
    PyObject* const value = field.attribute.read(gil_, open.object, kept);
    if (value == nullptr) return false;
    ++open.index;
    if (!open.first) writer_.separate();
    open.first = false;
    const Fields::Name& name = options_.characters == Characters::ascii ? field.ascii : field.utf8;
    out_.put('"');
    out_.put({name.data, name.size});
    out_.put('"');
    writer_.colon();
    const Scalar scalar = put_scalar(value);
    if (scalar == Scalar::failed) return false;
    if (scalar == Scalar::not_scalar) return open_object(value);
  }
  end('}');
  return true;
}

/// Writes the key of the innermost container's next member if Adyton knows its type and needs no
/// Python code for it; else false.
bool Serializer::begin_native_member(PyObject* key) {
  char text[NativeWriter::quick_room];
  const char* const end = natives().write_key_quickly(key, text);
  if (end == nullptr) return false;
  Open& open = open_.top();
  if (!open.first) writer_.separate();
  open.first = false;
  out_.put({text, static_cast<std::size_t>(end - text)});
  writer_.colon();
  return true;
}

/// A member whose key is no str, int, float, bool or None. Its text may take Python code, so that
/// nothing here is borrowed.
bool Serializer::put_native_member(Open& open, PyObject* key, PyObject* value) {
  const Ref own_key = Ref::borrow(key);
  const Ref own_value = Ref::borrow(value);
  const Ref meaning = natives().key(key);
  if (!meaning) return false;
  PyObject* const name = meaning.get();
  const bool is_string = PyUnicode_Check(name);
  const bool is_plain = is_string || is_number_key(name);
  if (!is_plain) {
    const NativeWriter::KeyText text = natives().has_text(name);
    if (text == NativeWriter::KeyText::failed) return false;
    if (text == NativeWriter::KeyText::no) {
      return options_.other_keys == OtherKeys::skip || refuse_key(key);
    }
  }
  if (!open.first) writer_.separate();
  open.first = false;
  const bool put = is_string  ? put_string(name)
                   : is_plain ? put_other_key(name)
                              : natives().put_key(name);
  if (!put) return false;
  writer_.colon();
  return put_value(value);
}

}  // namespace adyton::json
