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
    R"(loads($module, /, s, *, cls=None, object_hook=None, parse_float=None, parse_int=None, parse_constant=None, object_pairs_hook=None, strict=True, allow_nan=True, **kw)
--

Read a JSON document from s: a str, or bytes or bytearray in UTF-8, UTF-16 or UTF-32.

Objects become dict (of a repeated key the last value stays), arrays list, numbers int or float,
and NaN, Infinity and -Infinity float.

object_hook          called with each dict; what it returns takes its place
object_pairs_hook    the same with a list of (key, value) pairs; goes before object_hook
parse_float, parse_int, parse_constant
                     called with the text of each real, integer, and NaN, Infinity or -Infinity
strict               if false, control characters may stand in strings as they are
allow_nan            if false, NaN, Infinity and -Infinity are errors, as RFC 8259 demands
cls                  a JSONDecoder class; json.loads then does the work with these arguments

Raises JSONDecodeError (a ValueError with msg, doc, pos, lineno, colno) if s is no JSON document,
UnicodeDecodeError if bytes are not in the encoding they seem to be in, TypeError for another type,
ValueError for an int with more digits than sys.get_int_max_str_digits(), and RecursionError if
arrays and objects nest deeper than sys.getrecursionlimit() (than 10,000, if that is more, from
Python 3.12 on).)";

inline constexpr char load[] =
    R"(load($module, /, fp, *, cls=None, object_hook=None, parse_float=None, parse_int=None, parse_constant=None, object_pairs_hook=None, strict=True, allow_nan=True, **kw)
--

Read a JSON document from what fp.read() returns. Arguments and errors are those of loads.)";

inline constexpr char dumps[] =
    R"(dumps($module, /, obj, *, skipkeys=False, ensure_ascii=True, check_circular=True, allow_nan=True, cls=None, indent=None, separators=None, default=None, sort_keys=False, **kw)
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

Raises TypeError for an object or a key that JSON has no form for, ValueError for a circle and for
what allow_nan or sys.set_int_max_str_digits() refuse, RecursionError if obj nests deeper than
loads would read.)";

inline constexpr char dump[] =
    R"(dump($module, /, obj, fp, *, skipkeys=False, ensure_ascii=True, check_circular=True, allow_nan=True, cls=None, indent=None, separators=None, default=None, sort_keys=False, **kw)
--

Write obj as a JSON document to fp, in one fp.write(str) once all of it is made. Arguments and
errors are those of dumps.)";

inline constexpr char dumpb[] =
    R"(dumpb($module, /, obj, *, skipkeys=False, ensure_ascii=False, check_circular=True, allow_nan=True, cls=None, indent=None, separators=None, default=None, sort_keys=False)
--

Write obj as a JSON document: compact UTF-8 bytes.

Arguments and errors are those of dumps, with other defaults: characters beyond ASCII are written
as they are, and without an indent the separators are (',', ':'). A str with a lone surrogate, which
UTF-8 cannot hold, raises UnicodeEncodeError.)";

}  // namespace adyton::json::documentation
