// The panel beside a list: opens when its content arrives, closes when the step is taken; the current row stays.
import { goTo } from "./keyboard.js";

const panel = () => document.getElementById("panel");
let place = -1;

document.body.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target.id !== "panel-body") return;
  const dialog = panel();
  if (dialog && !dialog.open) dialog.showModal();
  const wrong = event.detail.target.querySelector("[data-error-summary]");
  (wrong ?? event.detail.target.querySelector(".panel-form :is(textarea, select, input:not([type=hidden]))"))?.focus();
});

document.body.addEventListener("minhu:changed", () => {
  const dialog = panel();
  if (dialog?.open) dialog.close();
});

document.body.addEventListener("htmx:beforeSwap", (event) => {
  if (!event.detail.target.matches("[data-live-target]")) return;
  const rows = [...event.detail.target.querySelectorAll("[data-keys-row]")];
  const found = rows.findIndex((row) => row.classList.contains("is-current"));
  if (found >= 0) place = found; // a second refresh before the first has settled finds no current row: keep the place
});

document.body.addEventListener("htmx:afterSettle", () => {
  if (place < 0) return;
  const rows = document.querySelectorAll("[data-live-target] [data-keys-row]");
  const at = Math.min(place, rows.length - 1);
  place = -1;
  if (rows[at]) goTo(rows[at]);
});
