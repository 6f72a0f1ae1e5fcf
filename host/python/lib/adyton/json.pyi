from collections.abc import Callable, ItemsView, Iterable, Iterator, KeysView, ValuesView
from json import JSONDecodeError as JSONDecodeError
from json import JSONDecoder as JSONDecoder
from json import JSONEncoder as JSONEncoder
from os import PathLike
from typing import Any, Literal, Protocol, SupportsIndex, final, overload

from typing_extensions import Buffer

__all__ = [
    "apply_patch",
    "canonical",
    "dump",
    "dump_lines",
    "dumpb",
    "dumpb_lines",
    "dumps",
    "dumps_lines",
    "load",
    "loads",
    "loads_lines",
    "merge_patch",
    "resolve",
    "Document",
    "Fragment",
    "JSONDecoder",
    "JSONDecodeError",
    "JSONEncoder",
    "LineError",
    "PatchError",
    "PointerError",
]

class _Reader(Protocol):
    def read(self) -> str | bytes | bytearray: ...

class _Writer(Protocol):
    def write(self, text: str, /) -> object: ...

def loads(
    s: str | bytes | bytearray,
    *,
    cls: type[JSONDecoder] | None = None,
    object_hook: Callable[[dict[str, Any]], Any] | None = None,
    parse_float: Callable[[str], Any] | None = None,
    parse_int: Callable[[str], Any] | None = None,
    parse_constant: Callable[[str], Any] | None = None,
    object_pairs_hook: Callable[[list[tuple[str, Any]]], Any] | None = None,
    strict: bool = True,
    allow_nan: bool = True,
    duplicate_keys: Literal["last", "first", "error"] = "last",
    **kw: Any,
) -> Any: ...
def load(
    fp: _Reader,
    *,
    cls: type[JSONDecoder] | None = None,
    object_hook: Callable[[dict[str, Any]], Any] | None = None,
    parse_float: Callable[[str], Any] | None = None,
    parse_int: Callable[[str], Any] | None = None,
    parse_constant: Callable[[str], Any] | None = None,
    object_pairs_hook: Callable[[list[tuple[str, Any]]], Any] | None = None,
    strict: bool = True,
    allow_nan: bool = True,
    duplicate_keys: Literal["last", "first", "error"] = "last",
    **kw: Any,
) -> Any: ...
@final
class Fragment:
    def __init__(self, text: str | bytes | bytearray, /) -> None: ...
    @property
    def contents(self) -> bytes: ...

def dumps(
    obj: Any,
    *,
    skipkeys: bool = False,
    ensure_ascii: bool = True,
    check_circular: bool = True,
    allow_nan: bool = True,
    cls: type[JSONEncoder] | None = None,
    indent: int | str | None = None,
    separators: tuple[str, str] | None = None,
    default: Callable[[Any], Any] | None = None,
    sort_keys: bool = False,
    natives: bool | None = None,
    bytes_as: Literal["base64", "base64url"] | None = None,
    naive_utc: bool = False,
    utc_z: bool = False,
    omit_microseconds: bool = False,
    **kw: Any,
) -> str: ...
def dump(
    obj: Any,
    fp: _Writer,
    *,
    skipkeys: bool = False,
    ensure_ascii: bool = True,
    check_circular: bool = True,
    allow_nan: bool = True,
    cls: type[JSONEncoder] | None = None,
    indent: int | str | None = None,
    separators: tuple[str, str] | None = None,
    default: Callable[[Any], Any] | None = None,
    sort_keys: bool = False,
    natives: bool | None = None,
    bytes_as: Literal["base64", "base64url"] | None = None,
    naive_utc: bool = False,
    utc_z: bool = False,
    omit_microseconds: bool = False,
    **kw: Any,
) -> None: ...
def dumpb(
    obj: Any,
    *,
    skipkeys: bool = False,
    ensure_ascii: bool = False,
    check_circular: bool = True,
    allow_nan: bool = True,
    cls: type[JSONEncoder] | None = None,
    indent: int | str | None = None,
    separators: tuple[str, str] | None = None,
    default: Callable[[Any], Any] | None = None,
    sort_keys: bool = False,
    natives: bool | None = None,
    bytes_as: Literal["base64", "base64url"] | None = None,
    naive_utc: bool = False,
    utc_z: bool = False,
    omit_microseconds: bool = False,
) -> bytes: ...
@final
class Document:
    def __new__(cls, data: str | Buffer, /) -> Document: ...
    @property
    def raw(self) -> bytes: ...
    @property
    def type(self) -> Literal["object", "array", "string", "number", "boolean", "null"]: ...
    def at(self, pointer: str, default: Any = ..., /) -> Any: ...
    def get(self, key: str, default: Any = None, /) -> Any: ...
    def keys(self) -> KeysView[str]: ...
    def values(self) -> ValuesView[Any]: ...
    def items(self) -> ItemsView[str, Any]: ...
    def to_python(self) -> Any: ...
    @overload
    def __getitem__(self, key: str | SupportsIndex, /) -> Any: ...
    @overload
    def __getitem__(self, key: slice, /) -> list[Any]: ...
    def __contains__(self, key: object, /) -> bool: ...
    def __iter__(self) -> Iterator[Any]: ...
    def __reversed__(self) -> Iterator[Any]: ...
    def __len__(self) -> int: ...
    def __bool__(self) -> bool: ...
    def __eq__(self, other: object, /) -> bool: ...
    __hash__: None  # type: ignore[assignment]
    def __copy__(self) -> Document: ...
    def __deepcopy__(self, memo: Any, /) -> Document: ...

class PointerError(LookupError): ...

class PatchError(ValueError):
    index: int
    op: str | None
    path: str | None
    reason: str

def resolve(obj: Any, pointer: str, default: Any = ...) -> Any: ...
def apply_patch(
    obj: Any,
    operations: list[dict[str, Any]] | tuple[dict[str, Any], ...] | str | bytes | bytearray | Document,
) -> Any: ...
def merge_patch(target: Any, patch: Any) -> Any: ...
def canonical(obj: Any) -> bytes: ...

class LineError(JSONDecodeError):
    line: int
    offset: int
    def __init__(self, msg: str, doc: str, pos: int, line: int, offset: int, /) -> None: ...

@final
class _LinesReader(Iterator[Any]):
    @property
    def errors(self) -> list[LineError]: ...
    @property
    def line(self) -> int: ...
    def __next__(self) -> Any: ...

class _ReadableInParts(Protocol):
    def read(self, size: int, /) -> str | Buffer: ...

class _WritableInParts(Protocol):
    def write(self, text: Any, /) -> object: ...

def loads_lines(
    source: str | Buffer | PathLike[str] | PathLike[bytes] | _ReadableInParts | Iterable[str | Buffer],
    /,
    *,
    errors: Literal["raise", "collect"] = "raise",
    max_line: int | None = None,
    cls: type[JSONDecoder] | None = None,
    object_hook: Callable[[dict[str, Any]], Any] | None = None,
    parse_float: Callable[[str], Any] | None = None,
    parse_int: Callable[[str], Any] | None = None,
    parse_constant: Callable[[str], Any] | None = None,
    object_pairs_hook: Callable[[list[tuple[str, Any]]], Any] | None = None,
    strict: bool = True,
    allow_nan: bool = True,
    **options: Any,
) -> _LinesReader: ...
def dumps_lines(objects: Iterable[Any], /, **options: Any) -> str: ...
def dumpb_lines(objects: Iterable[Any], /, **options: Any) -> bytes: ...
def dump_lines(objects: Iterable[Any], fp: _WritableInParts, /, **options: Any) -> int: ...
