"""`minhu voice …`: say a sentence into a file, make the bot's fixed phrases ahead, measure what is spoken."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from minhu.language.dialogue.types import Policy


def register(app: typer.Typer) -> None:
    """Add the commands."""
    voice = typer.Typer(help="语音合成：试听、预先生成固定话术、检查声音。", no_args_is_help=True)
    for command in (say, prepare, measure, check):
        voice.command()(command)
    app.add_typer(voice, name="voice")


def say(
    text: str = typer.Argument(..., help="What is to be said, as it is written."),
    out: Path = typer.Option(..., help="WAV file to write (16 kHz); must not exist."),
    speed: float = typer.Option(1.0, min=0.5, max=2.0, help="1 is ordinary; 0.8 for who asked for slow speech."),
    voice: str = typer.Option("", help="Name of a voice; yue for Cantonese."),
) -> None:
    """Say a text into a file, and print the words as they are spoken."""
    import numpy as np

    from minhu.engines.speech.choosing import synthesiser
    from minhu.engines.speech.framing import write_wav
    from minhu.language.spoken import spoken

    if out.exists():
        typer.echo(f"文件已存在：{out}", err=True)
        raise typer.Exit(2)
    sound = b"".join(synthesiser().say(text, speed=speed, voice=voice))
    out.write_bytes(write_wav(16000, np.frombuffer(sound, dtype="<i2").astype(np.int16)))
    typer.echo(f"{spoken(text)}\n{out}：{len(sound) / 32000:.1f} 秒")


def prepare(
    lines: bool = typer.Option(False, "--lines", help="Also the greetings of this house's lines of business."),
) -> None:
    """Make ahead what the bot says in the same words each time, at ordinary and at slow speed, so that it sounds at once.

    Of sentences with something of the caller's in them, the parts that do not change are made.
    """
    from rich.progress import track

    from minhu.engines.speech.choosing import house_speaker
    from minhu.engines.speech.saying import NOBODY
    from minhu.language.dialogue.fixed import fixed_texts
    from minhu.language.spoken import SLOWER

    speaker = house_speaker()
    if speaker is None:
        typer.echo(NOBODY, err=True)
        raise typer.Exit(1)
    made, texts = 0, fixed_texts(_policies() if lines else ())
    for one in track(texts, description="生成固定话术"):
        for text, speed in ((one.text, 1.0), (one.plain, 1.0), (one.plain, SLOWER)):
            made += speaker.prepare([text], speed=speed)
    typer.echo(f"固定话术 {len(texts)} 条，新生成 {made} 段，保存在 {speaker.store.folder}。")


def measure(
    cases: list[Path] = typer.Option(..., help="Scripted talks (JSON lines, as of `minhu evaluate talks`)."),
    most: int = typer.Option(60, min=1, help="So many different texts are really said; the others are only counted."),
) -> None:
    """How much of what the bot says in scripted talks was made ahead, and how soon its sound comes.

    Each text is said alone, warm, and heard as on a line: first sound, and how long the listener waits inside it.
    """
    import numpy as np

    from minhu.engines.speech.choosing import house_speaker
    from minhu.server.commands.evaluate_talks import words_said
    from minhu.server.commands.voice_figures import heard, made_ahead

    speaker = house_speaker()
    if speaker is None:
        raise typer.Exit(1)
    said = [text for file in cases for text in words_said(file)]
    texts = list(dict.fromkeys(said))
    shares = {text: made_ahead(speaker, text) for text in texts}
    whole = sum(shares[text] == 1 for text in said)
    part = sum(0 < shares[text] < 1 for text in said)
    signs = sum(shares[text] * len(text) for text in said) / sum(map(len, said))
    chosen = texts[:: max(1, -(-len(texts) // most))]
    list(speaker.say("好的，一二三。"))
    found = {text: heard(speaker, text) for text in chosen}
    turns = [found[text] for text in said if text in found]
    first, gaps = ([getattr(one, name) for one in turns] for name in ("first", "waited"))
    fresh = [one for one in found.values() if one.made > 0]
    made = sum(one.made for one in fresh)
    ratio = sum(one.spent for one in fresh) / made if made else 0.0
    typer.echo(
        f"{speaker.maker}：对话中 {len(said)} 句（不同的 {len(texts)} 句）：全部预先生成 {whole / len(said):.1%}，"
        f"部分 {part / len(said):.1%}，按字数 {signs:.1%}。\n"
        f"试说不同的 {len(found)} 句（占 {len(turns)} 句）：第一声中位 {np.median(first):.3f} 秒，95% 在 {np.percentile(first, 95):.2f} 秒内，"
        f"最长 {max(first):.2f} 秒；句中停等中位 {np.median(gaps):.2f} 秒，95% 在 {np.percentile(gaps, 95):.2f} 秒内；"
        f"现场合成每秒语音用时 {ratio:.2f} 秒；系统负载 {os.getloadavg()[0]:.1f}。"
    )


def _policies() -> list[Policy]:
    from django.db import transaction

    from minhu.directory.access import as_system
    from minhu.directory.queries.lines import policy_of
    from minhu.directory.queries.rules import lines
    from minhu.server.bootstrap import setup

    setup()
    with transaction.atomic(), as_system():
        return [policy_of(code) for code in lines().by_code]


def check(
    voice: str = typer.Option("", help="Name of a voice; empty: the house's own."),
    save: Path | None = typer.Option(None, help="Folder for the sentences as WAV files, to be listened to."),
) -> None:
    """Say forty typical sentences and measure them; exit 1 when one is silent, clipped or of an unlikely length."""
    from minhu.engines.speech.checking import SENTENCES, measured
    from minhu.engines.speech.choosing import synthesiser

    speaker, wrong = synthesiser(), 0
    began, processor = time.monotonic(), time.process_time()
    results = [measured(speaker, text, voice, save and save / f"{at:02}.wav") for at, text in enumerate(SENTENCES, 1)]
    for one in results:
        wrong += bool(one.faults)
        if one.faults:
            typer.echo(f"{one.text}：{'、'.join(one.faults)}", err=True)
    seconds = sum(one.seconds for one in results)
    firsts = sorted(one.first_sound for one in results)
    typer.echo(
        f"{speaker.maker}：{len(results)} 句，{seconds:.1f} 秒语音，{wrong} 句有问题；"
        f"每秒语音用时 {(time.monotonic() - began) / seconds:.2f} 秒、处理器 {(time.process_time() - processor) / seconds:.2f} 秒；"
        f"第一声中位 {firsts[len(firsts) // 2]:.2f} 秒，95% 在 {firsts[int(len(firsts) * 0.95)]:.2f} 秒内。"
    )
    if wrong:
        raise typer.Exit(1)
