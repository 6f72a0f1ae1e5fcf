"""Runs every job of config/ on generated customer events, and every script of scripts/."""

import base64
import collections
import hashlib
import json
import shutil
import subprocess

import pytest
from conftest import ROOT

RECORDS = 600
BROKEN = 6
TABLE = 'id,name,email,city\r\n1,"Ünal, Zoë",zoe@example.com,Köln\r\n2,"Bo ""B""",,\r\n'.encode()
CONFIGS = sorted(path.name for path in (ROOT / "config").glob("*.toml") if ".test." not in path.name)


@pytest.fixture
def customers(run, root, tmp_path, monkeypatch):
    """A folder with customers.ndjson (RECORDS events, BROKEN of them broken), subscribers.ndjson, keys,
    and the jobs."""
    for folder in ("config", "scripts"):
        (tmp_path / folder).symlink_to(root / folder)
    run(f"adyton scripts/make_customers.py --records {RECORDS} --broken {BROKEN} customers.ndjson")
    run("mkdir keys && adyton keys new keys/pii.json")
    run("adyton keys new keys/tokens.json --type aes256-siv")
    recipient = run("adyton keys identity -o keys/audit.txt 2>/dev/null").strip()
    monkeypatch.setenv("AUDIT_RECIPIENT", recipient)
    (tmp_path / "customers.csv").write_bytes(TABLE)
    events = [parse(line) for line in lines_of(tmp_path / "customers.ndjson")]
    emails = [event["customer"].get("email", "") for event in events if isinstance(event, dict)]
    subscribers = [{"email": email, "since": 2021} for email in emails[::7]] + [{"email": "else@example.com"}]
    (tmp_path / "subscribers.ndjson").write_text("".join(json.dumps(each) + "\n" for each in subscribers))
    return tmp_path


def lines_of(path):
    return path.read_bytes().splitlines(keepends=True)


def broken_lines(run):
    """The numbers of the lines that the generator breaks."""
    text = run(f"adyton scripts/make_customers.py --records {RECORDS} --broken {BROKEN} again.ndjson")
    return [int(line.split("line ")[1].split(":")[0]) for line in text.splitlines()[1:]]


@pytest.mark.parametrize("name", CONFIGS)
def test_every_job_checks_once_its_input_is_there(name, customers, run):
    (customers / "protected").mkdir()
    (customers / "protected/customers.ndjson").touch()
    if name == "protect-customers.toml":
        shutil.rmtree(customers / "protected")
    run(["adyton", "check", f"config/{name}"])


def test_every_job_is_run_by_a_test_of_this_file():
    assert CONFIGS == ["decrypt-customers.toml", "decrypt-for-audit.toml", "join-tokens.toml",
                       "protect-customers.toml", "protect-table.toml", "rotate-keys.toml",
                       "score-customers.toml"]


def test_protected_and_decrypted_again_the_events_are_byte_for_byte_what_they_were(customers, run):
    run("adyton run config/protect-customers.toml")
    run("adyton run config/decrypt-customers.toml")
    broken = set(broken_lines(run))
    sound = [line for n, line in enumerate(lines_of(customers / "customers.ndjson"), 1) if n not in broken]
    assert len(sound) == RECORDS - BROKEN
    assert lines_of(customers / "decrypted/customers.ndjson") == sound
    run("adyton scripts/compare_records.py customers.ndjson decrypted/customers.ndjson")


def test_the_cases_beside_a_job_pass(customers, run):
    for path in (ROOT / "config").glob("*.test.toml"):
        assert "passed" in run(["adyton", "test", f"config/{path.name.replace('.test', '')}"])


def test_protecting_changes_the_protected_fields_and_nothing_else(customers, run):
    run("adyton run config/protect-customers.toml")
    originals = iter(lines_of(customers / "customers.ndjson"))
    for line in lines_of(customers / "protected/customers.ndjson"):
        after = json.loads(line)
        before = next(
            event
            for event in map(parse, originals)
            if isinstance(event, dict) and event["id"] == after["id"]
        )
        assert len(after["customer"]["phones"]) == len(before["customer"]["phones"])
        for value in personal_values(after):
            assert value not in set(personal_values(before))
        assert without_personal_fields(after) == without_personal_fields(before)


def parse(line):
    try:
        return json.loads(line)
    except ValueError:
        return None


def personal_values(event):
    customer = event["customer"]
    return [customer["name"], customer["email"], *customer["phones"], event["payment"]["card"]]


def without_personal_fields(event):
    customer = {k: v for k, v in event["customer"].items() if k not in ("name", "email", "phones")}
    payment = {k: v for k, v in event["payment"].items() if k != "card"}
    return {**event, "customer": customer, "payment": payment}


def test_the_broken_events_are_dead_letters_without_their_text(customers, run):
    run("adyton run config/protect-customers.toml")
    dead = lines_of(customers / "protected/dead.ndjson")
    assert sorted(json.loads(line)["line"] for line in dead) == broken_lines(run)
    for line in dead:
        assert b"example." not in line and b"evt-" not in line


def test_a_table_is_protected_in_two_columns_and_comes_back_byte_for_byte(customers, run):
    run("adyton run config/protect-table.toml")
    rows = run("zstd -dc protected/customers.csv.zst").splitlines()
    assert rows[0] == "id,name,email,city" and len(rows) == 3
    assert rows[1].startswith("1,") and rows[1].endswith(",Köln")
    assert "Zoë" not in rows[1] and "example" not in rows[1]
    text = (customers / "config/protect-table.toml").read_text().replace('"encrypt"', '"decrypt"')
    text = text.replace("customers.csv", "protected/customers.csv.zst").replace("protected/{stem}.csv.zst", "back.csv")
    (customers / "back.toml").write_text(text.replace("protected/table-dead", "dead"))
    run("adyton run back.toml")
    assert (customers / "back.csv").read_bytes() == TABLE


def test_the_score_job_keeps_what_it_names_and_scores_each_event(customers, run):
    run("adyton run config/score-customers.toml")
    run("zstd -q -d scored/customers.ndjson.zst -o scored.ndjson")
    rows = [json.loads(line) for line in lines_of(customers / "scored.ndjson")]
    assert rows
    for row in rows:
        assert set(row) == {"id", "time", "action", "payment", "score", "origin"}
        assert set(row["payment"]) == {"amount", "currency"}
        assert row["origin"] == "score-customers"
        assert 0 <= row["score"] <= 10
        assert row["action"] != "view"
    counts = collections.Counter(row["action"] for row in rows)
    assert set(counts) == {"login", "basket", "purchase", "refund", "support"}


def test_the_generator_gives_the_same_bytes_for_the_same_seed_on_every_machine(run, tmp_path, root):
    script = root / "scripts/make_customers.py"
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        run(["adyton", str(script), "--records", "500", "--seed", str(seed), name])
    a, b, c = ((tmp_path / name).read_bytes() for name in "abc")
    assert a == b
    assert a != c
    assert hashlib.sha256(a).hexdigest() == (
        "98db5032a92a6e51015b88c49586a69217cbdebf2ac975dc55a73408a2cab070"
    )


def test_no_two_events_are_alike(run, tmp_path, root):
    run(["adyton", str(root / "scripts/make_customers.py"), "--records", "5000", "--broken", "0", "a"])
    events = [json.loads(line) for line in lines_of(tmp_path / "a")]
    assert len({event["id"] for event in events}) == 5000
    assert len({event["customer"]["email"] for event in events}) == 5000
    for event in events:
        assert luhn_sum(event["payment"]["card"]) % 10 == 0


def luhn_sum(number):
    doubled = [int(d) * 2 if i % 2 else int(d) for i, d in enumerate(reversed(number))]
    return sum(d - 9 if d > 9 else d for d in doubled)


def key_ids(run):
    """The ids in keys/pii.json: the primary's, and the others'."""
    keys = json.loads(run("adyton keys list --json keys/pii.json"))["keys"]
    primary = [key["id"] for key in keys if key["primary"]]
    return primary[0], [key["id"] for key in keys if not key["primary"]]


def ids_of_ciphertexts(path):
    """The key ids of all personal values of a file."""
    values = [value for line in lines_of(path) for value in personal_values(json.loads(line))]
    return {int.from_bytes(base64.urlsafe_b64decode(value[:8])[1:5], "big") for value in values}


def test_after_a_rotation_every_value_is_under_the_primary_key_and_the_old_key_can_go(customers, run):
    run("adyton run config/protect-customers.toml")
    (old,) = ids_of_ciphertexts(customers / "protected/customers.ndjson")
    run("adyton keys rotate keys/pii.json")
    run("adyton run config/rotate-keys.toml")
    primary, others = key_ids(run)
    assert others == [old] and ids_of_ciphertexts(customers / "rotated/customers.ndjson") == {primary}
    run(f"adyton keys destroy keys/pii.json {old}")
    for line in lines_of(customers / "rotated/customers.ndjson"):
        assert b"example." not in line
    decrypt = (customers / "config/decrypt-customers.toml").read_text()
    (customers / "decrypt.toml").write_text(decrypt.replace("protected/customers", "rotated/customers"))
    run("adyton run decrypt.toml")
    run("adyton scripts/compare_records.py customers.ndjson decrypted/customers.ndjson")
    assert len(lines_of(customers / "decrypted/customers.ndjson")) == RECORDS - BROKEN


def test_tokens_join_the_lines_that_their_values_joined(customers, run):
    run("adyton run config/join-tokens.toml")
    fields = "customers.ndjson /customer/email", "subscribers.ndjson /email"
    events = [parse(line) for line in lines_of(customers / "customers.ndjson")]
    subscribed = {json.loads(line)["email"] for line in lines_of(customers / "subscribers.ndjson")}
    sound = lines_of(customers / "joinable/customers.ndjson")
    passed = {json.loads(line)["id"] for line in sound}
    wanted = {event["id"] for event in events if isinstance(event, dict)
              and event["customer"].get("email") in subscribed and event["id"] in passed}
    text = run(f"adyton scripts/join_records.py joinable/{fields[0]} joinable/{fields[1]}")
    pairs = [json.loads(line) for line in text.splitlines()[:-1]]
    assert {left["id"] for left, _ in pairs} == wanted and len(pairs) == len(wanted) > 80
    assert text.splitlines()[-1] == f"{len(pairs)} pairs"
    assert all(left["customer"]["email"] == right["email"] for left, right in pairs)


def test_nothing_passes_to_the_joined_files_but_tokens_and_what_is_named(customers, run):
    run("adyton run config/join-tokens.toml")
    for name in ("customers", "subscribers"):
        lines = lines_of(customers / f"joinable/{name}.ndjson")
        assert len(lines) > 80
        for line in lines:
            assert b"@" not in line and b"phone" not in line and b"card" not in line and b"name" not in line


def test_an_audit_opens_what_it_needs_under_whichever_key_and_leaves_evidence(customers, run):
    run("adyton run config/protect-customers.toml && adyton keys rotate keys/pii.json")
    run("adyton run config/decrypt-for-audit.toml")
    run("adyton open -i keys/audit.txt -o opened.ndjson audit/customers.ndjson.age")
    events = [parse(line) for line in lines_of(customers / "customers.ndjson")]
    before = {event["id"]: event for event in events if isinstance(event, dict)}
    opened = [json.loads(line) for line in lines_of(customers / "opened.ndjson")]
    protected = [json.loads(line) for line in lines_of(customers / "protected/customers.ndjson")]
    assert len(opened) == sum(event["payment"]["amount"] >= 200 for event in protected) > 5
    for event in opened:
        assert event["payment"] == before[event["id"]]["payment"] and event["payment"]["amount"] >= 200
        original = before[event["id"]]["customer"]
        assert event["customer"] == {"id": original["id"], "name": original["name"]}
    receipt = json.loads((customers / "audit/decrypt-for-audit.receipt.json").read_text())
    assert "sha256" in json.dumps(receipt["outputs"])
    told = run("adyton verify -i keys/audit.txt audit/decrypt-for-audit.receipt.json")
    assert "all is as it says" in told and "not counted" not in told
    names = [event["customer"]["name"].encode() for event in opened]
    for path in (customers / "audit").rglob("*"):
        assert path.is_dir() or not any(name in path.read_bytes() for name in names)


def test_what_an_audit_cannot_open_is_read_by_its_recipient_alone(customers, run):
    run("adyton run config/protect-customers.toml")
    path = customers / "protected/customers.ndjson"
    lines = [json.loads(line) for line in lines_of(path)]
    lines[0]["payment"]["amount"], lines[0]["payment"]["card"] = 300, "4111 in the clear"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    run("adyton run --set dead_letter.max_errors=1 config/decrypt-for-audit.toml")
    dead = (customers / "audit/dead.ndjson").read_text()
    assert len(dead.splitlines()) == 1 and "in the clear" not in dead
    shown = run("adyton dead-letter list -i keys/audit.txt --show-records audit/dead.ndjson")
    assert "4111 in the clear" in shown
    run("adyton keys identity -o keys/other.txt")
    run("adyton dead-letter list -i keys/other.txt --show-records audit/dead.ndjson", code=1)


@pytest.mark.parametrize("change, first_wrong", [("altered", 6), ("swapped", 7), ("invented", 10)])
def test_compare_records_notices_a_line_that_is_not_the_originals(change, first_wrong, run, tmp_path, root):
    lines = [b'{"n":%d}\n' % n for n in range(9)]
    (tmp_path / "a").write_bytes(b"".join(lines))
    (tmp_path / "b").write_bytes(b"".join(lines[:3] + lines[5:]))
    script = str(root / "scripts/compare_records.py")
    assert "7 lines" in run(["adyton", script, "a", "b"])
    if change == "altered":
        lines[5] = b'{"n": 5}\n'
    elif change == "swapped":
        lines[5], lines[6] = lines[6], lines[5]
    else:
        lines.append(b'{"n":9}\n')
    (tmp_path / "b").write_bytes(b"".join(lines))
    assert f"line {first_wrong}" in run(["adyton", script, "a", "b"], code=1)


def test_show_records_lays_out_the_first_record_of_each_file(run, tmp_path, root):
    (tmp_path / "a").write_text('{"name":"Ünal","n":1.50}\n{}\n', encoding="utf-8")
    (tmp_path / "b").write_text('{"other":null}\n', encoding="utf-8")
    text = run(["adyton", str(root / "scripts/show_records.py"), "a", "b"])
    assert '"name": "Ünal"' in text
    assert '"other": null' in text


def test_every_script_says_what_it_does_and_how_it_is_called(root):
    for path in (root / "scripts").glob("*.py"):
        first = path.read_text(encoding="utf-8").split('"""')[1]
        assert len(first.split()) >= 5, path


@pytest.mark.parametrize("name", ["make_customers.py", "show_records.py", "compare_records.py", "join_records.py"])
def test_a_script_called_without_its_arguments_says_how_it_is_called(name, program, root):
    done = subprocess.run([program, root / "scripts" / name], capture_output=True)
    assert done.returncode != 0
    assert name.encode() in done.stderr
