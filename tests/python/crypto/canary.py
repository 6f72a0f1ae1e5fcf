"""Keyrings whose keys are known, and how to find those keys in bytes, however they are spelt."""

import base64
import hashlib
import json
import math
import sys

PREFIX = "type.googleapis.com/google.crypto.tink."


def _secret(name, size):
    """The key bytes of a type: nothing that could be in a process by chance."""
    return hashlib.shake_256(f"canary {name}".encode()).digest(size)


# Type: the name of Tink's message, the size of the key, and what stands before it in the message.
SYMMETRIC = {
    "x-aes-gcm": ("XAesGcmKey", 32, "1202080c1a20"),
    "aes256-gcm": ("AesGcmKey", 32, "1a20"),
    "aes128-gcm": ("AesGcmKey", 16, "1a10"),
    "chacha20-poly1305": ("ChaCha20Poly1305Key", 32, "1220"),
    "xchacha20-poly1305": ("XChaCha20Poly1305Key", 32, "1a20"),
    "aes256-siv": ("AesSivKey", 64, "1240"),
    "hmac-sha256": ("HmacKey", 32, "1204080310201a20"),
    "hmac-sha512": ("HmacKey", 64, "1204080410401a40"),
    "hkdf-sha256": ("HkdfPrfKey", 32, "120208031a20"),
    "hmac-sha256-prf": ("HmacPrfKey", 32, "120208031a20"),
    "hmac-sha512-prf": ("HmacPrfKey", 64, "120208041a40"),
    "aes-cmac-prf": ("AesCmacPrfKey", 32, "1220"),
}
KEYS = {name: _secret(name, size) for name, (_, size, _) in SYMMETRIC.items()}

# Of no keyring: half of it is HMAC's, half AES's.
FERNET = _secret("fernet", 32)


def keyset(name):
    """A Tink keyset in JSON with the known key of that type, key id 7."""
    message, _, head = SYMMETRIC[name]
    value = base64.b64encode(bytes.fromhex(head) + KEYS[name]).decode()
    prefix = "RAW" if name in ("hkdf-sha256", "aes-cmac-prf") or name.endswith("-prf") else "TINK"
    return json.dumps({"primaryKeyId": 7, "key": [{
        "keyData": {"typeUrl": PREFIX + message, "value": value, "keyMaterialType": "SYMMETRIC"},
        "status": "ENABLED", "keyId": 7, "outputPrefixType": prefix}]})


def write_keyset(name, path):
    path.touch(mode=0o600)
    path.write_text(keyset(name))
    return path


def spellings(key):
    """What must not be found: the key's bytes, also backwards, in hexadecimal and in base64 (of any
    alignment), whole or half."""
    for part in (key[:16], key[-16:]):
        yield part
        yield part[::-1]
        yield part.hex().encode()
        yield part.hex().upper().encode()
        for skip in range(3):
            # The characters that depend on the part alone, whatever stands before and behind it.
            coded = base64.b64encode(bytes(skip) + part)[4 if skip else 0:20]
            yield coded
            yield coded.translate(bytes.maketrans(b"+/", b"-_"))
    yield bytes(byte ^ 0x36 for byte in key[:32])  # HMAC's inner and outer blocks
    yield bytes(byte ^ 0x5c for byte in key[:32])


def _sbox():
    box, p, q = [0x63] * 256, 1, 1
    while True:
        p ^= (p << 1) ^ (0x11b if p & 0x80 else 0)
        for shift in (1, 2, 4):
            q ^= q << shift & 0xff
        q ^= 0x09 if q & 0x80 else 0
        turned = [(q << n | q >> 8 - n) & 0xff for n in range(5)]
        box[p] = turned[0] ^ turned[1] ^ turned[2] ^ turned[3] ^ turned[4] ^ 0x63
        if p == 1:
            return box


def round_keys(key):
    """The round keys of AES (FIPS 197, section 5.2) behind the key itself."""
    box, words, n = _sbox(), [key[i:i + 4] for i in range(0, len(key), 4)], len(key) // 4
    constant = 1
    for i in range(n, 4 * (n + 7)):
        word = words[-1]
        if i % n == 0:
            word = bytes(box[b] for b in word[1:] + word[:1])
            word = bytes([word[0] ^ constant]) + word[1:]
            constant = constant << 1 ^ (0x11b if constant & 0x80 else 0)
        elif n > 6 and i % n == 4:
            word = bytes(box[b] for b in word)
        words.append(bytes(a ^ b for a, b in zip(words[-n], word)))
    every = b"".join(words)
    return [every[i:i + 16] for i in range(len(key), len(every), 16)]


# SHA-2 (FIPS 180-4): bits of a word, rounds, and by how much words are rotated (the last of the small
# functions shifts).
SHA2 = {"sha256": (32, 64, (2, 13, 22), (6, 11, 25), (7, 18, 3), (17, 19, 10)),
        "sha512": (64, 80, (28, 34, 39), (14, 18, 41), (1, 8, 7), (19, 61, 6))}


def _cube_root(n):
    low, high = 0, 1 << n.bit_length() // 3 + 1
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if middle ** 3 <= n else (low, middle - 1)
    return low


def _primes(count):
    found = []
    n = 2
    while len(found) < count:
        if all(n % prime for prime in found):
            found.append(n)
        n += 1
    return found


def compressed(name, block):
    """The eight words of the hash when it has taken in that block, its first."""
    bits, rounds, big0, big1, small0, small1 = SHA2[name]
    mask = (1 << bits) - 1

    def turned(x, n):
        return (x >> n | x << bits - n) & mask

    def large(x, amounts):
        return turned(x, amounts[0]) ^ turned(x, amounts[1]) ^ turned(x, amounts[2])

    def small(x, amounts):
        return turned(x, amounts[0]) ^ turned(x, amounts[1]) ^ x >> amounts[2]

    size = bits // 8
    words = [int.from_bytes(block[i:i + size], "big") for i in range(0, 16 * size, size)]
    for i in range(16, rounds):
        words.append(small(words[i - 2], small1) + words[i - 7] + small(words[i - 15], small0)
                     + words[i - 16] & mask)
    start = [math.isqrt(prime << 2 * bits) & mask for prime in _primes(8)]
    a, b, c, d, e, f, g, h = start
    for word, prime in zip(words, _primes(rounds)):
        first = h + large(e, big1) + (e & f ^ ~e & g) + (_cube_root(prime << 3 * bits) & mask) + word
        second = large(a, big0) + (a & b ^ a & c ^ b & c)
        a, b, c, d, e, f, g, h = first + second & mask, a, b, c, d + first & mask, e, f, g
    return [word + first & mask for word, first in zip((a, b, c, d, e, f, g, h), start)]


def hmac_states(name, key):
    """The inner and the outer state of HMAC (RFC 2104) under a key no longer than a block, as words
    in this machine's memory: as good as the key."""
    block = key.ljust(16 * SHA2[name][0] // 8, b"\0")
    for pad in (0x36, 0x5c):
        yield [word.to_bytes(SHA2[name][0] // 8, sys.byteorder)
               for word in compressed(name, bytes(byte ^ pad for byte in block))]
