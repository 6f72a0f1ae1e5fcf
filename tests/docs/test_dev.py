"""./dev against a make-believe dpkg and apt: what it installs, says, and leaves alone."""

import os
import re
import shutil
import stat
import subprocess

import pytest

TOOLS = {
    "dpkg-query": """#!/bin/bash
grep -qx -- "${@: -1}" missing && exit 1
printf installed
""",
    "apt-get": """#!/bin/bash
echo "$@" >> calls
case " $* " in
  *" install "*) [ ! -e no_network ] || { echo "E: nothing resolves"; exit 100; }; : > missing ;;
  *) [ ! -e no_network ] && [ ! -e no_lists ] ;;
esac
""",
    "id": """#!/bin/bash
cat user
""",
    "sudo": """#!/bin/bash
echo "sudo" >> calls
"$@"
""",
}


@pytest.fixture
def machine(tmp_path, root):
    """A folder with a copy of dev and a PATH of make-believe tools; root's, with nothing missing."""
    shutil.copy(root / "dev", tmp_path / "dev")
    (tmp_path / "bin").mkdir()
    for name, text in TOOLS.items():
        tool = tmp_path / "bin" / name
        tool.write_text(text)
        tool.chmod(tool.stat().st_mode | stat.S_IXUSR)
    (tmp_path / "missing").write_text("")
    (tmp_path / "user").write_text("0\n")
    (tmp_path / "calls").write_text("")
    return tmp_path


def dev(machine, *arguments):
    environment = {"PATH": f"{machine}/bin:/usr/bin:/bin"}
    return subprocess.run(
        [machine / "dev", *arguments], cwd="/", env=environment, capture_output=True, text=True
    )


def calls(machine):
    return (machine / "calls").read_text().splitlines()


def test_where_nothing_is_missing_apt_is_not_called(machine):
    done = dev(machine, "setup")
    assert done.returncode == 0
    assert calls(machine) == []


def test_what_is_missing_is_named_with_its_reason_and_installed_alone(machine):
    (machine / "missing").write_text("cmake\nzstd\n")
    done = dev(machine, "setup")
    assert done.returncode == 0, done.stderr
    assert re.search(r"^ +cmake +configures the build$", done.stdout, re.MULTILINE)
    assert re.search(r"^ +zstd +\w", done.stdout, re.MULTILINE)
    update, install = calls(machine)
    assert update.endswith(" update")
    assert install.endswith(" install -y --no-install-recommends cmake zstd")


def test_each_command_sets_up_only_what_it_needs(machine):
    (machine / "missing").write_text("cmake\nzstd\nclang-format\n")
    dev(machine, "format")
    assert calls(machine)[1].endswith(" clang-format")


def test_a_user_goes_through_sudo(machine):
    (machine / "missing").write_text("cmake\n")
    (machine / "user").write_text("1000\n")
    assert dev(machine, "setup").returncode == 0
    assert calls(machine).count("sudo") == 2


def test_without_a_network_dev_shows_what_apt_said_and_fails(machine):
    (machine / "missing").write_text("cmake\n")
    (machine / "no_network").write_text("")
    done = dev(machine, "setup")
    assert done.returncode == 1
    assert "nothing resolves" in done.stderr
    assert "could not install: cmake" in done.stderr


def test_lists_that_cannot_be_renewed_do_not_stop_an_installation(machine):
    (machine / "missing").write_text("cmake\n")
    (machine / "no_lists").write_text("")
    done = dev(machine, "setup")
    assert done.returncode == 0
    assert "trying with the lists there are" in done.stdout


def test_a_python_that_is_not_there_is_named(machine):
    environment = dict(os.environ, PATH=f"{machine}/bin:/usr/bin:/bin", ADYTON_PYTHON="/no/python3")
    done = subprocess.run([machine / "dev", "build"], env=environment, capture_output=True, text=True)
    assert done.returncode == 1
    assert "no Python at /no/python3" in done.stderr


def test_an_unknown_command_lists_the_known_ones(machine):
    done = dev(machine, "dmeo")
    assert done.returncode == 1
    assert "no command 'dmeo'" in done.stderr
    assert re.search(r"^ +demo ", done.stderr, re.MULTILINE)


def test_a_bench_that_is_not_there_is_refused_before_anything_is_installed(machine):
    (machine / "missing").write_text("jq\n")
    done = dev(machine, "bench", "tea")
    assert done.returncode == 1
    assert "which bench?" in done.stderr
    assert calls(machine) == []
