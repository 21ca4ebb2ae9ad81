"""`minhu keys …`: which data keys are in use, a new one, everything sealed anew, an old one forgotten."""

from __future__ import annotations

import json
import time
from typing import Any

import typer


def register(app: typer.Typer) -> None:
    """Add the commands."""
    keys = typer.Typer(help="密钥：查看状态，更换数据密钥，重新封存，停用旧密钥。", no_args_is_help=True)
    for command in (status, rotate, reseal, retire, wrap):
        keys.command()(command)
    app.add_typer(keys, name="keys")


def _ready() -> None:
    from minhu.server.bootstrap import setup

    setup()


def _print(body: Any) -> None:
    typer.echo(json.dumps(body, ensure_ascii=False, default=str))


def status() -> None:
    """Show versions in use, values left to be sealed anew and the rate; the last line is JSON."""
    _ready()
    from dataclasses import asdict

    from minhu.directory.services.key_status import keys_view

    view = keys_view()
    source = {"file": "密钥文件", "environment": "环境变量", "kms": "密钥管理服务"}[view.source]
    typer.echo(f"主密钥来源：{source}。现用数据密钥第 {view.current} 版，密钥环中共 {len(view.versions)} 版。")
    for version, count in view.used.items():
        typer.echo(f"  第 {version} 版：{count} 项")
    typer.echo(f"电话索引密钥：现用第 {view.index_current} 版，共 {len(view.index_versions)} 版。")
    for version, count in view.index_used.items():
        typer.echo(f"  索引第 {version} 版：{count} 项")
    if view.unbound:
        typer.echo(f"  其中 {view.unbound} 项未绑定到行（旧格式，或该表不绑定行）。")
    for part in view.parts:
        state = "完成" if part.finished else f"剩余 {part.left} 项" if part.left >= 0 else "进行中"
        failed = f"，{part.failed} 项打不开" if part.failed else ""
        typer.echo(f"  {part.name}：已重封 {part.resealed} 项，每秒 {part.per_second} 项，{state}{failed}")
    _print({**asdict(view), "left": view.left})


def rotate(
    wait: bool = typer.Option(False, "--wait", help="Seal everything anew here and now instead of in the background."),
    index: bool = typer.Option(False, "--index", help="A new key of the telephone index instead of a data key."),
) -> None:
    """Start a new data key (or index key); the background brings everything under it."""
    _ready()
    from minhu.directory.services import rotation

    if index:
        version = rotation.start_index()
        typer.echo(
            f"已启用第 {version} 版电话索引密钥，旧索引将在后台重建，其间照常可以查到。用 minhu keys status 查看进度。"
        )
    else:
        version = rotation.start()
        typer.echo(f"已启用第 {version} 版数据密钥，旧数据将在后台重新封存。用 minhu keys status 查看进度。")
    _work() if wait else _print({"version": version})


def reseal() -> None:
    """Seal everything that is not sealed as it would be today (older key, cipher or format) anew, here and now."""
    _ready()
    from minhu.directory.services import rotation

    rotation.start(new_key=False)
    _work()


def retire(
    version: int = typer.Argument(help="The version to forget for good."),
    index: bool = typer.Option(False, "--index", help="An old key of the telephone index."),
) -> None:
    """Forget an old data key (or index key) when nothing uses it any more; backups made with it keep their own copy."""
    _ready()
    from minhu.directory.services import rotation

    rotation.retire_index(version) if index else rotation.retire(version)
    typer.echo(f"第 {version} 版{'电话索引密钥' if index else '数据密钥'}已停用并删除。")


def wrap() -> None:
    """Let the service of MINHU_KMS wrap the present master key into keys/root.kms; then remove the key file."""
    from minhu.engines import master

    path = master.wrap_with_service(master.read_without_service())
    typer.echo(f"主密钥已由密钥管理服务封装到 {path}。确认服务运行正常并另存备份后，请删除原来的主密钥文件。")


def _work() -> None:
    from minhu.directory.services import rotation

    began, total = time.perf_counter(), 0
    while rotation.is_under_way():
        done = rotation.reseal_some(2000)
        total += done
        if not done:
            time.sleep(0.2)
    seconds = time.perf_counter() - began
    _print({"resealed": total, "seconds": round(seconds, 1), "per_second": round(total / max(seconds, 0.001))})
