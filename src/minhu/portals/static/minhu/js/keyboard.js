// Lists worked through by keyboard.
//   [data-keys-list] holds rows [data-keys-row]; j/k move, Enter clicks [data-keys-open] (or the first link),
//   1–9 click [data-key="1"]… of the row (or of the page), x toggles its checkbox, / goes to [data-keys-filter],
//   ? opens the help, any other [data-key="a"] on the page is clicked by its key. Single keys can be switched off.
import { announce, say } from "./words.js";
import { openDialog } from "./dialogs.js";

const OFF = "minhu-keys-off";
const typing = (element) => element.closest("input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]");
const rows = () => [...document.querySelectorAll("[data-keys-list] [data-keys-row]")].filter((row) => row.offsetParent !== null);
const current = () => document.querySelector("[data-keys-row].is-current");

/** Make `row` the current one: marked, focused, in view, announced. */
export function goTo(row) {
  if (!row) return;
  const before = current();
  before?.classList.remove("is-current");
  before?.removeAttribute("aria-current");
  row.classList.add("is-current");
  row.setAttribute("aria-current", "true");
  if (!row.hasAttribute("tabindex")) row.tabIndex = -1;
  row.focus({ preventScroll: true });
  row.scrollIntoView({ block: "nearest" });
  const list = rows();
  announce(say("list_position", { n: list.indexOf(row) + 1, total: list.length }));
  row.dispatchEvent(new CustomEvent("minhu:row", { bubbles: true }));
}

function move(step) {
  const list = rows();
  if (!list.length) return;
  const at = list.indexOf(current());
  goTo(list[at < 0 ? (step > 0 ? 0 : list.length - 1) : Math.min(Math.max(at + step, 0), list.length - 1)]);
}

function toggle(row) {
  const box = row?.querySelector('input[type="checkbox"]');
  if (box && !box.disabled) box.click();
}

function focusFilter() {
  const place = document.querySelector("[data-keys-filter]");
  const field = place?.matches("input, select") ? place : place?.querySelector("input, select");
  field?.focus();
  field?.select?.();
}

const actions = {
  j: () => move(1),
  k: () => move(-1),
  x: () => toggle(current()),
  "/": focusFilter,
  "?": () => openDialog("keys-help"),
};

function press(key, event) {
  const row = current();
  const marked = `[data-key="${CSS.escape(key)}"]`;
  const target = row?.querySelector(marked) ?? document.querySelector(`[data-keys-page] ${marked}, ${marked}:not([data-keys-row] *)`);
  if (target && !target.disabled) { event.preventDefault(); target.click(); return; }
  if (key === "Enter" && row && event.target === row) {
    event.preventDefault();
    (row.querySelector("[data-keys-open]") ?? row.querySelector("a[href]"))?.click();
    return;
  }
  if (actions[key]) { event.preventDefault(); actions[key](); }
}

function onKey(event) {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (document.querySelector("dialog[open]")) return;
  if (typing(event.target)) {
    if (event.key === "Escape") {
      if (event.target.matches("[data-keys-filter][type=search]")) event.preventDefault(); // browsers would empty it
      event.target.blur();
    }
    return;
  }
  if (localStorage.getItem(OFF) && event.key !== "?" && event.key !== "Enter") return;
  press(event.key, event);
}

export function startKeyboard() {
  document.addEventListener("keydown", onKey);
  document.addEventListener("focusin", (event) => {
    const row = event.target.closest?.("[data-keys-row]");
    if (row && row !== current() && event.target !== row) {
      current()?.classList.remove("is-current");
      row.classList.add("is-current");
    }
  });
  const box = document.querySelector("[data-keys-switch]");
  if (!box) return;
  box.checked = !localStorage.getItem(OFF);
  box.addEventListener("change", () => (box.checked ? localStorage.removeItem(OFF) : localStorage.setItem(OFF, "1")));
}
