"""The Python step, through whole runs of `adyton run`."""

import json
import os
import pathlib
import signal
import subprocess
import sys
import textwrap
import time

import pytest

CHECKOUT = pathlib.Path(__file__).resolve().parents[2]
ADYTON = os.environ.get("ADYTON", sys.executable)

JOB = """
[job]
name = "scripted"

[source]
files = ["in.ndjson"]

[[step]]
use = "python"
call = "step.py:step"

[sink]
files = "{sink}"

[dead_letter]
file = "dead.ndjson"
plain = true
"""


class Job:
    """A folder with a script, a job file and an input."""

    def __init__(self, folder):
        self.folder = folder

    def prepare(self, script, text, sink="out.ndjson"):
        (self.folder / "step.py").write_text(textwrap.dedent(script))
        (self.folder / "in.ndjson").write_bytes(text)
        (self.folder / "job.toml").write_text(JOB.replace("{sink}", sink))

    def run(self, script, text, sink="out.ndjson", code=0):
        self.prepare(script, text, sink)
        done = subprocess.run([ADYTON, "run", "--summary", "json", "job.toml"], cwd=self.folder,
                              capture_output=True, timeout=120)
        assert done.returncode == code, (done.returncode, done.stdout, done.stderr)
        self.stdout, self.stderr = done.stdout, done.stderr.decode()
        if code == 0:
            lines = (self.stderr if sink == "-" else done.stdout.decode()).splitlines()
            self.summary = json.loads(next(line for line in lines if line.startswith("{")))
        return self

    def output(self):
        return (self.folder / "out.ndjson").read_bytes()

    def dead(self):
        return [json.loads(line) for line in (self.folder / "dead.ndjson").read_text().splitlines()]

    def counts(self):
        """(read, fanned_out, written, dropped, dead), checked to add up."""
        got = tuple(self.summary[name] for name in ("read", "fanned_out", "written", "dropped", "dead"))
        assert got[0] + got[1] == got[2] + got[3] + got[4]
        return got


@pytest.fixture
def job(tmp_path):
    return Job(tmp_path)


ODD = (b'\xef\xbb\xbf {"b" : 1.50,"a":[ 1,2 ] , "n\\u0061me":"\\u00e9"}  \r\n'
       b"\n"
       b'{"x": 1e2, "x":-0}\n'
       b" \t \n"
       b'[1, {"a": 1 }]\r\n'
       b"null\n"
       b' "text" \n'
       b'{"z":"last"}')


def test_records_that_are_returned_as_they_came_keep_every_byte(job):
    job.run("def step(record):\n    return record\n", ODD)
    assert job.output() == ODD
    assert job.counts() == (6, 0, 6, 0, 0)


def test_records_that_are_only_read_keep_every_byte(job):
    job.run("""
        def step(record):
            if hasattr(record, "keys"):
                list(record.items())
            elif hasattr(record, "append"):
                [element for element in record]
            return record
        """, ODD)
    assert job.output() == ODD


def test_a_field_that_is_set_changes_its_own_bytes_alone(job):
    job.run("""
        def step(record):
            if isinstance(record, dict) or hasattr(record, "keys"):
                record["b"] = {"new": True}
                if "a" in record:
                    record["a"][0] = "one"
            return record
        """, b' {"b" : 1.50,"a":[ 1,2 ] , "n\\u0061me":"\\u00e9"}  \r\n\n[1]\n{"c": 1.0}')
    assert job.output() == (b' {"b" : {"new":true},"a":[ "one",2 ] , "n\\u0061me":"\\u00e9"}  \r\n\n[1]\n'
                            b'{"c": 1.0,"b":{"new":true}}')


def test_what_stands_before_the_first_changed_record_stays(job):
    text = b'\xef\xbb\xbf\r\n{"n": 1}\n \n{"n": 2}\n\n{"n": 3}\n'
    job.run("""
        def step(record):
            if record["n"] == 2:
                return None
            if record["n"] == 3:
                record["n"] = 4
            return record
        """, text)
    assert job.output() == text.replace(b'{"n": 2}\n', b"").replace(b"3", b"4")


def test_none_drops_the_record_and_counts_it(job):
    job.run("def step(record):\n    return record if record['n'] % 2 else None\n",
            b'{"n":1}\n{"n":2}\n\n{"n": 3}\n')
    assert job.output() == b'{"n":1}\n\n{"n": 3}\n'
    assert job.counts() == (3, 0, 2, 1, 0)


@pytest.mark.parametrize("result, text", [
    ("{'a': record['a'], 'b': [1.5, None, True, 'é']}", '{"a":{ "x": 1.00 },"b":[1.5,null,true,"é"]}'),
    ("record['a']", '{ "x": 1.00 }'),
    ("'text'", '"text"'),
    ("17", "17"),
    ("False", "false"),
    ("2.0", "2.0"),
    ("record.to_python()", '{"a":{"x":1.0},"c":2}'),
    ("record.copy()", '{"a":{ "x": 1.00 },  "c":2}'),
])
def test_another_value_takes_the_place_of_the_record(job, result, text):
    job.run(f"def step(record):\n    return {result}\n", b'  {"a":{ "x": 1.00 },  "c":2}  \n')
    assert job.output() == text.encode() + b"\n"
    assert job.counts() == (1, 0, 1, 0, 0)


@pytest.mark.parametrize("body", [
    "return [{'n': n} for n in range(record['n'])]",
    "return tuple({'n': n} for n in range(record['n']))",
    "return ({'n': n} for n in range(record['n']))",
    "for n in range(record['n']):\n        record['n'] = n\n        yield record",
    "yield None\n    yield from [{'n': n} for n in range(record['n'])]\n    yield None",
])
def test_an_iterable_fans_out_into_a_record_each(job, body):
    job.run(f"def step(record):\n    {body}\n", b'\xef\xbb\xbf{"n":3}\r\n{"n":0}\n\n{"n":1}\n{"n":2}')
    assert job.output() == b'\xef\xbb\xbf{"n":0}\r\n{"n":1}\r\n{"n":2}\r\n\n{"n":0}\n{"n":0}\n{"n":1}'
    assert job.counts() == (4, 3, 6, 1, 0)


def test_a_record_whose_function_raises_is_a_dead_letter_with_its_traceback(job):
    job.run("""
        def helper(record):
            return record["absent"]

        def step(record):
            if record["n"] == 2:
                helper(record)
            return record
        """, b'{"n": 1}\n\n {"n": 2}\n{"n": 3}\n')
    assert job.output() == b'{"n": 1}\n\n{"n": 3}\n'
    assert job.counts() == (3, 0, 2, 0, 1)
    (dead,) = job.dead()
    assert (dead["line"], dead["step"], dead["reason"]) == (3, 1, "exception")
    assert dead["detail"] == "KeyError: 'absent'"
    assert dead["record"] == ' {"n": 2}'
    assert dead["traceback"].count("File ") == 2
    assert "in helper" in dead["traceback"] and "step.py" in dead["traceback"]


def test_nothing_of_a_generator_that_raises_is_written(job):
    job.run("""
        def step(record):
            yield {"n": 1}
            yield {"n": 2}
            if record["n"]:
                raise RuntimeError("broken " + "x" * 100000)
        """, b'{"n": 0}\n{"n": 1}\n{"n": 0}\n')
    assert job.output() == b'{"n":1}\n{"n":2}\n' * 2
    assert job.counts() == (3, 2, 4, 0, 1)
    (dead,) = job.dead()
    assert dead["detail"].startswith("RuntimeError: broken xxx") and len(dead["detail"]) < 1000
    assert len(dead["traceback"]) < 10000


@pytest.mark.parametrize("result, why", [
    ("{1, 2}", "TypeError: an object of type set is not JSON"),
    ("b'bytes'", "TypeError: an object of type bytes is not JSON"),
    ("float('nan')", "ValueError: NaN and infinities are not JSON"),
    ("[1, object()]", "TypeError: an object of type object is not JSON"),
    ("{(1, 2): 3}", "TypeError: a key of type tuple is not JSON"),
    ("cycle()", "ValueError: nested more than 1024 deep, or in itself"),
    ("changed(record)", "TypeError: an object of type set is not JSON"),
])
def test_a_result_that_is_not_json_makes_the_record_a_dead_letter(job, result, why):
    job.run(f"""
        def cycle():
            value = {{}}
            value["self"] = value
            return value

        def changed(record):
            record["inner"] = inner = {{}}
            inner["later"] = {{1}}
            return record

        def step(record):
            return {result} if record["n"] == 1 else record
        """, b'{"n": 0}\n{"n": 1}\n{"n": 2}\n')
    assert job.output() == b'{"n": 0}\n{"n": 2}\n'
    (dead,) = job.dead()
    assert (dead["reason"], dead["detail"]) == ("result", why)


def test_a_value_that_is_not_json_is_refused_where_it_is_assigned(job):
    job.run("""
        def step(record):
            record["when"] = {"at": object()}
            return record
        """, b"{}\n")
    (dead,) = job.dead()
    assert dead["detail"] == "TypeError: cannot set 'when': an object of type object is not JSON"
    assert 'record["when"] =' in dead["traceback"]


def test_broken_lines_are_dead_before_the_script_sees_them(job):
    job.run("""
        seen = 0
        def step(record):
            global seen
            seen += 1
            return {"seen": seen}
        """, b'{"a":1}\n{"a":}\n"\xff"\n{"b":2}\n')
    assert job.output() == b'{"seen":1}\n{"seen":2}\n'
    assert [(entry["line"], entry["reason"]) for entry in job.dead()] == [(2, "syntax"), (3, "encoding")]


def test_print_goes_to_standard_error_where_the_records_go_to_standard_output(job):
    job.run("def step(record):\n    print('seen', record['n'])\n    return record\n", b'{"n": 1}\n', sink="-")
    assert job.stdout == b'{"n": 1}\n'
    assert "seen 1" in job.stderr


def test_print_goes_to_standard_output_otherwise(job):
    job.run("def step(record):\n    print('seen', record['n'])\n    return record\n", b'{"n": 1}\n')
    assert b"seen 1\n" in job.stdout


def test_the_script_is_a_module_beside_its_own_modules_and_adytons(job):
    (job.folder / "beside.py").write_text("FACTOR = 10\n")
    job.run("""
        import sys
        import adyton.json
        import adyton.crypto
        import beside
        from adyton import Record

        def step(record):
            assert isinstance(record, Record)
            return {"name": __name__, "path": sys.path[0], "n": record["n"] * beside.FACTOR,
                    "dumps": adyton.json.dumps(record.to_python()), "main": sys.modules["__main__"] is None}
        """, b'{"n": 1}\n')
    result = json.loads(job.output())
    assert result == {"name": "step", "path": str(job.folder), "n": 10, "dumps": '{"n": 1}', "main": False}


def test_state_is_kept_from_record_to_record_in_input_order(job):
    job.run("""
        before = []
        def step(record):
            before.append(record["n"])
            record["before"] = len(before)
            return record
        """, b"".join(b'{"n": %d}\n' % n for n in range(100_000)))
    lines = job.output().splitlines()
    assert len(lines) == 100_000
    assert all(line == b'{"n": %d,"before":%d}' % (n, n + 1) for n, line in enumerate(lines))


def test_records_that_the_script_keeps_stay_readable(job):
    job.run("""
        import gc
        kept = []
        def step(record):
            kept.append(record["inner"])
            if len(kept) == 50_000:
                gc.collect()
                assert [inner["n"] for inner in kept] == list(range(50_000))
                return {"sum": sum(inner["n"] for inner in kept)}
        """, b"".join(b'{"inner": {"n": %d, "pad": "%s"}}\n' % (n, b"x" * 50) for n in range(50_000)))
    assert job.output() == b'{"sum":1249975000}\n'


@pytest.mark.parametrize("script, message", [
    ("import absent_module\ndef step(record): pass\n", "No module named 'absent_module'"),
    ("def step(record:\n", "SyntaxError"),
    ("raise ValueError('at import')\ndef step(record): pass\n", "ValueError: at import"),
    ("async def step(record):\n    return record\n", "async"),
    ("async def step(record):\n    yield record\n", "async"),
    ("step = 5\n", "not a function"),
])
def test_a_script_that_cannot_be_used_is_an_error_of_the_job(job, script, message):
    job.run(script, b"{}\n", code=78)
    assert message in job.stderr and "step.py" in job.stderr
    assert not (job.folder / "out.ndjson").exists()


def test_the_traceback_of_a_failed_import_shows_the_script_alone(job):
    job.run("def broken():\n    return 1 / 0\nbroken()\ndef step(record): pass\n", b"{}\n", code=78)
    assert "in broken" in job.stderr and "ZeroDivisionError: division by zero" in job.stderr
    assert "importlib" not in job.stderr


def test_a_script_with_the_name_of_a_standard_module_is_refused(job):
    job.prepare("", b"{}\n")
    (job.folder / "json.py").write_text("def step(record):\n    return record\n")
    toml = (job.folder / "job.toml").read_text().replace("step.py:step", "json.py:step")
    (job.folder / "job.toml").write_text(toml)
    done = subprocess.run([ADYTON, "run", "job.toml"], cwd=job.folder, capture_output=True, text=True, timeout=60)
    assert done.returncode == 78
    assert "rename" in done.stderr


def test_sys_exit_ends_the_run_and_publishes_nothing(job):
    job.run("import sys\ndef step(record):\n    sys.exit('no licence')\n", b"{}\n", code=1)
    assert "no licence" in job.stderr
    assert not (job.folder / "out.ndjson").exists()


def test_keyboard_interrupt_stops_the_run_and_publishes_nothing(job):
    job.run("def step(record):\n    raise KeyboardInterrupt\n", b"{}\n", code=75)
    assert not (job.folder / "out.ndjson").exists()


@pytest.mark.parametrize("busy", ["while True: pass", "time.sleep(60)"])
def test_control_c_interrupts_a_script_that_does_not_return(job, busy):
    job.prepare(f"""
        import pathlib, time
        def step(record):
            pathlib.Path("started").touch()
            {busy}
        """, b"{}\n")
    process = subprocess.Popen([ADYTON, "run", "--quiet", "job.toml"], cwd=job.folder, stderr=subprocess.PIPE)
    deadline = time.monotonic() + 30
    while not (job.folder / "started").exists():
        assert time.monotonic() < deadline and process.poll() is None
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    _, stderr = process.communicate(timeout=30)
    assert process.returncode == 75, stderr
    assert not (job.folder / "out.ndjson").exists()


def test_atexit_functions_run_and_output_is_flushed_at_the_end(job):
    job.run("""
        import atexit, sys
        atexit.register(lambda: print("at the end"))
        def step(record):
            sys.stdout.write("no newline")
            return record
        """, b"{}\n")
    assert b"no newlineat the end\n" in job.stdout


def test_two_steps_may_call_two_functions_of_one_script(job):
    job.prepare("""
        loads = 0
        loads += 1
        def step(record):
            record["first"] = loads
            return record
        def second(record):
            record["second"] = record["first"] + loads
            yield record
            yield record
        """, b'{"n": 1}\n')
    toml = (job.folder / "job.toml").read_text()
    step = toml[toml.index("[[step]]"):toml.index("[sink]")]
    (job.folder / "job.toml").write_text(toml.replace("[sink]", step.replace(":step", ":second") + "[sink]"))
    done = subprocess.run([ADYTON, "run", "--quiet", "job.toml"], cwd=job.folder, capture_output=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert job.output() == b'{"n": 1,"first":1,"second":2}\n' * 2


def test_native_steps_work_on_what_a_script_made(job):
    job.prepare("""
        def step(record):
            for n in range(3):
                record["n"] = n
                yield record
        """, b' {"secret": 1, "keep" : 2}\r\n{"secret":2}')
    toml = (job.folder / "job.toml").read_text()
    drop = '[[step]]\nuse = "drop"\nfields = ["/secret"]\n\n'
    (job.folder / "job.toml").write_text(toml.replace("[sink]", drop + "[sink]"))
    done = subprocess.run([ADYTON, "run", "--quiet", "job.toml"], cwd=job.folder, capture_output=True, timeout=60)
    assert done.returncode == 0, done.stderr
    lines = [json.loads(line) for line in job.output().splitlines()]
    assert lines == [{"keep": 2, "n": n} for n in range(3)] + [{"n": n} for n in range(3)]


def test_the_example_that_makes_records_of_order_lines(job):
    orders = (b'{"id": "A", "lines": [ {"sku": "x", "quantity": 2, "price": 1.50e2}, {"sku":"y","quantity":1,"price":5} ],'
              b' "total": 305}\n{"id": "B", "lines": [], "total": 1}\n')
    (job.folder / "in.ndjson").write_bytes(orders)
    for function in ("check_total", "lines"):
        text = JOB.replace("{sink}", function).replace("step.py:step", f"{CHECKOUT}/scripts/order_lines.py:{function}")
        (job.folder / "job.toml").write_text(text.replace("dead.ndjson", f"{function}.dead"))
        done = subprocess.run([ADYTON, "run", "--quiet", "job.toml"], cwd=job.folder, capture_output=True, timeout=60)
        assert done.returncode == 0, done.stderr
    assert (job.folder / "check_total").read_bytes() == orders.replace(
        b"305}", b'305,"total_is_right":true}').replace(b": 1}", b': 1,"total_is_right":false}')
    assert (job.folder / "lines").read_bytes() == (
        b'{"sku": "x", "quantity": 2, "price": 1.50e2,"order":"A","position":1}\n'
        b'{"sku":"y","quantity":1,"price":5,"order":"A","position":2}\n')
