// Plain forms: mistakes get the focus, nothing is sent twice, [data-copy] copies, [data-count] counts characters.
import { all, make, once, say } from "./words.js";
import { toast } from "./toasts.js";

function onlyOnce(form) {
  form.addEventListener("submit", (event) => {
    if (event.defaultPrevented) return;
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = "1";
    event.submitter?.setAttribute("aria-busy", "true");
    if ("download" in form.dataset) setTimeout(() => fileComes(form));
  });
}

/** The answer is a file: the page stays, so the form is free again and its dialog goes. */
function fileComes(form) {
  free(form);
  form.closest("dialog")?.close();
  toast({ text: say("download"), level: "info" });
}

function free(form) {
  delete form.dataset.sent;
  form.querySelector('[aria-busy="true"]')?.removeAttribute("aria-busy");
}

function count(field) {
  const most = Number(field.maxLength);
  if (most <= 0) return;
  const place = make("div", { class: "field-hint num", "aria-hidden": "true" });
  const show = () => { place.textContent = `${field.value.length} / ${most}`; };
  field.after(place);
  field.addEventListener("input", show);
  show();
}

export function setUpForms(root) {
  const summary = all(root, "[data-error-summary]")[0];
  summary?.focus();
  for (const form of all(root, "form[method=post]:not([hx-post]):not([data-display])")) once(form, "Form", onlyOnce);
  for (const field of all(root, "textarea[data-count]")) once(field, "Count", count);
  for (const button of all(root, "[data-copy]")) once(button, "Copy", () => button.addEventListener("click", async () => {
    await navigator.clipboard?.writeText(button.dataset.copy);
    toast({ text: say("copied"), level: "success" });
  }));
  for (const button of all(root, "[data-print]")) once(button, "Print", () => button.addEventListener("click", () => window.print()));
}

addEventListener("pageshow", () => {
  document.querySelectorAll("form[data-sent]").forEach(free);
});
