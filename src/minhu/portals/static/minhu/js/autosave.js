// Drafts of citizens' forms: <form data-autosave="submit-1"> keeps what was typed in this tab (sessionStorage).
// Never kept: passwords, files, hidden fields, and whatever is marked data-personal or stands inside such an element.
import { all, make, once, say } from "./words.js";

const HOURS = 12 * 3600e3;
const kept = (field) => field.name && !["password", "file", "hidden", "submit", "button"].includes(field.type) && !field.closest("[data-personal]");

function fieldsOf(form) {
  return [...form.elements].filter(kept);
}

function save(form, key) {
  const values = fieldsOf(form).map((f) => [f.name, f.type === "checkbox" || f.type === "radio" ? f.value : "", f.type === "checkbox" || f.type === "radio" ? f.checked : f.value]);
  sessionStorage.setItem(key, JSON.stringify({ at: Date.now(), values }));
}

function restore(form, key) {
  const draft = JSON.parse(sessionStorage.getItem(key) || "null");
  if (!draft || Date.now() - draft.at > HOURS || form.querySelector(".field-wrong")) return false;
  let changed = false;
  for (const [name, choice, value] of draft.values) {
    for (const field of fieldsOf(form).filter((f) => f.name === name)) {
      const box = field.type === "checkbox" || field.type === "radio";
      if (box && field.value !== choice) continue;
      if (box && field.checked !== value) { field.checked = value; changed = true; }
      if (!box && value && field.value !== value && !field.value) { field.value = value; changed = true; }
    }
  }
  return changed;
}

function setUp(form) {
  const key = `minhu-draft-${form.dataset.autosave}`;
  try {
    if (restore(form, key)) {
      const clear = make("button", { type: "button", class: "btn btn-link" }, say("draft_clear"));
      const note = make("div", { class: "draft-note", role: "status" }, say("draft_restored"), clear);
      clear.addEventListener("click", () => { sessionStorage.removeItem(key); form.reset(); note.remove(); });
      form.prepend(note);
    }
  } catch { sessionStorage.removeItem(key); }
  form.addEventListener("input", () => save(form, key));
  form.addEventListener("change", () => save(form, key));
}

/** `<… data-autosave-clear="submit-1 submit-2">` on the page after success forgets these drafts. */
export function setUpAutosave(root) {
  for (const form of all(root, "form[data-autosave]")) once(form, "Autosave", setUp);
  for (const mark of all(root, "[data-autosave-clear]")) {
    for (const name of mark.dataset.autosaveClear.split(" ")) sessionStorage.removeItem(`minhu-draft-${name}`);
  }
}
