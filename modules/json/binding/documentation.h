#pragma once

/// The docstrings of `adyton.json`, apart from the code because they are long: what help() shows.
namespace adyton::json::documentation {

inline constexpr char module[] = R"(Fast JSON with the standard library's face.

loads, load, dumps and dump take the arguments of the functions of the same name in json, give the
same results and raise the same errors at the same positions; JSONDecodeError, JSONDecoder and
JSONEncoder are the standard library's own. dumpb writes compact UTF-8 bytes.

    >>> from adyton import json
    >>> json.loads(b'{"a": [1, 2.5, null]}')
    {'a': [1, 2.5, None]}
    >>> json.dumpb({"name": "Zo\u00eb"})
    b'{"name":"Zo\xc3\xab"}'

Where it differs from json: loads takes allow_nan; arrays and objects are read and written without
recursion, up to the recursion limit; dump writes its text at once, and nothing if it fails; with
cls= the standard library does the work.

The format is RFC 8259 with the standard library's extensions NaN, Infinity and -Infinity.)";

inline constexpr char loads[] =
    R"(loads($module, /, s, *, cls=None, object_hook=None, parse_float=None, parse_int=None, parse_constant=None, object_pairs_hook=None, strict=True, allow_nan=True, duplicate_keys="last", **kw)
--

Read a JSON document from s: a str, or bytes or bytearray in UTF-8, UTF-16 or UTF-32.

Objects become dict, arrays list, numbers int or float, and NaN, Infinity and -Infinity float.

object_hook          called with each dict; what it returns takes its place
object_pairs_hook    the same with a list of (key, value) pairs; goes before object_hook
parse_float, parse_int, parse_constant
                     called with the text of each real, integer, and NaN, Infinity or -Infinity;
                     parse_float=decimal.Decimal takes a short way
strict               if false, control characters may stand in strings as they are
allow_nan            if false, NaN, Infinity and -Infinity are errors, as RFC 8259 demands
duplicate_keys       of a key that an object has more than once, "last": the last value counts, in
                     the place of the first; "first": the first does; "error": JSONDecodeError at
                     the repeated key
cls                  a JSONDecoder class; json.loads then does the work with these arguments

Raises JSONDecodeError (a ValueError with msg, doc, pos, lineno, colno) if s is no JSON document,
UnicodeDecodeError if bytes are not in the encoding they seem to be in, TypeError for another type,
ValueError for an int with more digits than sys.get_int_max_str_digits(), and RecursionError if
arrays and objects nest deeper than sys.getrecursionlimit() (than 10,000, if that is more, from
Python 3.12 on).)";

inline constexpr char load[] =
    R"(load($module, /, fp, *, cls=None, object_hook=None, parse_float=None, parse_int=None, parse_constant=None, object_pairs_hook=None, strict=True, allow_nan=True, duplicate_keys="last", **kw)
--

Read a JSON document from what fp.read() returns. Arguments and errors are those of loads.)";

inline constexpr char dumps[] =
    R"(dumps($module, /, obj, *, skipkeys=False, ensure_ascii=True, check_circular=True, allow_nan=True, cls=None, indent=None, separators=None, default=None, sort_keys=False, natives=None, bytes_as=None, naive_utc=False, utc_z=False, omit_microseconds=False, **kw)
--

Write obj as a JSON document: a str.

dict becomes an object, list and tuple an array, str, int, float, bool and None their like; types
derived from them too. Keys that are int, float, bool or None are written as strings.

skipkeys             if true, members with other keys are left out instead of refused
ensure_ascii         if false, characters beyond ASCII are written as they are
check_circular       if false, a circle is found by its depth only (RecursionError)
allow_nan            if false, NaN and the infinities are refused
indent               blanks (an int) or text (a str) for each level, every item on its own line
separators           (between items, after keys): (', ', ': '), or (',', ': ') with an indent
default              called with any other object; what it returns is written in its place
sort_keys            if true, members are written in the order of their keys
cls                  a JSONEncoder class; json.dumps then does the work with these arguments
natives              whether objects that JSON has no form for, but an obvious text, are written
                     without asking default. None: if neither default nor cls is given
bytes_as             "base64" or "base64url": bytes, bytearray and memoryview of bytes are written
                     as such strings. None: they are refused
naive_utc            if true, a datetime without an offset from UTC is taken for UTC
utc_z                if true, no offset from UTC is written as "Z", not as "+00:00"
omit_microseconds    if true, datetime and time are written to the second

With natives, instances of dataclasses become objects of their fields, members of enumerations what
their value becomes, datetime, date and time without tzinfo strings as in RFC 3339, UUID a string,
Decimal a number with its digits, arrays of numbers (numpy.ndarray, array.array, memoryview) arrays
in arrays, numpy's numbers numbers, and a Fragment the text it holds. Keys may also be datetime,
date, time, UUID and members of enumerations.

Raises TypeError for an object or a key that JSON has no form for, ValueError for a circle and for
what allow_nan or sys.set_int_max_str_digits() refuse, RecursionError if obj nests deeper than
loads would read.)";

inline constexpr char dump[] =
    R"(dump($module, /, obj, fp, *, skipkeys=False, ensure_ascii=True, check_circular=True, allow_nan=True, cls=None, indent=None, separators=None, default=None, sort_keys=False, natives=None, bytes_as=None, naive_utc=False, utc_z=False, omit_microseconds=False, **kw)
--

Write obj as a JSON document to fp, in one fp.write(str) once all of it is made. Arguments and
errors are those of dumps.)";

inline constexpr char dumpb[] =
    R"(dumpb($module, /, obj, *, skipkeys=False, ensure_ascii=False, check_circular=True, allow_nan=True, cls=None, indent=None, separators=None, default=None, sort_keys=False, natives=None, bytes_as=None, naive_utc=False, utc_z=False, omit_microseconds=False)
--

Write obj as a JSON document: compact UTF-8 bytes.

Arguments and errors are those of dumps, with other defaults: characters beyond ASCII are written
as they are, without an indent the separators are (',', ':'), and natives=None means True. A str with a lone surrogate, which
UTF-8 cannot hold, raises UnicodeEncodeError.)";

inline constexpr char document[] =
    R"(Document(data, /)
--

JSON text as it lies: checked once and whole, made into Python objects only where it is touched.

data is bytes, which is not copied; or any other bytes-like object or a str, which is copied (but for
a str in ASCII). Raises what loads(data, allow_nan=False) raises, at the same position; the text must
be UTF-8 (or UTF-16 or -32, which is converted) without surrogates, and shorter than 4 GiB.

An object is used as a dict is, an array as a list: [], in, len, iteration, reversed, ==. An object or
array in it is a Document too, which keeps the text; a string, number, boolean or null is the Python
value. An array's slice is a list of such. A Document never changes; it has no hash.

    >>> from adyton.json import Document
    >>> doc = Document(b'{"users": [{"name": "Zo\u00eb"}, {"name": "Ada"}]}')
    >>> doc["users"][-1]["name"], len(doc["users"]), "groups" in doc
    ('Ada', 2, False)
    >>> doc.at("/users/0").raw
    b'{"name": "Zo\\u00eb"}'

Of a repeated key the last value counts, in the place of the first, as loads has it. A text that is
one string, number, boolean or null is a Document of that, which to_python() gives.)";

inline constexpr char document_at[] =
    R"(at($self, pointer, default=..., /)
--

The value that a JSON Pointer (RFC 6901) names from here, as resolve has it.)";

inline constexpr char document_get[] =
    R"(get($self, key, default=None, /)
--

The value of an object's key, or the default. TypeError if this is no object.)";

inline constexpr char document_keys[] =
    R"(keys($self, /)
--

A view of an object's keys, as dict.keys(). TypeError if this is no object.)";

inline constexpr char document_values[] =
    R"(values($self, /)
--

A view of an object's values, as dict.values(). TypeError if this is no object.)";

inline constexpr char document_items[] =
    R"(items($self, /)
--

A view of an object's pairs of key and value, as dict.items(). TypeError if this is no object.)";

inline constexpr char document_to_python[] =
    R"(to_python($self, /)
--

The value with everything in it: what loads makes of its text.)";

inline constexpr char document_raw[] =
    "The text of the value as it lies, without white space around it: bytes in UTF-8, a copy.";

inline constexpr char document_type[] =
    "What the value is: \"object\", \"array\", \"string\", \"number\", \"boolean\" or \"null\".";

inline constexpr char resolve[] =
    R"(resolve($module, /, obj, pointer, default=...)
--

The value that a JSON Pointer (RFC 6901) names within obj.

obj is a Document, or made of dicts (or other mappings) and lists, tuples (or other sequences); the
pointer is a str: "" is obj itself, "/a/0" the first element of what "a" holds; a "/" in a key is
written "~1", a "~" "~0". An index has no leading zeros; "-", the place behind the last element, names
nothing.

    >>> from adyton.json import resolve
    >>> resolve({"a/b": [10, 20]}, "/a~1b/1")
    20

Where the pointer names nothing, default is returned, if it is given; else PointerError (a
LookupError) says at which token. ValueError for a str that is no pointer.)";

inline constexpr char apply_patch[] =
    R"(apply_patch($module, /, obj, operations)
--

A new document: obj changed by the operations of a JSON Patch (RFC 6902).

operations is a list of dicts with "op" (add, remove, replace, move, copy, test), "path", and "value"
or "from", or the JSON text of such a list (str or bytes). obj is made of dicts and lists; tuples that
are changed become lists, Documents that are changed what loads makes of them.

    >>> from adyton.json import apply_patch
    >>> apply_patch({"a": [1]}, [{"op": "add", "path": "/a/-", "value": 2}])
    {'a': [1, 2]}

Neither argument is ever changed: what lies on the way to a change is copied, the rest is shared with
the result, so change neither in place. test compares as JSON does: 1 is 1.0, and not true.

Raises PatchError (a ValueError with index, op, path, reason) for the first operation that cannot be
done; then nothing is. JSONDecodeError if a text is no JSON, TypeError for other operations.)";

inline constexpr char merge_patch[] =
    R"(merge_patch($module, /, target, patch)
--

A new document: target changed by a JSON Merge Patch (RFC 7396).

Where the patch is a dict, its members are merged into target's, None taking a member out; any other
patch takes target's place. Both are Python objects or Documents, and neither is changed: what the
patch does not touch is shared with the result, and so are its values.

    >>> from adyton.json import merge_patch
    >>> merge_patch({"a": 1, "b": {"c": 2}}, {"a": None, "b": {"d": 3}})
    {'b': {'c': 2, 'd': 3}})";

inline constexpr char canonical[] =
    R"(canonical($module, /, obj)
--

The canonical JSON text of obj (RFC 8785, JCS) as bytes: what means the same has the same text, for
hashing and signing.

No white space; members in the order of their keys' UTF-16 code units; numbers as ECMAScript writes
them. obj is a Document, or what dumpb writes.

    >>> from adyton.json import canonical
    >>> canonical({"b": 1.0, "a": [1e21, "\u20ac"]})
    b'{"a":[1e+21,"\xe2\x82\xac"],"b":1}'

Raises ValueError, saying where, for what has no canonical form: an integer whose last digits its
form would not have, as 2**53 + 1, NaN and the infinities, a lone surrogate, a repeated key.)";

inline constexpr char pointer_error[] =
    "A JSON Pointer names nothing: the message says which token, and where it was looked for.";

inline constexpr char patch_error[] =
    "An operation of a JSON Patch cannot be done: the index-th, whose op and path (None where it"
    " has\nnone) are given, for that reason.";

inline constexpr char loads_lines[] =
    R"(loads_lines($module, source, /, *, errors='raise', max_line=None, **options)
--

Read JSON Lines: an iterator of the values, one for each line of source that is not blank.

source is bytes or anything bytes-like; a str, which is the text itself and never a path; a path
object as pathlib.Path, which is opened; a file, binary or text, which is read block by block and
not closed; or an iterable of bytes or str, which are pieces of the text cut anywhere: lines with
their newlines are such pieces, lines without are not. Bytes are UTF-8. A line ends with "\n" or
"\r\n", the last may end with the text, and a BOM may stand at its start.

errors      "raise": a line that is no JSON document raises LineError; the iterator can be asked
            for the lines behind it. "collect": the LineError goes to the iterator's list `errors`.
max_line    the most bytes that a line may have, its end not counted; a longer one is a bad line,
            and of it only the beginning is kept. None: any number
options     of loads. What a hook raises is no matter of the line: it comes through, with a note
            that names the line

The iterator's `line` is the number of the line it read last. Memory holds a block and a line.

    >>> from adyton import json
    >>> lines = json.loads_lines(b'{"id": 1}\n\n{"id": \n[2]\n', errors="collect")
    >>> list(lines)
    [{'id': 1}, [2]]
    >>> lines.errors[0].line, lines.errors[0].offset, lines.errors[0].msg
    (3, 11, 'Expecting value'))";

inline constexpr char lines_reader[] = "What loads_lines gives: an iterator of the values.";
inline constexpr char lines_reader_errors[] =
    "The LineErrors that errors=\"collect\" has kept so far: a list, which may be emptied.";
inline constexpr char lines_reader_line[] =
    "The number of the line that was read last; 0 at first.";

inline constexpr char dumps_lines[] =
    R"(dumps_lines($module, objects, /, **options)
--

Write each of the objects, an iterable, as a line of JSON: a str.

Every line ends with "\n". Options and errors are those of dumps; indent is refused with ValueError,
as is a record with a line break in it (by separators, a Fragment, a Document or a cls). What an
object raises carries a note with its index.)";

inline constexpr char dumpb_lines[] =
    R"(dumpb_lines($module, objects, /, **options)
--

Write each of the objects, an iterable, as a line of JSON: UTF-8 bytes.

As dumps_lines, with the options of dumpb.)";

inline constexpr char dump_lines[] =
    R"(dump_lines($module, objects, fp, /, **options)
--

Write each of the objects, an iterable, as a line of JSON to the file fp; returns how many.

To a file that takes str (one with an attribute `encoding`, or one that refuses b"") goes what
dumps_lines gives, to any other what dumpb_lines gives: options are those of dumps or dumpb. fp is
written to in blocks of whole lines, so memory holds a block. If an object or fp fails, the lines of
the objects before have been written.)";

inline constexpr char fragment[] = R"(Fragment(text, /)
--

JSON text that dumps, dump and dumpb put into a document as it is.

text is bytes or bytearray in UTF-8, or str, and one JSON value (RFC 8259: no NaN) with white space
around it if need be: JSONDecodeError (a ValueError with msg, doc, pos, lineno, colno) otherwise,
UnicodeDecodeError or UnicodeEncodeError (ValueErrors too) if it is not in UTF-8 or cannot be. Only
ensure_ascii has an effect on it: what is not ASCII is escaped.

    >>> from adyton import json
    >>> json.dumps({"cached": json.Fragment(b'{"a": 1}')})
    '{"cached": {"a": 1}}')";

inline constexpr char fragment_contents[] = "The text: bytes in UTF-8.";

}  // namespace adyton::json::documentation
