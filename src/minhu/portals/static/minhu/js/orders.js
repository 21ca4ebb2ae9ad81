// Pages of an order and the board: the form of a step opens in place and takes the focus, one more unit can be
// picked, the order to merge into shows itself. Everything works without this file too.

function focusForm(panel) {
  const field = panel.querySelector(".is-invalid, [data-error-summary], textarea, select, input:not([type=hidden])");
  (field ?? panel).focus();
  panel.scrollIntoView({ block: "nearest" });
}

document.body.addEventListener("htmx:afterSettle", (event) => {
  const { target } = event.detail;
  if (target?.id === "step-panel" || (target?.id === "desk-panel" && target.querySelector("[data-step-form]"))) focusForm(target);
  else if (target?.id === "desk-panel" && matchMedia("(max-width: 1099px)").matches) target.scrollIntoView({ block: "start" });
});

document.addEventListener("click", (event) => {
  const close = event.target.closest("[data-close-step]");
  const panel = close?.closest("#step-panel");
  if (!panel || !document.querySelector(".order-buttons")) return;
  event.preventDefault();
  panel.replaceChildren();
  document.querySelector(".order-buttons .btn")?.focus();
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || !event.target.closest?.("#step-panel")) return;
  const cancel = event.target.closest("#step-panel").querySelector("[data-close-step]");
  if (event.target.matches("textarea, input, select")) return;
  cancel?.click();
});

// a filled last field of several gets an empty one after it
document.addEventListener("change", (event) => {
  const many = event.target.closest("[data-pick-many]");
  const fields = many ? [...many.querySelectorAll("input")] : [];
  if (!many || !event.target.value || event.target !== fields.at(-1)) return;
  const id = `${fields[0].id}_${fields.length}`;
  const list = document.createElement("datalist");
  list.id = `${id}_list`;
  const field = fields[0].cloneNode();
  field.value = "";
  field.id = id;
  field.setAttribute("list", list.id);
  field.setAttribute("hx-target", `#${list.id}`);
  field.removeAttribute("required");
  field.setAttribute("aria-label", document.querySelector(`label[for="${fields[0].id}"]`)?.textContent ?? "");
  many.append(field, list);
  window.htmx.process(field);
});

let asking = 0;
document.addEventListener("input", (event) => {
  if (!event.target.matches("[data-merge-target]")) return;
  clearTimeout(asking);
  const field = event.target;
  asking = setTimeout(() => {
    const slot = field.closest("form").querySelector(".peek-slot");
    window.htmx.ajax("GET", `/orders/peek/?number=${encodeURIComponent(field.value)}`, { target: slot, swap: "innerHTML" });
  }, 300);
});

// a file answers the export: the page stays, so the dialog must close and its button wake up again
document.addEventListener("submit", (event) => {
  if (!event.target.matches("[data-export]")) return;
  const form = event.target;
  setTimeout(() => {
    form.closest("dialog")?.close();
    delete form.dataset.sent;
    form.querySelector('[aria-busy="true"]')?.removeAttribute("aria-busy");
  }, 800);
});

// the filters change the address without a new page: the export and the printed list follow it
document.body.addEventListener("htmx:pushedIntoHistory", () => {
  for (const form of document.querySelectorAll("form[data-export]")) {
    form.action = form.action.split("?")[0] + location.search;
  }
});

// the bar for several rows waits until one is chosen; without scripts it is always there
function hideBulkBar(root) {
  for (const bar of root.querySelectorAll("form[data-selectable] [data-bulk-bar]")) {
    bar.hidden = !bar.closest("form").querySelector("input[data-select]:checked");
  }
}
hideBulkBar(document);
document.body.addEventListener("htmx:load", (event) => hideBulkBar(event.detail.elt));

// the agent's form fills itself from the words: only empty fields, and what somebody has changed or cleared stays so
function fill(mark) {
  const field = document.getElementById(mark.dataset.fill);
  if (!field || field.dataset.touched) return;
  if (field.type === "checkbox") field.checked = true;
  else field.value = mark.dataset.value;
  field.dataset.filled = mark.dataset.value;
  field.classList.add("is-filled");
}

// whether the place is the agent's own word or was only filled in from the words
document.body.addEventListener("htmx:configRequest", (event) => {
  if (event.detail.target?.id !== "advice") return;
  event.detail.parameters.place_own = document.getElementById("id_place_text")?.dataset.touched ?? "";
});

document.body.addEventListener("htmx:afterSettle", (event) => {
  if (event.detail.target?.id !== "advice") return;
  for (const mark of event.detail.target.querySelectorAll("[data-fill]")) fill(mark);
});

document.addEventListener("input", (event) => {
  const field = event.target;
  if (!field.matches("#id_place_text, #id_confidential")) return;
  field.dataset.touched = "1";
  field.classList.remove("is-filled");
});
for (const field of document.querySelectorAll("#id_place_text")) if (field.value) field.dataset.touched = "1";
