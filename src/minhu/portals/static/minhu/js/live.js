// Live updates by one server-sent event stream a page: <body data-live="/events/?topics=orders">; topics of several places are put together.
// Events: 'change' {count?, key?} → the bar 'n 条新变化 — 刷新' (rows never move by themselves);
// 'unread' {desk: 3, …} → counters of the menu; 'notice' {text, level} → a toast. Every event is also sent
// to the page as 'minhu:live:<name>' for hx-trigger. Refresh swaps [data-live-target] or reloads the page.
import { say } from "./words.js";
import { toast } from "./toasts.js";

const NAMES = ["change", "unread", "notice"];
let changes = 0;
const seen = new Set();

function showBar() {
  const bar = document.querySelector("[data-live-bar]");
  if (!bar) return;
  bar.querySelector("[data-live-words]").textContent = say("live_changes", { n: changes });
  bar.hidden = changes === 0;
}

function onChange(data) {
  if (data.key && seen.has(data.key)) return;
  if (data.key) seen.add(data.key);
  changes += data.count ?? 1;
  showBar();
}

function onUnread(counts) {
  for (const place of document.querySelectorAll("[data-unread]")) {
    const count = counts[place.dataset.unread];
    if (count === undefined) continue;
    place.hidden = !count;
    (place.querySelector("b") ?? place).textContent = count > 999 ? "999+" : count;
  }
}

async function refresh() {
  const target = document.querySelector("[data-live-target]");
  if (!target?.id) { location.reload(); return; }
  await window.htmx.ajax("GET", location.href, { target: `#${target.id}`, select: `#${target.id}`, swap: "outerHTML" });
  changes = 0;
  seen.clear();
  showBar();
}

function receive(name, event) {
  let data = {};
  try { data = JSON.parse(event.data || "{}"); } catch { return; }
  if (name === "change" && data.key?.startsWith("seat:")) { // the bar of one's own seat looks again by itself
    document.body.dispatchEvent(new CustomEvent("minhu:live:seat", { detail: data }));
    return;
  }
  if (name === "change" && !document.querySelector("#talk-desk")) onChange(data);
  if (name === "unread") onUnread(data);
  if (name === "notice") toast(data);
  document.body.dispatchEvent(new CustomEvent(`minhu:live:${name}`, { detail: data }));
}

function connect(address, tries) {
  const source = new EventSource(address);
  let lost = tries;
  source.addEventListener("open", () => {
    if (lost > 2) toast({ text: say("live_back"), level: "success" });
    lost = 0;
  });
  for (const name of NAMES) source.addEventListener(name, (event) => receive(name, event));
  source.addEventListener("error", () => {
    lost += 1;
    if (lost === 3) toast({ text: say("live_lost"), level: "warning" });
    if (source.readyState !== EventSource.CLOSED) return;
    const wait = Math.min(60000, 1000 * 2 ** Math.min(lost, 6)) * (0.75 + Math.random() / 2);
    setTimeout(() => connect(address, lost), wait);
  });
  addEventListener("pagehide", () => source.close(), { once: true });
}

export function startLive() {
  document.querySelector("[data-live-refresh]")?.addEventListener("click", refresh);
  const addresses = [...document.querySelectorAll("[data-live]")].map((place) => new URL(place.dataset.live, location.href));
  if (!addresses.length || !("EventSource" in window)) return;
  const topics = addresses.map((one) => one.searchParams.get("topics")).filter(Boolean); // one stream a page
  connect(`${addresses[0].pathname}${topics.length ? `?topics=${topics.join(",")}` : ""}`, 0);
}
