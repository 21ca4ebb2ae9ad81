// Keeps <time data-relative> and <time data-remaining> true; the same rules as minhu.portals.formats.
import { say } from "./words.js";

const MINUTE = 60, HOUR = 3600, DAY = 86400;
const ZONE = "Asia/Shanghai";
const dayFormat = new Intl.DateTimeFormat("sv-SE", { timeZone: ZONE, year: "numeric", month: "2-digit", day: "2-digit" });
const hourFormat = new Intl.DateTimeFormat("sv-SE", { timeZone: ZONE, hour: "2-digit", minute: "2-digit" });

function length(seconds, parts) {
  const size = Math.abs(Math.trunc(seconds));
  if (size < MINUTE) return say("under_minute");
  const units = [
    [Math.floor(size / DAY), "days"],
    [Math.floor((size % DAY) / HOUR), "hours"],
    [Math.floor((size % HOUR) / MINUTE), "minutes"],
  ];
  const first = units.findIndex(([n]) => n);
  const joint = document.documentElement.lang.startsWith("zh") ? "" : " ";
  return units.slice(first, first + parts).filter(([n]) => n).map(([n, key]) => say(key, { n })).join(joint);
}

/** '5分钟前', '3小时后', '昨天 14:30'; null beyond a week: the server's words stay. */
export function relative(at, now = Date.now()) {
  const seconds = (at - now) / 1000;
  if (Math.abs(seconds) < MINUTE) return say(seconds <= 0 ? "just_now" : "soon");
  if (Math.abs(seconds) < DAY) return say(seconds > 0 ? "later" : "ago", { span: length(seconds, 1) });
  const days = Math.round((Date.parse(dayFormat.format(at)) - Date.parse(dayFormat.format(now))) / 864e5);
  const named = { "-1": "yesterday", "-2": "before_yesterday", 1: "tomorrow", 2: "after_tomorrow" }[days];
  if (named) return `${say(named)} ${hourFormat.format(at)}`;
  if (Math.abs(days) <= 7) return say(days > 0 ? "later" : "ago", { span: say("days", { n: Math.abs(days) }) });
  return null;
}

function remaining(seconds, bare) {
  const span = length(seconds, 2);
  if (bare && seconds < 0) return span;
  return say(seconds >= 0 ? "left" : "over", { span });
}

function update() {
  const offset = Number(document.body.dataset.clockOffset ?? 0);
  const now = Date.now() + offset;
  for (const time of document.querySelectorAll("time[data-relative], time[data-remaining]")) {
    const at = new Date(time.dateTime);
    if (Number.isNaN(at.getTime())) continue;
    const seconds = (at - now) / 1000;
    const words = "remaining" in time.dataset ? remaining(seconds, time.dataset.remaining === "bare") : relative(at, now);
    if (words && time.textContent !== words) time.textContent = words;
  }
}

export function startTimes() {
  update();
  setInterval(update, 30000);
  document.body.addEventListener("htmx:afterSettle", update);
}
