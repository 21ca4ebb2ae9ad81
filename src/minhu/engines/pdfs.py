"""PDFs that may be kept: nothing that runs, starts or sends, and no file inside but plain data.

A PDF is read by qpdf (`pdf_reading`) in a process of its own, which holds no key and no connection, sees no setting of
the house, and has limits of memory and time: what a hostile file breaks is that process.
"""

import os
import subprocess
import sys
from typing import BinaryIO, Final

from minhu.engines.archives import BOMB, DAMAGED, UNSAFE
from minhu.kernel.errors import Invalid, Unavailable

SECONDS: Final = 30
"""Of the clock; the reader itself may use `pdf_reading.SECONDS` of the processor."""
LOCKED: Final = "PDF 需要密码才能打开，无法检查。请先取消密码，或打开后用“打印为 PDF”另存一份再上传。"
CARRIES: Final = (
    "PDF 里还附有其他文件，不能上传。请把里面的文件取出后另行上传，PDF 本身可用“打印为 PDF”另存一份或截图后上传。"
)
_NOT_READ: Final = "服务器暂时无法检查 PDF，文件没有保存。请稍后重试；多次出现请联系系统管理员。"
_SAID: Final = {
    "unsafe": (UNSAFE, "file_unsafe"),
    "carries": (CARRIES, "file_unsafe"),
    "locked": (LOCKED, "file_locked"),
    "bomb": (BOMB, "file_bomb"),
    "damaged": (DAMAGED, "file_damaged"),
}


def check(file: BinaryIO) -> None:
    """Raise Invalid (`file_unsafe`, `file_locked`, `file_bomb`, `file_damaged`) for a PDF that is not plain paper.

    Raises Unavailable where the reader cannot be started.
    """
    file.seek(0)
    try:
        done = subprocess.run(
            [sys.executable, "-m", "minhu.engines.pdf_reading"],
            input=file.read(), env={"PYTHONPATH": os.pathsep.join(sys.path), "PYTHONDONTWRITEBYTECODE": "1"}, cwd="/",
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=SECONDS, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired as error:
        raise Invalid(BOMB, code="file_bomb") from error
    except OSError as error:
        raise Unavailable(_NOT_READ, code="pdf_reader") from error
    started, _, word = done.stdout.decode("ascii", "replace").partition(" ")
    if not started:
        raise Unavailable(_NOT_READ, code="pdf_reader")
    if word != "plain":
        # without a word: ended by its limits, or by something that qpdf does not know either
        message, code = _SAID.get(word) or _SAID["bomb" if done.returncode < 0 else "damaged"]
        raise Invalid(message, code=code)
