// Native dialogs: data-open-dialog="id" opens, data-close-dialog closes, data-reveal asks why and shows a value.
import { csrfToken, explain } from "./http.js";
import { say } from "./words.js";
import { toast } from "./toasts.js";

/** Open the dialog with this id; values in `data-fill-name="value"` of the opener go into its fields. */
export function openDialog(id, opener = null) {
  const dialog = document.getElementById(id);
  if (!dialog || dialog.open) return;
  for (const [key, value] of Object.entries(opener?.dataset ?? {})) {
    if (!key.startsWith("fill")) continue;
    const name = key.slice(4).replace(/[A-Z]/g, (letter, at) => (at ? "_" : "") + letter.toLowerCase());
    const field = dialog.querySelector(`[name="${name}"]`);
    if (field) field.value = value;
  }
  if (opener?.dataset.dialogAction) dialog.querySelector("form").action = opener.dataset.dialogAction;
  dialog.showModal();
  dialog.querySelector("textarea, select, input:not([type=hidden])")?.focus();
}

let revealing = null;

function onClick(event) {
  const opener = event.target.closest("[data-open-dialog]");
  if (opener) return openDialog(opener.dataset.openDialog, opener);
  if (event.target.closest("[data-close-dialog]")) return event.target.closest("dialog")?.close();
  const reveal = event.target.closest("[data-reveal]");
  if (reveal) {
    revealing = reveal;
    openDialog("reveal-dialog");
  }
  return undefined;
}

async function onReveal(form) {
  const button = revealing;
  const data = new FormData(form);
  form.closest("dialog").close();
  try {
    const answer = await fetch(button.dataset.reveal, {
      method: "POST", body: data, headers: { "X-CSRFToken": csrfToken(), "HX-Request": "true" },
    });
    const text = await answer.text();
    if (!answer.ok) return explain(answer.status, text, answer.headers.get("X-Request-ID"));
    const shown = new DOMParser().parseFromString(text, "text/html").body.textContent.trim();
    button.parentElement.querySelector("span").textContent = shown;
    button.remove();
  } catch {
    toast({ text: say("offline"), level: "error" });
  }
  return undefined;
}

export function startDialogs() {
  document.addEventListener("click", onClick);
  document.addEventListener("submit", (event) => {
    if (!event.target.matches("[data-reveal-form]")) return;
    event.preventDefault();
    onReveal(event.target);
  });
  document.body.addEventListener("htmx:afterRequest", (event) => {
    if (event.detail.successful && event.target.matches("[data-dialog-form]")) event.target.closest("dialog")?.close();
  });
}
