"""Convolutions of the voice's model as products of matrices, which processors with VNNI do more than twice as fast.

onnxruntime multiplies 8-bit matrices by instructions made for it, but folds `ConvInteger` by slower ones, and seven tenths
of the model's time went there. Each one over a line of values becomes: values as rows, one copy for each tap side by side, one
product with the same weights. The same sums of the same integers; only a bias is not rounded any more. ADR 31.

The file is read by hand, as fields of protocol buffers (onnx.proto3): nothing but five kinds of fields is touched.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import numpy as np

_GRAPH, _NODE, _INITIALIZER = 7, 1, 5
_INPUT, _OUTPUT, _NAME, _OP, _ATTRIBUTE, _DOMAIN = 1, 2, 3, 4, 5, 7
_UINT8, _INT8, _INT64 = 2, 3, 7
_END: Final = 1 << 62
Field = tuple[int, int | bytes]


def processor_multiplies_bytes() -> bool:
    """Whether this processor has VNNI; without it the sums of such products overflow, and the model stays as it is."""
    try:
        text = Path("/proc/cpuinfo").read_text(encoding="ascii", errors="replace")
    except OSError:
        return False
    return "avx512_vnni" in text or "avx_vnni" in text


def quickened(model: bytes) -> bytes:
    """The model with its integer convolutions as products of matrices; those of another shape stay as they are.

    Raises ValueError for what is no model.
    """
    fields = list(_fields(model))
    return b"".join(_written(number, _graph(value) if number == _GRAPH else value) for number, value in fields)


@dataclass
class _Node:
    """A step of the graph."""

    op: str
    inputs: list[str]
    outputs: list[str]
    attributes: dict[str, int | list[int]] = field(default_factory=dict)
    domain: str = ""
    raw: bytes = b""

    def written(self) -> bytes:
        """As bytes; one that was read, as it was."""
        if self.raw:
            return self.raw
        found = [_written(_INPUT, one.encode()) for one in self.inputs]
        found += [_written(_OUTPUT, one.encode()) for one in self.outputs]
        found += [_written(_NAME, f"{self.outputs[0]}_{self.op}".encode()), _written(_OP, self.op.encode())]
        found += [_written(_ATTRIBUTE, _attribute(*one)) for one in self.attributes.items()]
        return b"".join([*found, _written(_DOMAIN, self.domain.encode())])


@dataclass(frozen=True, slots=True)
class _Tensor:
    """A constant of the graph. ``kind``: its number in onnx.proto3; 2 and 3 are bytes without and with a sign."""

    shape: tuple[int, ...]
    kind: int
    data: bytes


def _graph(data: int | bytes) -> bytes:
    if isinstance(data, int):
        raise ValueError("not a model")
    nodes: list[_Node] = []
    constants: dict[str, _Tensor] = {}
    kept: list[tuple[int, str, int | bytes]] = []
    for number, value in _fields(data):
        name = ""
        if number == _NODE and isinstance(value, bytes):
            nodes.append(_node(value))
            continue
        if number == _INITIALIZER and isinstance(value, bytes):
            name, constants[name] = _tensor(value)
        kept.append((number, name, value))
    made, fresh, gone = _Rewriting(nodes, constants).done()
    parts = [_written(_NODE, node.written()) for node in made]
    parts += [_written(_INITIALIZER, one) for one in fresh]
    parts += [_written(number, value) for number, name, value in kept if name not in gone or not name]
    return b"".join(parts)


class _Rewriting:
    """Finds each convolution with what stands around it, and puts the product in its place."""

    def __init__(self, nodes: list[_Node], constants: dict[str, _Tensor]) -> None:
        self._nodes, self._constants = nodes, constants
        self._maker = {name: node for node in nodes for name in node.outputs}
        self._takers: dict[str, list[_Node]] = {}
        for node in nodes:
            for name in node.inputs:
                self._takers.setdefault(name, []).append(node)
        self._fresh: list[bytes] = [_constant("quick_rows", np.array([1], dtype=np.int64), _INT64)]
        self._gone: set[str] = set()

    def done(self) -> tuple[list[_Node], list[bytes], set[str]]:
        """The nodes in order, new constants, names of those that nobody needs any more."""
        instead: dict[int, list[_Node]] = {}
        dropped: set[int] = set()
        for node in self._nodes:
            if node.op == "ConvInteger" and (chain := self._chain(node)) and (product := self._product(node, chain)):
                instead[id(chain[-1])] = product
                dropped |= {id(one) for one in chain}
        made: list[_Node] = []
        for node in self._nodes:
            if id(node) in instead:
                made += instead[id(node)]
            elif id(node) not in dropped:
                made.append(node)
        return made, self._fresh, self._gone

    def _chain(self, node: _Node) -> list[_Node]:
        """The convolution, its bias if it has one, the way to real numbers and the scale; empty for anything else."""
        chain = [node]
        for wanted in (("Add", "Cast"), ("Cast", "Mul"), ("Mul",)):
            takers = self._takers.get(chain[-1].outputs[0], [])
            if len(takers) != 1 or takers[0].op not in wanted:
                return []
            chain.append(takers[0])
            if takers[0].op == "Mul":
                return chain
        return []

    def _product(self, node: _Node, chain: list[_Node]) -> list[_Node]:
        """The steps that take the chain's place; empty where a shape is not the usual one."""
        values, name, zero, weights_zero = [*node.inputs, "", ""][:4]
        quantised, weights = self._maker.get(values), self._constants.get(name)
        scale = self._scale(chain, quantised)
        bias = self._bias(chain[1]) if chain[1].op == "Add" else ""
        shift = self._constants.get(weights_zero)
        if (
            weights is None or shift is None or weights.kind != _UINT8 or len(weights.shape) != 3 or not scale or bias is None
            or quantised is None or node.attributes.get("group", 1) != 1 or len(shift.data) != 1
        ):  # fmt: skip
            return []
        out, taps = chain[-1].outputs[0], weights.shape[2]
        table = np.frombuffer(weights.data, dtype=np.uint8).reshape(weights.shape).astype(np.int16) - 128
        rows_of = table.transpose(2, 1, 0).reshape(taps * weights.shape[1], weights.shape[0])
        self._constant(f"{out}_w", rows_of.astype(np.int8), _INT8)
        self._constant(f"{out}_z", np.array(shift.data[0] - 128, dtype=np.int8), _INT8)
        self._gone.add(name)
        steps = [_Node("Transpose", [values], [f"{out}_rows"], {"perm": [0, 2, 1]})]
        rows = self._taps(out, zero, node, taps, steps)
        given = [rows, f"{out}_w", quantised.outputs[1], scale, zero, f"{out}_z", *([bias] if bias else [])]
        steps.append(_Node("MatMulIntegerToFloat", given, [f"{out}_product"], domain="com.microsoft"))
        steps.append(_Node("Transpose", [f"{out}_product"], [out], {"perm": [0, 2, 1]}))
        return steps

    def _taps(self, out: str, zero: str, node: _Node, taps: int, steps: list[_Node]) -> str:
        """Rows with the copies of all taps side by side; returns their name."""
        (step,), (apart,) = _ints(node, "strides", 1), _ints(node, "dilations", 1)
        before, after = _ints(node, "pads", 0, 2)
        rows = f"{out}_rows"
        if before or after:
            self._constant(f"{out}_pads", np.array([0, before, 0, 0, after, 0], dtype=np.int64), _INT64)
            steps.append(_Node("Pad", [rows, f"{out}_pads", zero], [f"{out}_padded"]))
            rows = f"{out}_padded"
        if taps == 1 and step == 1:
            return rows
        self._constant(f"{out}_step", np.array([step], dtype=np.int64), _INT64)
        copies = []
        for tap in range(taps):
            last = apart * (taps - 1 - tap)
            self._constant(f"{out}_from{tap}", np.array([apart * tap], dtype=np.int64), _INT64)
            self._constant(f"{out}_to{tap}", np.array([-last if last else _END], dtype=np.int64), _INT64)
            ends = [rows, f"{out}_from{tap}", f"{out}_to{tap}", "quick_rows", f"{out}_step"]
            steps.append(_Node("Slice", ends, [f"{out}_tap{tap}"]))
            copies.append(f"{out}_tap{tap}")
        steps.append(_Node("Concat", copies, [f"{out}_taps"], {"axis": 2}))
        return f"{out}_taps"

    def _scale(self, chain: list[_Node], quantised: _Node | None) -> str:
        """Name of the weights' scale: what the values' scale is multiplied with behind the chain; '' for none."""
        if quantised is None or quantised.op != "DynamicQuantizeLinear":
            return ""
        product = [one for one in chain[-1].inputs if one != chain[-2].outputs[0]]
        maker = self._maker.get(product[0]) if product else None
        if maker is None or maker.op != "Mul" or quantised.outputs[1] not in maker.inputs:
            return ""
        found = [one for one in maker.inputs if one != quantised.outputs[1] and one in self._constants]
        return found[0] if found else ""

    def _bias(self, adding: _Node) -> str | None:
        """Name of the bias before it was made an integer; None where it is none that we know."""
        for name in adding.inputs:
            node = self._maker.get(name)
            while node is not None and node.op in ("Reshape", "Cast", "Floor", "Div"):
                if node.op == "Div":
                    return node.inputs[0] if node.inputs[0] in self._constants else None
                node = self._maker.get(node.inputs[0])
        return None

    def _constant(self, name: str, table: np.ndarray, kind: int) -> None:
        self._fresh.append(_constant(name, table, kind))


def _ints(node: _Node, name: str, usual: int, count: int = 1) -> list[int]:
    found = node.attributes.get(name)
    return found if isinstance(found, list) and len(found) == count else [usual] * count


def _constant(name: str, table: np.ndarray, kind: int) -> bytes:
    parts = [_written(1, size) for size in table.shape]
    return b"".join([*parts, _written(2, kind), _written(8, name.encode()), _written(9, table.tobytes())])


def _attribute(name: str, value: int | list[int]) -> bytes:
    if isinstance(value, int):
        return _written(1, name.encode()) + _written(3, value) + _written(20, 2)
    return _written(1, name.encode()) + b"".join(_written(8, one) for one in value) + _written(20, 7)


def _node(data: bytes) -> _Node:
    node = _Node("", [], [], raw=data)
    for number, value in _fields(data):
        if not isinstance(value, bytes):
            continue
        if number == _INPUT:
            node.inputs.append(value.decode())
        elif number == _OUTPUT:
            node.outputs.append(value.decode())
        elif number == _OP:
            node.op = value.decode()
        elif number == _ATTRIBUTE:
            name, found = _read_attribute(value)
            node.attributes[name] = found
    return node


def _read_attribute(data: bytes) -> tuple[str, int | list[int]]:
    name, one, several = "", 0, []
    for number, value in _fields(data):
        if number == 1 and isinstance(value, bytes):
            name = value.decode()
        elif number == 3 and isinstance(value, int):
            one = value
        elif number == 8:
            several += [value] if isinstance(value, int) else list(_numbers(value))
    return name, several or one


def _tensor(data: bytes) -> tuple[str, _Tensor]:
    name, kind, shape, raw = "", 0, [], b""
    for number, value in _fields(data):
        if number == 1:
            shape += [value] if isinstance(value, int) else list(_numbers(value))
        elif number == 2 and isinstance(value, int):
            kind = value
        elif number == 8 and isinstance(value, bytes):
            name = value.decode()
        elif number == 9 and isinstance(value, bytes):
            raw = value
        elif number == 5 and kind == _UINT8:  # a single byte is kept as a number
            raw += bytes([value] if isinstance(value, int) else [one & 255 for one in _numbers(value)])
    return name, _Tensor(tuple(shape), kind, raw)


def _fields(data: bytes) -> Iterator[Field]:
    """Numbers and values of the fields of a message, real numbers apart, which only attributes have; raises ValueError."""
    at = 0
    while at < len(data):
        key, at = _number(data, at)
        number, kind = key >> 3, key & 7
        if kind == 0:
            value, at = _number(data, at)
            yield number, value
            continue
        size, at = _number(data, at) if kind == 2 else ({1: 8, 5: 4}.get(kind, len(data) + 1), at)
        if at + size > len(data):
            raise ValueError("not a model")
        if kind == 2:
            yield number, data[at : at + size]
        at += size


def _number(data: bytes, at: int) -> tuple[int, int]:
    found = shift = 0
    while at < len(data) and shift < 70:
        found |= (data[at] & 127) << shift
        at += 1
        if data[at - 1] < 128:
            return found, at
        shift += 7
    raise ValueError("not a model")


def _numbers(data: bytes) -> Iterator[int]:
    at = 0
    while at < len(data):
        found, at = _number(data, at)
        yield found


def _written(number: int, value: int | bytes) -> bytes:
    if isinstance(value, int):
        return _varint(number << 3) + _varint(value)
    return _varint(number << 3 | 2) + _varint(len(value)) + value


def _varint(value: int) -> bytes:
    found = bytearray()
    while value > 127:
        found.append(value & 127 | 128)
        value >>= 7
    return bytes([*found, value])
