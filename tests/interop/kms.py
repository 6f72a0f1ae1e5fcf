"""Stands for the client of a KMS, made of Tink: kms.py KEYSET encrypt|decrypt."""

import pathlib
import sys

from tink import aead, json_proto_keyset_format, secret_key_access

aead.register()
keyset = json_proto_keyset_format.parse(pathlib.Path(sys.argv[1]).read_text(), secret_key_access.TOKEN)
remote = keyset.primitive(aead.Aead)
data = sys.stdin.buffer.read()
sys.stdout.buffer.write(remote.encrypt(data, b"") if sys.argv[2] == "encrypt" else remote.decrypt(data, b""))
