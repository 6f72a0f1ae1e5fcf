"""Adyton: a native host for Python batch work on JSON and encrypted data."""

from . import crypto as crypto
from . import json as json
from . import record as record
from .record import Record as Record

__all__: list[str]
__version__: str
