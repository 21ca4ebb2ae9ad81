"""Whether speech can be what it should be, without anybody listening: not silent, not clipped, as long as its words take.

It does not show that the words are understood; a person has to listen, or a recogniser to write down what it hears.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from minhu.engines.speech.framing import write_wav
from minhu.engines.speech.planning import planned
from minhu.engines.speech.saying import RATE, Synthesiser

SENTENCES: Final = (
    "您好，这里是12345热线，我是智能助手，不是真人。",
    "请直接说您要问的或要反映的事。",
    "好的，正在为您转接工作人员，请稍候。",
    "已经为您登记，编号 20230512000123，查询码 482913。",
    "您反映的问题发生在什么地方？",
    "请问是哪条路、几号楼、哪个单元？",
    "我记录的是：春晖小区3号楼停水两天，希望尽快恢复供水。请问对吗？",
    "承办单位是云溪市水务局，应在2024年3月15日前办理。",
    "这件事让您受委屈了，您的意见很重要。",
    "如果有人正处在危险中，请立即拨打110、119或120。",
    "您的联系电话是13812345678，对吗？",
    "根据云政发〔2023〕5号文件，补贴标准为每月350元。",
    "办理时间是周一至周五 9:00-11:30、13:30-17:00。",
    "请带上身份证原件和2张一寸照片。",
    "公租房申请需要在本市连续缴纳社保24个月以上。",
    "噪声夜间不得超过45dB，白天不得超过55dB。",
    "抱歉，我没听明白。请换个说法，简单说说是什么事。",
    "关于这个问题，我没有找到可靠的依据，不能随便答复您。",
    "还有别的要问或要反映的吗？",
    "感谢来电，再见。",
    "好的。",
    "对。",
    "您好，还在吗？请继续说，我在听。",
    "供水管道正在抢修，预计今天18:30恢复，影响约1,200户居民。",
    "水费阶梯价格：第一档2.8元/立方米，第二档4.2元/立方米。",
    "医保报销比例为70%-85%，起付线是800元。",
    "您上次反映的路灯问题已经在5月12日修好。",
    "孩子上学的报名从6月1日开始，到6月20日结束。",
    "请不要挂断，前面还有3位来电人，大约需要等2分钟。",
    "我们会在3至5个工作日内给您打电话。",
    "垃圾清运车每天早上6:30和晚上8:00各来一次。",
    "小区物业费每平方米1.5元，停车费每月150元。",
    "工地夜间施工必须有许可证，您可以说一下具体位置吗？",
    "老年人乘坐公交车凭敬老卡免费。",
    "请在听到提示音后留言，我们会尽快回电。",
    "您的来电将被录音，用于提高服务质量。",
    "这个路口的红绿灯坏了，车辆经过很危险。",
    "营业执照可以在网上办理，也可以到政务服务中心2楼15号窗口办理。",
    "电梯困人，已经联系维保单位，请先不要扒门。",
    "如果不同意这个答复，您可以在60日内申请行政复议。",
)
"""What a hotline says all day, written for this check."""
QUICKEST, SLOWEST = 0.09, 0.45
"""Seconds for each spoken character; announcers take .2, a machine that swallows or drawls falls outside."""
_SHORT: Final = 1.2
"""Seconds that the shortest sentences may take all the same, with the rest of .3 behind them."""


@dataclass(frozen=True, slots=True)
class Measured:
    """One sentence: its length in seconds, seconds until its first sound, and what is wrong with it."""

    text: str
    seconds: float
    first_sound: float
    faults: tuple[str, ...]


def measured(speaker: Synthesiser, text: str, voice: str = "", file: Path | None = None) -> Measured:
    """Say a sentence and measure it; into a WAV file too when one is named. Raises Unsaid, OSError."""
    began, first, parts = time.monotonic(), 0.0, []
    for part in speaker.say(text, voice=voice):
        first = first or time.monotonic() - began
        parts.append(part)
    sound = np.frombuffer(b"".join(parts), dtype="<i2").astype(np.int16)
    if file is not None:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(write_wav(RATE, sound))
    signs = sum(1 for piece in planned(text) for sign in piece.said if sign.isalnum())
    return Measured(text, len(sound) / RATE, first, tuple(faults(sound, signs)))


def faults(sound: np.ndarray[tuple[int, ...], np.dtype[np.int16]], signs: int) -> list[str]:
    """What is wrong with the sound of ``signs`` characters, in words; nothing when nothing is."""
    if not len(sound) or float(np.sqrt(np.mean(np.square(sound / 32768.0)))) < 0.01:
        return ["没有声音"]
    found = []
    if float(np.mean(np.abs(sound.astype(np.int32)) >= 32_700)) > 0.0001:
        found.append("声音削顶")
    seconds = len(sound) / RATE
    if seconds < signs * QUICKEST or seconds > max(signs * SLOWEST, _SHORT + signs * SLOWEST / 2):
        found.append(f"长度可疑（{signs} 个字 {seconds:.1f} 秒）")
    frames = np.abs(sound[: len(sound) // 320 * 320].reshape(-1, 320).astype(np.int32)).max(axis=1)
    still = longest = 0
    for quiet in frames < 200:
        still = still + 1 if quiet else 0
        longest = max(longest, still)
    if longest > 60:
        found.append("中间停顿超过一秒")
    return found
