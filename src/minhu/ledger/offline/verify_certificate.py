#!/usr/bin/env python3
"""Check a certificate of a Minhu hotline's ledger, offline, with nothing but Python 3.9 or newer.

    python verify_certificate.py certificate.json --key 'NAME+HASH+BASE64'

`--key` is the ledger's public key, from a source other than the certificate (`minhu ledger key` prints it). Checked:
the signature of the checkpoint (Ed25519, C2SP signed note); that every entry, as it was hashed, stands in the signed
tree (RFC 9162); that no step of the order is missing; that the entries agree with every seal made when the order
ended. Exit code 0: all good; 1: the certificate is false or damaged; 2: it cannot be read, or no key was given.

用途：离线核验政务热线账本出具的工单证书。通过时退出码为 0。
"""

from __future__ import annotations

import argparse
import base64
import datetime
import hashlib
import json
import sys
from typing import Any

Point = tuple[int, int, int, int]
Key = tuple[str, bytes, bytes]
# -- Ed25519 (RFC 8032, section 5.1), verification only ------------------------------------------------------------
P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
I = pow(2, (P - 1) // 4, P)  # noqa: E741 - as the standard writes it


def add(a: Point, b: Point) -> Point:
    """Add two points in extended coordinates."""
    u, v = (a[1] - a[0]) * (b[1] - b[0]) % P, (a[1] + a[0]) * (b[1] + b[0]) % P
    w, z = 2 * a[3] * b[3] * D % P, 2 * a[2] * b[2] % P
    e, f, g, h = v - u, z - w, z + w, v + u
    return (e * f % P, g * h % P, f * g % P, e * h % P)


def times(number: int, point: Point) -> Point:
    """Multiply a point by a number."""
    found = (0, 1, 1, 0)
    while number:
        if number & 1:
            found = add(found, point)
        point, number = add(point, point), number >> 1
    return found


def point_of(raw: bytes) -> Point:
    """Read a point from its 32 bytes; ValueError when it lies on no curve."""
    value = int.from_bytes(raw, "little")
    sign, y = value >> 255, value & (2**255 - 1)
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * I % P
    if (x * x - square) % P or y >= P or (x == 0 and sign):
        raise ValueError("not a point")
    x = P - x if x & 1 != sign else x
    return (x, y, 1, x * y % P)


BASE = point_of((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))


def is_signed(public: bytes, message: bytes, signature: bytes) -> bool:
    """Say whether `signature` is that of `public` over `message`."""
    try:
        r, a, s = point_of(signature[:32]), point_of(public), int.from_bytes(signature[32:], "little")
    except ValueError:
        return False
    h = int.from_bytes(hashlib.sha512(signature[:32] + public + message).digest(), "little") % L
    left, right = times(s, BASE), add(r, times(h, a))
    return s < L and len(signature) == 64 and all((left[k] * right[2] - right[k] * left[2]) % P == 0 for k in (0, 1))


# -- the signed tree -----------------------------------------------------------------------------------------------
def key_of(line: str) -> Key:
    """Read a printed key: name, key hash, public key."""
    name, hashed, encoded = line.strip().split("+", 2)
    raw = base64.b64decode(encoded)
    if raw[:1] != b"\x01" or len(raw) != 33 or hashlib.sha256(name.encode() + b"\n" + raw).hexdigest()[:8] != hashed:
        raise ValueError("the key is damaged")
    return name, bytes.fromhex(hashed), raw[1:]


def checkpoint_of(note: str, key: Key) -> tuple[int, bytes]:
    """Return size and root of a note, if `key` signed it; otherwise ValueError."""
    name, hashed, public = key
    text, _, lines = note.rpartition("\n\n")
    origin, size, root = text.split("\n")[:3]
    for line in lines.splitlines():
        dash, signer, encoded = line.split(" ")
        raw = base64.b64decode(encoded)
        ours = dash == "—" and signer == name == origin and raw[:4] == hashed
        if ours and is_signed(public, (text + "\n").encode(), raw[4:]):
            return int(size), base64.b64decode(root)
    raise ValueError("检查点没有该密钥的有效签名 / the checkpoint is not signed by this key")


def node(left: bytes, right: bytes) -> bytes:
    """Hash an inner node."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def is_included(leaf: bytes, position: int, size: int, path: list[bytes], root: bytes) -> bool:
    """Check an audit path (RFC 9162, 2.1.3.2)."""
    if not 0 <= position < size:
        return False
    at, last, found = position, size - 1, leaf
    for sibling in path:
        if last == 0:
            return False
        if at & 1 or at == last:
            found = node(sibling, found)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            found = node(found, sibling)
        at, last = at >> 1, last >> 1
    return last == 0 and found == root


def entries_of(certificate: dict[str, Any], size: int, root: bytes) -> list[tuple[int, bytes, list[str], Any]]:
    """Check every entry and return (position, leaf, fields, payload) of each; ValueError names the first that is wrong."""
    found: list[tuple[int, bytes, list[str], Any]] = []
    before = -1
    subjects = [tuple(map(str, subject)) for subject in certificate["subjects"]]
    for entry in certificate["entries"]:
        position, record = int(entry["position"]), entry["record"]
        leaf = hashlib.sha256(b"\x00" + record.encode()).digest()
        path = [bytes.fromhex(sibling) for sibling in entry["path"]]
        fields = record.split("\x1f")
        if position <= before or len(fields) != 9 or not is_included(leaf, position, size, path, root):
            raise ValueError(f"第 {position} 条与账本不符 / entry {position} is not in the signed ledger")
        if (fields[6], fields[7]) not in subjects:
            raise ValueError(f"第 {position} 条不是这件工单的 / entry {position} is about something else")
        found.append((position, leaf, fields, json.loads(fields[8])))
        before = position
    return found


def check_completeness(found: list[tuple[int, bytes, list[str], Any]], number: str) -> None:
    """No step of the order may be missing, and every seal must agree with the entries shown."""
    versions = sorted(
        payload["version"]
        for _, _, fields, payload in found
        if fields[6:8] == ["order", number] and "step" in payload and "version" in payload
    )
    if not versions or versions != list(range(1, len(versions) + 1)):
        raise ValueError("工单流转不连续，证书缺少记录 / steps of the order are missing")
    for position, _, fields, payload in found:
        if fields[5] == "evidence.sealed":
            leaves = [leaf for at, leaf, _, _ in found if at <= payload["upto"]]
            if len(leaves) != payload["entries"] or hashlib.sha256(b"".join(leaves)).hexdigest() != payload["digest"]:
                raise ValueError(f"与第 {position} 条的存证摘要不符 / entries were left out (seal at {position})")


def main() -> int:
    """Check the file named on the command line and print what it proves."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("certificate")
    parser.add_argument("--key", help="the ledger's public key, from a source you trust")
    given = parser.parse_args()
    try:
        with open(given.certificate, encoding="utf-8") as file:
            certificate = json.load(file)
        if certificate["format"] != "minhu-certificate/1":
            raise ValueError("unknown format")
        key = key_of(given.key or certificate["key"])
        number = str(certificate["order"])
        size, root = checkpoint_of(certificate["checkpoint"], key)
        found = entries_of(certificate, size, root)
        check_completeness(found, number)
    except (OSError, json.JSONDecodeError) as error:
        print(f"无法读取 / cannot be read: {error}")
        return 2
    except (ValueError, KeyError, TypeError, AttributeError, IndexError) as error:
        print(f"✗ 证书无效 / NOT VALID: {error}")
        return 1
    for position, _, fields, _ in found:
        moment = datetime.datetime.fromtimestamp(int(fields[1]) / 1e6, datetime.timezone.utc)  # noqa: UP017 - older Pythons
        print(f"{position:>10}  {moment:%Y-%m-%d %H:%M:%S}Z  {fields[5]:<28} {fields[2]} {fields[3]}")
    print(f"工单 {number}：{len(found)} 条记录都在 {key[0]} 签名的账本（{size} 条）中，流转连续。")
    if not given.key:
        print(
            "! 未用 --key 给出公钥：只说明证书自洽，不能证明出自该热线 / no --key: consistent, but not proved genuine"
        )
        return 2
    print("✓ 证书有效 / VALID")
    return 0


if __name__ == "__main__":
    sys.exit(main())
