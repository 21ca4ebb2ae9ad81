"""What a backup says of itself: `manifest.json`, written last."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from minhu.engines.backup.digests import TableDigest
from minhu.kernel.errors import Invalid

FORMAT: Final = 1
NAME: Final = "manifest.json"
_BLOCK: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Piece:
    """One file of a backup: its size in bytes and the SHA-256 of its content as stored."""

    size: int
    sha256: str


@dataclass(frozen=True)
class Manifest:
    """The contents of a backup. `tables` are keyed by table, `pieces` by path relative to the backup's folder."""

    version: str
    created_at: str
    server_version: int
    migrations: tuple[str, ...]
    tables: dict[str, TableDigest]
    pieces: dict[str, Piece]
    has_master_key: bool
    format: int = FORMAT

    @property
    def rows(self) -> int:
        """Rows of all tables."""
        return sum(table.rows for table in self.tables.values())

    @property
    def size(self) -> int:
        """Bytes of all pieces."""
        return sum(piece.size for piece in self.pieces.values())

    def write(self, folder: Path) -> None:
        """Write `manifest.json` into `folder`."""
        (folder / NAME).write_text(json.dumps(asdict(self), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")

    @classmethod
    def read(cls, folder: Path) -> Manifest:
        """Read it back; raises Invalid when the folder is no backup or one of a format this version does not know."""
        try:
            body = json.loads((folder / NAME).read_text(encoding="utf-8"))
            if body["format"] != FORMAT:
                raise Invalid(
                    f"备份格式为第 {body['format']} 版，本程序只认识第 {FORMAT} 版。请用制作备份时的版本恢复。",
                    code="backup_format",
                )
            body["migrations"] = tuple(body["migrations"])
            body["tables"] = {name: TableDigest(**value) for name, value in body["tables"].items()}
            body["pieces"] = {name: Piece(**value) for name, value in body["pieces"].items()}
            return cls(**body)
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise Invalid(
                f"{folder} 不是完整的备份目录：找不到或读不懂 {NAME}。请选择 minhu backup 生成的目录。",
                code="not_a_backup",
            ) from error


def measure(path: Path) -> Piece:
    """Size and digest of a file; OSError when it cannot be read."""
    digest, size = hashlib.sha256(), 0
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            digest.update(block)
            size += len(block)
    return Piece(size, digest.hexdigest())
