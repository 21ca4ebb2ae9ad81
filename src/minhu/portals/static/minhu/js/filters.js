// Filter bars send themselves: selects and dates on change, words after a short pause; empty values leave the address.
import { all, once } from "./words.js";

function send(form) {
  if (form.hasAttribute("hx-get")) form.dispatchEvent(new CustomEvent("filters:changed"));
  else form.requestSubmit();
}

function setUp(form) {
  let timer = 0;
  form.addEventListener("change", (event) => {
    if (!event.target.matches('input[type="search"], input[type="text"]')) send(form);
  });
  form.addEventListener("input", (event) => {
    if (!event.target.matches('input[type="search"], input[type="text"]') || event.isComposing) return;
    if (!form.hasAttribute("hx-get")) return;
    clearTimeout(timer);
    timer = setTimeout(() => send(form), 350);
  });
  form.addEventListener("submit", () => {
    for (const field of form.elements) if (field.name && !field.value) field.disabled = true;
    setTimeout(() => { for (const field of form.elements) field.disabled = false; });
  });
  form.addEventListener("htmx:configRequest", (event) => {
    const { parameters } = event.detail;
    for (const name of Object.keys(parameters)) if (parameters[name] === "") delete parameters[name];
  });
}

export function setUpFilters(root) {
  for (const form of all(root, "form[data-filters]")) once(form, "Filters", setUp);
}
