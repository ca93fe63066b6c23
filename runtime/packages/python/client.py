"""Installs a Python package, with what it needs, into a folder: run in the sandbox, with the interpreter's own pip.

Called with the path of a plan, a JSON object: see plan.ts. Exits with pip's exit code.
"""

import csv
import glob
import importlib.metadata
import json
import os
import pathlib
import re
import subprocess
import sys
import sysconfig
import venv

NO_PIP = 3
MAX_FILES = 10000
SIMPLE = "application/vnd.pypi.simple.v1+json"


def main(plan):
    return {"prepare": prepare, "ask": ask, "install": install}[plan["step"]](plan)


def prepare(plan):
    """Says which index pip goes by where nobody names one."""
    wheel = pip_wheel()
    if wheel is None:
        return NO_PIP
    sys.path.insert(0, wheel)
    from pip import __version__
    from pip._internal.models.index import PyPI as index

    write(plan, {"pip": __version__, "index": index.simple_url, "files": index.file_storage_domain})
    return 0


def ask(plan):
    """What the indexes say of a package's files (PEP 691): when they were uploaded, where one does (PEP 700)."""
    wheel = pip_wheel()
    if wheel is None:
        return NO_PIP
    sys.path.insert(0, wheel)
    from pip._internal.commands import create_command

    command = create_command("install")
    options, _ = command.parse_args(plan["options"])
    indexes = [options.index_url, *options.extra_index_urls]
    with command.main_context():
        session = command.get_default_session(options)
        write(plan, {"files": {name: files_of(name, indexes, session) for name in plan["names"]}})
    return 0


def files_of(name, indexes, session):
    found = []
    for index in indexes:
        response = session.get("%s/%s/" % (index.rstrip("/"), name), headers={"Accept": SIMPLE + ", text/html;q=0.1"})
        if response.status_code != 200 or not response.headers.get("Content-Type", "").startswith(SIMPLE):
            continue
        for file in response.json().get("files", [])[:MAX_FILES]:
            sha256 = (file.get("hashes") or {}).get("sha256")
            found.append({"file": file.get("filename"), "sha256": sha256, "at": file.get("upload-time")})
    return found


def install(plan):
    wheel = pip_wheel()
    if wheel is None:
        return NO_PIP
    root = pathlib.Path(plan["tree"], "venv")
    venv.create(root, with_pip=False, symlinks=True)
    pip = [str(root.joinpath("bin", "python")), "-I", os.path.join(wheel, "pip")]
    done = subprocess.run([*pip, "install", *plan["options"]])
    if done.returncode != 0:
        return done.returncode
    site = root.joinpath("lib", "python%d.%d" % sys.version_info[:2], "site-packages")
    for script in root.joinpath("bin").iterdir():
        if script.is_file() and not script.is_symlink():
            settle(script, root)
    version, bins = None, []
    for found in importlib.metadata.distributions(path=[str(site)]):
        commands = forget_scripts(found)
        if normal(found.metadata["Name"]) == plan["names"][0]:
            version, bins = found.version, commands
    root.joinpath("pyvenv.cfg").write_text(
        "home = %s\ninclude-system-site-packages = false\nversion = %s\n"
        % (os.path.dirname(sys.executable), "%d.%d.%d" % sys.version_info[:3])
    )
    compile_all(site, plan)
    write(plan, {"version": version, "bins": bins})
    return 0


def settle(script, root):
    """Names the interpreter where it will be, in a script that names it where it was installed."""
    content = script.read_bytes()
    if script.name.lower().startswith("activate"):
        script.unlink()
        return
    # The second form is that of a path which is too long for the kernel, or has a space in it.
    head = re.match(rb"#![^\n]*python[^\n]*\n|#!/bin/sh\n'''exec' [^\n]*\n' '''\n", content)
    if head is not None:
        script.write_bytes(b"#!/package/venv/bin/python\n" + content[head.end() :])


def forget_scripts(found):
    """A distribution's commands. They are taken from the list of its files, whose digests they no longer have."""
    record = next((path for path in found.files or [] if path.name == "RECORD"), None)
    if record is None:
        return []
    file = pathlib.Path(record.locate())
    rows = list(csv.reader(file.read_text().splitlines()))
    scripts = [row for row in rows if row and re.fullmatch(r"(\.\./)+bin/[^/]+", row[0])]
    with file.open("w", newline="") as out:
        csv.writer(out, lineterminator="\n").writerows(row for row in rows if row not in scripts)
    return sorted(row[0].rpartition("/")[2] for row in scripts)


def compile_all(site, plan):
    """By content, not by time, and for where the files will be: equal packages come to equal files."""
    options = ["-q", "--invalidation-mode", "unchecked-hash", "-s", plan["tree"], "-p", "/package"]
    subprocess.run(
        [sys.executable, "-s", "-m", "compileall", *options, str(site)],
        cwd=plan["empty"],
        env={**os.environ, "PYTHONHASHSEED": "0"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def normal(name):
    return re.sub(r"[-_.]+", "-", name or "").lower()


def pip_wheel():
    """The pip that came with the interpreter, as an archive that runs as it is."""
    folders = [os.path.join(sysconfig.get_path("stdlib"), "ensurepip", "_bundled")]
    # Where distributions keep it: a build's own setting, and Debian's patch.
    folders += [sysconfig.get_config_var("WHEEL_PKG_DIR") or "", "/usr/share/python-wheels"]
    found = [path for folder in folders for path in sorted(glob.glob(os.path.join(folder, "pip-*.whl")))]
    return found[0] if found else None


def write(plan, answer):
    pathlib.Path(plan["answer"]).write_text(json.dumps(answer))


with open(sys.argv[1]) as text:
    sys.exit(main(json.load(text)))
