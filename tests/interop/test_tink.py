"""Keysets, ciphertexts, tokens, codes and signatures go from Adyton to Tink and back."""

import json

import pytest
import tink
from conftest import AdytonError, handle_of, key_value, keyset_of, new_keyset, raw
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from tink import aead, daead, json_proto_keyset_format, mac, prf, signature
from tink.proto import chacha20_poly1305_pb2

AEADS = {
    "x-aes-gcm": aead.aead_key_templates.XAES_256_GCM_192_BIT_NONCE,
    "aes256-gcm": aead.aead_key_templates.AES256_GCM,
    "aes128-gcm": aead.aead_key_templates.AES128_GCM,
    "xchacha20-poly1305": aead.aead_key_templates.XCHACHA20_POLY1305,
}
RAW_AEADS = {
    "x-aes-gcm": aead.aead_key_templates.XAES_256_GCM_192_BIT_NONCE_NO_PREFIX,
    "x-aes-gcm, short salt": aead.aead_key_templates.XAES_256_GCM_160_BIT_NONCE_NO_PREFIX,
    "aes256-gcm": aead.aead_key_templates.AES256_GCM_RAW,
    "aes128-gcm": aead.aead_key_templates.AES128_GCM_RAW,
    "xchacha20-poly1305": aead.aead_key_templates.XCHACHA20_POLY1305_RAW,
}
MACS = {
    "hmac-sha256": mac.mac_key_templates.HMAC_SHA256_256BITTAG,
    "hmac-sha512": mac.mac_key_templates.HMAC_SHA512_512BITTAG,
}
PRFS = {
    "hkdf-sha256": (prf.prf_key_templates.HKDF_SHA256, 8160),
    "hmac-sha256-prf": (prf.prf_key_templates.HMAC_SHA256, 32),
    "hmac-sha512-prf": (prf.prf_key_templates.HMAC_SHA512, 64),
    "aes-cmac-prf": (prf.prf_key_templates.AES_CMAC, 16),
}
SIGNATURES = {
    "ed25519": signature.signature_key_templates.ED25519,
    "ecdsa-p256": signature.signature_key_templates.ECDSA_P256,
    "ecdsa-p256-ieee-p1363": signature.signature_key_templates.ECDSA_P256_IEEE_P1363,
}
EVERY_TYPE = [*AEADS, "aes256-siv", *MACS, *PRFS, *SIGNATURES]
TEXTS = [b"", b"text", "Zoë".encode(), bytes(range(256)) * 17]
DATA = [b"", b"data", b"\0" * 33]


@pytest.mark.parametrize("name", EVERY_TYPE)
def test_a_keyset_that_adyton_made_is_to_tink_what_it_says(adyton, name):
    keyset = adyton("new_keyring(name).to_json()", name=name)
    handle = handle_of(keyset)
    assert json.loads(keyset_of(handle)) == json.loads(keyset)
    told = {key.key_id: (key.status, key.output_prefix_type, key.type_url)
            for key in handle.keyset_info().key_info}
    assert len(told) == 3 and handle.keyset_info().primary_key_id == json.loads(keyset)["primaryKeyId"]


@pytest.mark.parametrize("template", [*AEADS.values(), *RAW_AEADS.values(), daead.deterministic_aead_key_templates.AES256_SIV, *MACS.values(),
                                      *[t for t, _ in PRFS.values()], *SIGNATURES.values(),
                                      signature.signature_key_templates.ECDSA_P256_RAW])
def test_a_keyset_that_tink_made_is_read_and_written_back(adyton, template):
    for _ in range(3):  # a big number of a signature's key may be shorter than its field
        keyset = new_keyset(template)
        again = adyton("keyring(keyset).to_json()", keyset=keyset)
        assert json.loads(again) == json.loads(keyset)


def both_ways(adyton, keyset):
    """Each side opens what the other sealed, and refuses it with other associated data."""
    theirs = handle_of(keyset).primitive(aead.Aead)
    for text in TEXTS:
        for data in DATA:
            sealed = adyton("crypto.Aead(keyring(keyset)).encrypt(text, data)", keyset=keyset,
                            text=text, data=data)
            assert theirs.decrypt(sealed, data) == text
            sealed = theirs.encrypt(text, data)
            values = {"keyset": keyset, "sealed": sealed}
            assert adyton("crypto.Aead(keyring(keyset)).decrypt(sealed, data)", data=data, **values) == text
            with pytest.raises(AdytonError, match="decryption failed"):
                adyton("crypto.Aead(keyring(keyset)).decrypt(sealed, data)", data=data + b"x", **values)
    many = adyton("crypto.Aead(keyring(keyset)).encrypt_many(texts, b'many')", keyset=keyset,
                  texts=TEXTS * 50)
    assert [theirs.decrypt(sealed, b"many") for sealed in many] == TEXTS * 50
    many = [theirs.encrypt(text, b"many") for text in TEXTS]
    assert adyton("crypto.Aead(keyring(keyset)).decrypt_many(many, b'many')", keyset=keyset,
                  many=many) == TEXTS


@pytest.mark.parametrize("name", AEADS)
def test_ciphertexts_under_a_keyset_of_adyton(adyton, name):
    keyset = adyton("new_keyring(name).to_json()", name=name)
    both_ways(adyton, keyset)
    both_ways(adyton, raw(keyset))


@pytest.mark.parametrize("template", [*AEADS.values(), *RAW_AEADS.values()])
def test_ciphertexts_under_a_keyset_of_tink(adyton, template):
    both_ways(adyton, new_keyset(template))


@pytest.mark.parametrize("name", AEADS)
def test_what_an_older_key_sealed_opens_on_the_other_side(adyton, name):
    old = adyton("crypto.Keyring.generate(name).to_json()", name=name)
    ours = adyton("crypto.Aead(keyring(old)).encrypt(b'ours', b'data')", old=old)
    theirs = handle_of(old).primitive(aead.Aead).encrypt(b"theirs", b"data")
    rotated = adyton("(lambda k: (k.rotate(), k.to_json()))(keyring(old))[1]", old=old)
    opener = handle_of(rotated).primitive(aead.Aead)
    assert opener.decrypt(ours, b"data") == b"ours" and opener.decrypt(theirs, b"data") == b"theirs"
    for sealed, text in ((ours, b"ours"), (theirs, b"theirs")):
        assert adyton("crypto.Aead(keyring(rotated)).decrypt(sealed, b'data')", rotated=rotated,
                      sealed=sealed) == text


def test_chacha20_poly1305_whose_keys_tink_for_python_does_not_know(adyton):
    """Tink's own parser of the message gives the key, cryptography's cipher opens the ciphertext."""
    keyset = adyton("crypto.Keyring.generate('chacha20-poly1305').to_json()")
    key = chacha20_poly1305_pb2.ChaCha20Poly1305Key.FromString(key_value(keyset))
    assert key.version == 0 and len(key.key_value) == 32
    cipher = ChaCha20Poly1305(key.key_value)
    prefix = b"\1" + json.loads(keyset)["primaryKeyId"].to_bytes(4, "big")
    for text in TEXTS:
        sealed = adyton("crypto.Aead(keyring(keyset)).encrypt(text, b'data')", keyset=keyset, text=text)
        assert sealed[:5] == prefix
        assert cipher.decrypt(sealed[5:17], sealed[17:], b"data") == text
        sealed = prefix + b"a nonce of 12"[:12] + cipher.encrypt(b"a nonce of 12"[:12], text, b"data")
        assert adyton("crypto.Aead(keyring(keyset)).decrypt(sealed, b'data')", keyset=keyset,
                      sealed=sealed) == text


@pytest.mark.parametrize("make", ["adyton", "tink", "adyton, raw", "tink, raw"])
def test_deterministic_ciphertexts_are_the_same_on_both_sides(adyton, make):
    keyset = (adyton("new_keyring('aes256-siv').to_json()") if make.startswith("adyton")
              else new_keyset(daead.deterministic_aead_key_templates.AES256_SIV))
    keyset = raw(keyset) if make.endswith("raw") else keyset
    theirs = handle_of(keyset).primitive(daead.DeterministicAead)
    for text in TEXTS:
        for data in DATA:
            sealed = adyton("crypto.Daead(keyring(keyset)).encrypt_deterministically(text, data)",
                            keyset=keyset, text=text, data=data)
            assert sealed == theirs.encrypt_deterministically(text, data)
            assert theirs.decrypt_deterministically(sealed, data) == text
            assert adyton("crypto.Daead(keyring(keyset)).decrypt_deterministically(sealed, data)",
                          keyset=keyset, sealed=sealed, data=data) == text


@pytest.mark.parametrize("make", ["adyton", "tink", "adyton, raw"])
@pytest.mark.parametrize("name", MACS)
def test_codes_are_the_same_on_both_sides(adyton, name, make):
    keyset = (new_keyset(MACS[name]) if make == "tink"
              else adyton("new_keyring(name).to_json()", name=name))
    keyset = raw(keyset) if make.endswith("raw") else keyset
    theirs = handle_of(keyset).primitive(mac.Mac)
    for text in TEXTS:
        code = adyton("crypto.Mac(keyring(keyset)).compute_mac(text)", keyset=keyset, text=text)
        assert code == theirs.compute_mac(text)
        theirs.verify_mac(code, text)
        verify = "done(crypto.Mac(keyring(keyset)).verify_mac(code, text))"
        assert adyton(verify, keyset=keyset, code=theirs.compute_mac(text), text=text)
        with pytest.raises(AdytonError, match="verification failed"):
            adyton(verify, keyset=keyset, code=code, text=text + b"x")


@pytest.mark.parametrize("make", ["adyton", "tink"])
@pytest.mark.parametrize("name", PRFS)
def test_pseudorandom_bytes_are_the_same_on_both_sides(adyton, name, make):
    template, most = PRFS[name]
    keyset = (new_keyset(template) if make == "tink"
              else adyton("(lambda k: (k.rotate(), k.to_json()))(crypto.Keyring.generate(name))[1]", name=name))
    theirs = handle_of(keyset).primitive(prf.PrfSet)
    for length in (1, 11, most):
        for text in TEXTS:
            assert adyton("crypto.Prf(keyring(keyset)).compute_primary(text, length)", keyset=keyset,
                          text=text, length=length) == theirs.primary().compute(text, length)
    for key_id, each in theirs.all().items():
        assert adyton("crypto.Prf(keyring(keyset)).compute(key_id, b'x', 9)", keyset=keyset,
                      key_id=key_id) == each.compute(b"x", 9)


@pytest.mark.parametrize("make", ["adyton", "tink", "adyton, raw", "tink, raw"])
@pytest.mark.parametrize("name", SIGNATURES)
def test_signatures_verify_on_the_other_side(adyton, name, make):
    keyset = (new_keyset(SIGNATURES[name]) if make.startswith("tink")
              else adyton("new_keyring(name).to_json()", name=name))
    keyset = raw(keyset) if make.endswith("raw") else keyset
    handle = handle_of(keyset)
    public = adyton("keyring(keyset).public().to_json()", keyset=keyset)
    their_public = json_proto_keyset_format.serialize_without_secret(handle.public_keyset_handle())
    assert json.loads(public) == json.loads(their_public)
    verifier = json_proto_keyset_format.parse_without_secret(public).primitive(signature.PublicKeyVerify)
    verify = "done(crypto.Verifier(keyring(public)).verify(signed, text))"
    for text in TEXTS * 3:  # DER is of several lengths
        signed = adyton("crypto.Signer(keyring(keyset)).sign(text)", keyset=keyset, text=text)
        verifier.verify(signed, text)
        with pytest.raises(tink.TinkError):
            verifier.verify(signed, text + b"x")
        signed = handle.primitive(signature.PublicKeySign).sign(text)
        for keys in (public, their_public, keyset):
            assert adyton(verify, public=keys, signed=signed, text=text)
        with pytest.raises(AdytonError, match="verification failed"):
            adyton(verify, public=public, signed=signed, text=text + b"x")
