// Short notices with undo. From the server: HX-Trigger {"minhu:toast": {text, level, undo_url}},
// Django messages (template[data-toast]), or toast() from another module.
import { all, icon, make, say } from "./words.js";

const ICONS = { success: "circle-check", error: "alert-octagon", warning: "alert-triangle", info: "info-circle" };
const STAY = { success: 6000, info: 8000, warning: 12000, error: 0 };

/** Show a notice; errors stay until closed, others while the pointer or focus is on them. */
export function toast({ text, level = "info", number = "", undo_url: undoUrl = "" }) {
  const place = document.getElementById("toasts");
  if (!place) return;
  const words = make("p", {}, text);
  if (number) words.append(make("small", {}, say("error_number", { number })));
  const note = make("div", { class: `toast-note toast-${level}`, role: level === "error" ? "alert" : "status" }, icon(ICONS[level] ?? ICONS.info), words);
  if (undoUrl) {
    const undo = make("button", { type: "button", class: "btn btn-sm" }, say("undo"));
    undo.addEventListener("click", () => {
      note.remove();
      window.htmx.ajax("POST", undoUrl, { swap: "none" }).then(() => document.body.dispatchEvent(new CustomEvent("minhu:undone")));
    });
    note.append(undo);
  }
  const close = make("button", { type: "button", class: "btn btn-sm btn-icon btn-ghost", "aria-label": say("close") }, icon("x"));
  close.addEventListener("click", () => note.remove());
  note.append(close);
  place.append(note);
  while (place.children.length > 4) place.firstElementChild.remove();
  const stay = undoUrl ? 12000 : STAY[level] ?? STAY.info;
  if (stay) leaveAfter(note, stay);
}

function leaveAfter(note, stay) {
  let timer = setTimeout(() => note.remove(), stay);
  const hold = () => clearTimeout(timer);
  const go = () => { timer = setTimeout(() => note.remove(), stay / 2); };
  note.addEventListener("pointerenter", hold);
  note.addEventListener("focusin", hold);
  note.addEventListener("pointerleave", go);
  note.addEventListener("focusout", go);
}

/** Turn the server's messages of this page or fragment into notices. */
export function showServerToasts(root) {
  for (const template of all(root, "template[data-toast]")) {
    const level = template.dataset.toast === "debug" ? "info" : template.dataset.toast;
    toast({ text: template.content.textContent.trim(), level });
    template.remove();
  }
}

document.body.addEventListener("minhu:toast", (event) => toast(event.detail));
