// The desk of one talk. Words come in by the live stream (and every ten seconds without it); the form fills itself but
// nothing moves under the cursor: a row that is being corrected, or has not changed, is left alone. F2 the boxes, F4 the
// next row, Ctrl+Enter registers. Keys pressed are counted in seconds of typing and told with each step.
import { goTo } from "./keyboard.js";
import { announce, say } from "./words.js";
import { toast } from "./toasts.js";

const desk = document.querySelector("#talk-desk");
const list = document.querySelector("#talk-list");
const boxes = () => [...document.querySelectorAll("[data-desk-box]")];
const typingPause = 5000;
const lookAgain = 10000;
let typed = 0;
let lastKey = 0;
let wanted = "";
let asking = false;
let again = false;

const lastSaid = () => Number(list.lastElementChild?.dataset.number ?? 0);
const scroller = () => list.closest(".td-scroll");

function showEnd() {
  const place = scroller();
  place.scrollTop = place.scrollHeight;
}

async function look() {
  if (asking) { again = true; return; }
  asking = true;
  try {
    await window.htmx.ajax("GET", `${desk.dataset.said}?seen=${lastSaid()}`, { target: "#talk-list", swap: "beforeend" });
  } finally {
    asking = false;
    if (again) { again = false; look(); }
  }
}

function rowOf(element) {
  return element?.closest?.("[data-keys-row]") ?? null;
}

/** The next row below `from` that nobody has looked at; else the first one. */
function nextOpen(from) {
  const rows = [...document.querySelectorAll("#td-rows > .td-row")];
  const open = (row) => row.querySelector('[data-key="a"]');
  const start = from ? rows.findIndex((row) => row.id === from) : -1;
  return rows.slice(start + 1).find(open) ?? rows.find(open) ?? null;
}

function unmark() {
  for (const one of list.querySelectorAll(".is-source")) one.classList.remove("is-source");
  for (const one of list.querySelectorAll(".talk-words mark")) one.parentNode.replaceChildren(one.parentNode.textContent);
}

/** The utterance a value was read from; in it the very words, counted in characters as the server counts them. */
function showWords({ words, start, end }) {
  const said = document.querySelector(`#said-${words}`);
  if (!said) return;
  unmark();
  said.classList.add("is-source");
  const place = said.querySelector(".talk-words");
  const signs = [...place.textContent];
  if (start !== undefined && Number(end) <= signs.length) {
    const mark = document.createElement("mark");
    mark.textContent = signs.slice(Number(start), Number(end)).join("");
    place.replaceChildren(signs.slice(0, Number(start)).join(""), mark, signs.slice(Number(end)).join(""));
  }
  (place.querySelector("mark") ?? said).scrollIntoView({ block: "nearest" });
  announce((place.querySelector("mark") ?? place).textContent);
}

function onClick(event) {
  const words = event.target.closest("[data-words]");
  const ask = event.target.closest("[data-ask]");
  const go = event.target.closest("[data-go]");
  if (words) showWords(words.dataset);
  if (ask) {
    const box = document.querySelector("#td-say");
    if (box) { box.value = ("append" in ask.dataset ? box.value : "") + ask.dataset.ask; box.focus(); }
  }
  if (go) {
    const row = document.querySelector(`#row-${go.dataset.go}`);
    goTo(row);
    open(row);
  }
}

function open(row) {
  const details = row?.querySelector("details");
  if (!details) return;
  details.open = true;
  details.querySelector("input:not([type=hidden]), select, textarea")?.focus();
}

function register() {
  const waiting = boxes().find((box) => box.value.trim());
  if (waiting) {
    toast({ text: say("desk_unsent"), level: "warning" });
    waiting.focus();
    return;
  }
  document.querySelector("[data-register]")?.click();
}

function onKey(event) {
  if (event.isComposing || document.querySelector("dialog[open]")) return;
  if (event.key === "F2") {
    const all = boxes();
    const at = all.indexOf(document.activeElement);
    all[(at + 1) % all.length]?.focus();
    event.preventDefault();
  } else if (event.key === "F4" && !event.altKey) {
    const row = nextOpen(rowOf(document.activeElement)?.id) ?? document.querySelector("#td-rows > .td-row");
    event.preventDefault();
    goTo(row);
  } else if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    register();
  } else if (event.key === "Escape" && event.target.closest("details[open]")) {
    const row = rowOf(event.target);
    event.target.closest("details").open = false;
    event.preventDefault();
    goTo(row);
  } else if (event.key === "Enter" && event.target.matches("[data-desk-box]") && !event.shiftKey) {
    event.preventDefault();
    if (event.target.value.trim()) event.target.form.requestSubmit();
  }
}

// seconds in which somebody typed: pauses of more than five seconds are no typing
function onInput(event) {
  if (!event.target.matches("textarea, input")) return;
  const moment = Date.now();
  if (moment - lastKey < typingPause) typed += moment - lastKey;
  lastKey = moment;
}

function onConfigure(event) {
  event.detail.parameters.seen = lastSaid();
  if (event.detail.verb !== "post" || event.detail.elt.closest("#td-phrases")) return;
  event.detail.parameters.typed = Math.round(typed / 1000);
  typed = 0;
  const row = rowOf(event.detail.elt);
  wanted = row ? row.id : "";
}

function onOob(event) {
  const { target, fragment } = event.detail;
  const fresh = fragment?.firstElementChild ?? fragment;
  if (target.matches?.(".td-row")) {
    const editing = target.querySelector("details[open]") && target.id !== wanted;
    if (editing || target.dataset.sign === fresh?.dataset?.sign) event.detail.shouldSwap = editing ? false : target.id === wanted;
  }
  if (target.id === "td-phrases" && target.dataset.order === fresh?.dataset?.order) event.detail.shouldSwap = false;
  if (target.id === "td-knows" && target.dataset.question === fresh?.dataset?.question) event.detail.shouldSwap = false;
}

// what came twice is shown once; the focus stays where it was, or goes to the next row after a step
function onSettled(event) {
  const seen = new Set();
  for (const one of [...list.children]) {
    if (seen.has(one.dataset.number)) one.remove();
    seen.add(one.dataset.number);
  }
  if (event.detail.target === list) {
    document.querySelector("#td-nothing")?.remove();
    showEnd();
  }
}

function onDone(event) {
  const { elt, successful, requestConfig } = event.detail;
  if (requestConfig.verb !== "post") return;
  const box = elt.querySelector?.("[data-desk-box]");
  if (box && successful && !document.querySelector("#td-problem.talk-problem")) {
    box.value = "";
    box.form.elements.key.value = crypto.randomUUID?.() ?? String(Date.now());
    if (document.activeElement === document.body) box.focus();
  }
  if (wanted && successful) {
    const row = wanted;
    wanted = "";
    goTo(nextOpen(row) ?? document.getElementById(row));
  }
}

if (desk) {
  document.addEventListener("click", onClick);
  document.addEventListener("keydown", onKey);
  document.addEventListener("input", onInput);
  document.addEventListener("toggle", (event) => {
    if (event.target.matches(".td-edit") && event.target.open) event.target.querySelector("input:not([type=hidden]), select, textarea")?.focus();
  }, true);
  document.body.addEventListener("htmx:configRequest", onConfigure);
  document.body.addEventListener("htmx:oobBeforeSwap", onOob);
  document.body.addEventListener("htmx:afterSettle", onSettled);
  document.body.addEventListener("htmx:afterRequest", onDone);
  document.body.addEventListener("minhu:live:change", (event) => {
    if (event.detail.key === `talk:${desk.dataset.uid}`) look();
  });
  if (!("ended" in desk.dataset)) setInterval(look, lookAgain);
  showEnd();
}
