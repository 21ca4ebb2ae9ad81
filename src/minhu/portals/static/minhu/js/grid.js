// Forms in the street: without network nothing is lost, the page says so, and what was sent goes out when it is back.
const note = () => document.querySelector("[data-offline]");
let waiting = null;

function say(which) {
  const place = note();
  if (!place) return;
  place.hidden = !which;
  place.classList.toggle("is-back", which === "back");
  for (const words of place.querySelectorAll("[data-offline-words]")) words.hidden = words.dataset.offlineWords !== which;
}

function keep(form) {
  waiting = form;
  say("waiting");
  note()?.scrollIntoView({ block: "nearest" });
}

document.addEventListener("submit", (event) => {
  const form = event.target.closest("[data-offline-form]");
  if (!form || navigator.onLine) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  keep(form);
}, true);

document.body.addEventListener("htmx:sendError", (event) => {
  const form = event.target.closest("[data-offline-form]");
  if (form) keep(form);
});

addEventListener("offline", () => { if (!waiting) say("lost"); });
addEventListener("online", () => {
  say("back");
  const form = waiting;
  waiting = null;
  if (form?.isConnected) form.requestSubmit();
  else setTimeout(() => say(""), 4000);
});
document.body.addEventListener("htmx:afterOnLoad", () => { if (navigator.onLine) say(""); });
document.body.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target.id === "call") event.detail.target.querySelector("[data-call]")?.focus();
});
if (!navigator.onLine) say("lost");
