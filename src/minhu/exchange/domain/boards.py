"""Posts of message boards as pure data: how a row or a message becomes one, and how far a post is.

Boards differ in the names of their columns, in how they write dates and yes, and in whether their words are HTML; inside
there is one form. A post that does not say that everybody may read it is private.
"""

from __future__ import annotations

import hashlib
import html
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from minhu.kernel.calendar import CHINA_TIME
from minhu.kernel.errors import Invalid
from minhu.kernel.labels import Labelled
from minhu.kernel.labels import marked as _
from minhu.kernel.patterns import regex

MOST_WORDS: Final = 19_000
LONGEST_KEY: Final = 100
LONGEST_TITLE: Final = 100
NAMES: Final[dict[str, tuple[str, ...]]] = {
    "key": ("留言编号", "帖子编号", "信件编号", "来信编号", "留言ID", "编号", "ID", "id"),
    "title": ("标题", "留言标题", "信件标题", "主题"),
    "text": ("内容", "留言内容", "信件内容", "来信内容", "正文"),
    "name": ("留言人", "姓名", "网友", "写信人", "昵称"),
    "phone": ("联系电话", "手机号", "手机号码", "手机", "电话"),
    "place": ("地点", "事发地址", "地址", "所在地"),
    "category": ("分类", "领域", "类型"),
    "posted_at": ("留言时间", "来信时间", "提交时间", "发布时间"),
    "due_at": ("办理时限", "答复期限", "限办时间", "截止时间"),
    "public": ("是否公开", "公开"),
    "link": ("链接", "网址", "URL", "url"),
    "follow": ("追评", "追评内容", "追问", "追加内容"),
    "deleted": ("是否删除", "已删除", "删除"),
}
"""What columns are usually called, by our names of the fields (which are columns of a JSON file too)."""
NEEDED: Final = ("key", "text")
_YES: Final = frozenset({"是", "公开", "true", "1", "y", "yes", "已删除", "删除"})
_NO: Final = frozenset({"", "否", "不公开", "私密", "私信", "false", "0", "n", "no", "未删除", "正常"})
_TAG = regex(r"<[a-zA-Z/!][^<>]{0,5000}>|&(?:[a-zA-Z]{2,8}|#\d{1,6}|#x[0-9a-fA-F]{1,6});")
_DATE = regex(
    r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[T\s]+(\d{1,2})[:时点](\d{1,2})(?:分|:(\d{1,2})(?:\.\d+)?)?)?"
)


class PostState(Labelled):
    """How far a post is, as its board would like to know."""

    WORKING = "working", _("办理中")
    FOLLOWED = "followed", _("追评待处理")
    READY = "ready", _("答复待发布")
    TAKEN = "taken", _("答复已交留言板")
    PUBLISHED = "published", _("答复已发布")
    WITHHELD = "withheld", _("答复不外送")
    OVER = "over", _("已结束，无答复")
    DELETED = "deleted", _("来源已删除")


_LAST: Final = frozenset({PostState.WITHHELD, PostState.OVER, PostState.PUBLISHED})


@dataclass(frozen=True, slots=True)
class Post:
    """A post as one board brought it."""

    key: str
    text: str
    title: str = ""
    name: str = ""
    phone: str = ""
    place: str = ""
    category: str = ""
    posted_at: datetime | None = None
    due_at: datetime | None = None
    public: bool = False
    link: str = ""
    follow: str = ""
    deleted: bool = False

    @property
    def digest(self) -> str:
        """What its author can change."""
        return digest_of(f"{self.title}\x1f{self.text}")


@dataclass(frozen=True, slots=True)
class Standing:
    """What of a post and its order decides its state; digests are of the reply as it leaves the house."""

    done: bool
    reply: str
    withheld: bool = False
    deleted: bool = False
    followed_after: bool = False
    taken: str = ""
    published: str = ""


def digest_of(words: str) -> str:
    """SHA-256 of words, for telling changed ones from the same again."""
    return hashlib.sha256(words.encode("utf-8", "replace")).hexdigest()


def state_of(one: Standing) -> PostState:
    """How far a post is; a reply that was changed after it was handed over waits again.

    A later word of the author counts as unheard where the last reply is out, or nothing more will come.
    """
    if one.deleted:
        return PostState.DELETED
    if one.withheld:
        state = PostState.WITHHELD
    elif not one.reply:
        state = PostState.OVER if one.done else PostState.WORKING
    else:
        digest = digest_of(one.reply)
        out = {one.taken: PostState.TAKEN, one.published: PostState.PUBLISHED}
        state = out.get(digest, PostState.READY)
    return PostState.FOLLOWED if one.followed_after and state in _LAST else state


def words_of(text: str) -> str:
    """The visible words of a text that may be HTML: scripts, styles and hidden parts are nobody's words."""
    if not _TAG.search(text):
        return text.strip()
    from minhu.engines.channels.mail_reading import text_of_page

    return html.unescape(text_of_page(text)).strip()


def guessed(columns: list[str], remembered: Mapping[str, str]) -> dict[str, str]:
    """Which column is which field: as it was remembered for this board, else by its usual names."""
    found: dict[str, str] = {}
    for field, names in NAMES.items():
        kept = remembered.get(field, "")
        if kept in columns and kept:
            found[field] = kept
        elif field not in remembered:
            usual = next((name for name in (field, *names) if name in columns), "")
            found |= {field: usual} if usual else {}
    return found


def read_row(row: Mapping[str, Any], columns: Mapping[str, str]) -> Post:
    """One row of a file; raises Invalid naming the fields that cannot be used."""
    cell = {field: str(row.get(column) if row.get(column) is not None else "") for field, column in columns.items()}
    return read(cell)


def read(given: Mapping[str, str]) -> Post:
    """A post out of texts by our names of the fields; raises Invalid naming those that cannot be used."""
    wrong: dict[str, str] = {}
    key = given.get("key", "").strip()
    if not key or len(key) > LONGEST_KEY or not key.isprintable():
        wrong["key"] = f"留言编号必须填写，不超过 {LONGEST_KEY} 个字符。"
    text, title = words_of(given.get("text", "")), " ".join(words_of(given.get("title", "")).split())
    deleted = _yes("deleted", given, wrong)
    if len(text) + len(title) < 5 and not deleted:
        wrong["text"] = "留言没有可读的文字，或不足 5 个字。"
    elif len(text) > MOST_WORDS:
        wrong["text"] = f"留言超过 {MOST_WORDS} 个字。"
    post = Post(
        key, text, title[:2000], given.get("name", "").strip()[:50], given.get("phone", "").strip(),
        words_of(given.get("place", ""))[:200], given.get("category", "").strip()[:100],
        _moment("posted_at", given, wrong), _moment("due_at", given, wrong), _yes("public", given, wrong),
        _link(given.get("link", "").strip()), words_of(given.get("follow", ""))[:4900], deleted,
    )  # fmt: skip
    if wrong:
        raise Invalid("留言的内容有误，请改正后重新提交。", fields=wrong)
    return post


def moment_of(text: str) -> datetime | None:
    """A moment as boards write it; without a zone it is Beijing's, a day alone is its end. None for what is none."""
    plain = text.strip()
    if not plain:
        return None
    try:
        if len(plain) > 16 and (plain[10:11] == "T"):
            exact = datetime.fromisoformat(plain)
            return exact if exact.tzinfo else exact.replace(tzinfo=CHINA_TIME)
        found = _DATE.fullmatch(plain)
        if found is None:
            return None
        year, month, day, hour, minute, second = (int(one) if one else None for one in found.groups())
        clock = time(23, 59) if hour is None else time(hour, minute or 0, second or 0)
        return datetime.combine(date(year or 0, month or 0, day or 0), clock, CHINA_TIME)
    except ValueError:
        return None


def due_of(post: Post, posted_at: datetime, answer_days: int) -> datetime | None:
    """The board's own deadline: as the post says, else so many days after it was written, else none."""
    if post.due_at is not None or not answer_days:
        return post.due_at
    return posted_at + timedelta(days=answer_days)


def _moment(field: str, given: Mapping[str, str], wrong: dict[str, str]) -> datetime | None:
    text = given.get(field, "")
    found = moment_of(text)
    if text.strip() and found is None:
        wrong[field] = "时间请写成 2026-01-31 09:30。"
    return found


def _yes(field: str, given: Mapping[str, str], wrong: dict[str, str]) -> bool:
    text = given.get(field, "").strip().lower()
    if text not in _YES and text not in _NO:
        wrong[field] = "请写“是”或“否”。"
    return text in _YES


def _link(text: str) -> str:
    return text if len(text) <= 300 and text.startswith(("https://", "http://")) and text.isprintable() else ""
