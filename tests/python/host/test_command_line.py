"""adyton is python: the same command lines in both, with the same results."""

import os
import signal
import subprocess
import sys

import pytest

SAME = {
    "code": ["-c", "import sys; print(sys.argv)", "a", "-b"],
    "module": ["-m", "base64", "-t"],
    "optimised": ["-O", "-c", "print(__debug__)"],
    "warnings as errors": ["-W", "error", "-c", "import warnings; warnings.warn('x')"],
    "X option": ["-X", "utf8=1", "-c", "import sys; print(sys.flags.utf8_mode, sys._xoptions)"],
    "isolated": ["-I", "-c", "import sys; print(sys.flags.isolated, sys.path)"],
    "no site": ["-S", "-c", "import sys; print(sys.path)"],
    "path": ["-c", "import sys; print(sys.path, sys.prefix, sys.exec_prefix)"],
    "flags": ["-bb", "-E", "-s", "-u", "-B", "-c", "import sys; print(sys.flags)"],
    "exit by number": ["-c", "raise SystemExit(7)"],
    "exit by text": ["-c", "raise SystemExit('gone')"],
    "exit in a child": ["-c", "import os; os._exit(3)"],
    "exception": ["-c", "1/0"],
    "syntax error": ["-c", "a b"],
    "interrupt": ["-c", "raise KeyboardInterrupt"],
    "missing file": ["no-such-file.py"],
    "missing module": ["-m", "no_such_module"],
    "unknown option": ["--no-such-option"],
    "missing argument": ["-c"],
    "version": ["-V"],
    "help": ["-h"],
    "standard input": ["-"],
    "encodings": ["-c", "import sys; print(sys.stdout.encoding, sys.getfilesystemencoding())"],
    "threads at exit": ["-c", "import threading, time\n"
                              "threading.Thread(target=lambda: (time.sleep(.05), print(1))).start()"],
    "atexit": ["-c", "import atexit; atexit.register(print, 'bye'); raise SystemExit(4)"],
}


def outcome(program, arguments, **options):
    done = program(*arguments, **options)
    name = program.path
    return done.returncode, done.stdout.replace(name, "EXE"), done.stderr.replace(name, "EXE")


@pytest.mark.parametrize("arguments", SAME.values(), ids=SAME)
def test_gives_what_python_gives(adyton, reference, arguments, tmp_path):
    assert outcome(adyton, arguments, cwd=tmp_path) == outcome(reference, arguments, cwd=tmp_path)


@pytest.mark.parametrize("arguments", [["-c", "import sys; print(sys.argv)", "x"], ["-V"], ["-"], []])
def test_python_in_front_changes_nothing(adyton, arguments):
    options = {"input": "print(6 * 7)\n"}
    assert outcome(adyton, ["python", *arguments], **options) == outcome(adyton, arguments, **options)


def test_standard_input_is_a_program(adyton):
    assert adyton("-", "x", input="import sys; print(sys.argv)").stdout == "['-', 'x']\n"
    assert adyton(input="print(1 + 1)").stdout == "2\n"


def test_script_sees_its_own_folder_and_arguments(adyton, reference, tmp_path):
    script = tmp_path / "script.py"
    script.write_text("import sys; print(sys.argv, sys.path[0], __name__, __file__)")
    assert outcome(adyton, [script, "--help"]) == outcome(reference, [script, "--help"])


def test_arguments_that_are_not_utf8_survive(adyton, tmp_path):
    code = "import os, sys; print(os.fsencode(sys.argv[1]))"
    done = subprocess.run([adyton.path.encode(), b"-c", code.encode(), b"\xff\xfe"],
                          capture_output=True, text=True)
    assert done.stdout == "b'\\xff\\xfe'\n"


def test_executable_and_original_arguments_start_it_again(adyton):
    code = "import sys; print(sys.executable, *sys.orig_argv[:-1], sep='|')"
    assert adyton("-c", code).stdout.strip().split("|") == [adyton.path, adyton.path, "-c"]
    python = adyton("python", "-c", code).stdout.strip().split("|")
    assert python == [adyton.path, adyton.path, "python", "-c"]


def test_executable_is_found_on_the_path(adyton):
    folder = os.path.dirname(adyton.path)
    done = subprocess.run(["adyton", "-c", "import sys; print(sys.executable)"],
                          env=os.environ | {"PATH": folder}, capture_output=True, text=True)
    assert done.stdout.strip() == adyton.path


def test_uncaught_interrupt_ends_the_process_by_signal(adyton):
    code = "import os, signal, time; os.kill(os.getpid(), signal.SIGINT); time.sleep(5)"
    assert adyton("-c", code).returncode == -signal.SIGINT
    shell = subprocess.run(["sh", "-c", '"$0" -c "raise KeyboardInterrupt"; echo $?', adyton.path],
                           capture_output=True, text=True)
    assert shell.stdout == "130\n"


def test_broken_pipe_is_an_error_as_in_python(adyton, reference):
    def run(program):
        shell = '{ "$0" -c "print(\'x\\n\' * 100000)"; echo $? >&2; } | head -c 1 >/dev/null'
        return subprocess.run(["sh", "-c", shell, program.path], capture_output=True, text=True).stderr
    assert run(adyton) == run(reference)
    assert "BrokenPipeError" in run(adyton)


def test_file_named_like_a_command_is_started_by_its_path(adyton, tmp_path):
    (tmp_path / "help").write_text("print('a script')")
    assert adyton("./help", cwd=tmp_path).stdout == "a script\n"
    assert adyton("python", "help", cwd=tmp_path).stdout == "a script\n"
    assert "usage: adyton" in adyton("help", cwd=tmp_path).stdout


def test_name_that_begins_with_python_is_nothing_but_python(adyton, tmp_path):
    link = tmp_path / "python3.99"
    link.symlink_to(adyton.path)
    def run(*arguments):
        return subprocess.run([link, *arguments], capture_output=True, text=True, cwd=tmp_path)
    assert run("--version").stdout == "Python {}.{}.{}\n".format(*sys.version_info[:3])
    assert "can't open file" in run("help").stderr
    assert run("python").returncode == 2


def test_typing_mistake_in_a_command_gets_a_hint_after_pythons_error(adyton, tmp_path):
    done = adyton("halp", cwd=tmp_path)
    assert done.returncode == 2
    first, hint = done.stderr.splitlines()
    assert "can't open file" in first and hint == "adyton: did you mean the command help?"
    for arguments in (["halp.py"], ["./halp"], ["python", "halp"], ["quite-different"]):
        assert "did you mean" not in adyton(*arguments, cwd=tmp_path).stderr


def test_help_lists_the_commands(adyton):
    done = adyton("--help")
    assert done.returncode == 0 and done.stderr == ""
    assert done.stdout.startswith("usage: adyton") and "\n  python " in done.stdout
    assert adyton("help").stdout == done.stdout
    unknown = adyton("help", "no-such-command")
    assert unknown.returncode == 2 and "no-such-command" in unknown.stderr


def listed_commands(adyton):
    """{name: summary} of the commands in `adyton --help`."""
    text = adyton("--help").stdout.partition("commands:\n")[2].partition("\n\n")[0]
    lines = [line.split(maxsplit=1) for line in text.splitlines()]
    assert len(lines) == len(dict(lines)), "a name occurs twice"
    return dict(lines)


def test_commands_have_a_summary_that_fits_a_line(adyton):
    commands = listed_commands(adyton)
    assert {"run", "check", "keys", "python", "help"} <= set(commands)
    assert all(len(summary) <= 80 and not summary.endswith(".") for summary in commands.values())


def test_every_command_has_a_help_and_none_starts_python(adyton):
    environment = os.environ | {"PYTHONVERBOSE": "1"}
    assert "import" in adyton("-c", "pass", env=environment).stderr
    native = listed_commands(adyton).keys() - {"python", "help"}
    for arguments in [["--version"], ["--help"], *([name, "--help"] for name in native)]:
        done = adyton(*arguments, env=environment)
        assert (done.returncode, done.stderr) == (0, ""), arguments
        assert done.stdout
        if arguments[-1] == "--help" and len(arguments) == 2:
            assert done.stdout == adyton("help", arguments[0]).stdout


def test_version_names_everything_that_is_built_in(adyton):
    lines = adyton("--version").stdout.splitlines()
    assert lines[0] == "Python {}.{}.{}".format(*sys.version_info[:3])
    names = [line.split(" ")[0] for line in lines]
    assert names[1:5] == ["Adyton", "Boost", "Crypto++", "IPsec-MB"]
    assert lines[5].startswith("CPU features in use: ")


def test_no_warning_about_libraries(adyton, tmp_path):
    # Far from any lib/python3.x: found by the prefix Python was configured with.
    link = tmp_path / "adyton"
    link.symlink_to(adyton.path)
    done = subprocess.run([link, "-c", "pass"], env={}, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
