// Asking without signing in, page and window: Escape closes the window (the page around it is told), a new answer gets
// the focus, nothing is sent twice, a rating leaves the answer where it is.
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && window.parent !== window) window.parent.postMessage("minhu:close", "*");
});
document.querySelector("[data-ask-new]")?.focus();

function free(form) {
  delete form.dataset.asked;
  delete form.dataset.sent;
  form.querySelector("[aria-busy]")?.removeAttribute("aria-busy");
}

async function rate(form, button) {
  const body = new URLSearchParams(new FormData(form, button));
  const answer = await fetch(form.action, { method: "POST", body, headers: { "HX-Request": "true" } });
  const words = document.createElement("div");
  words.innerHTML = await answer.text();
  if (answer.ok) form.replaceWith(words); else { free(form); form.after(words); }
  words.querySelector("[data-ask-new]")?.focus();
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented) return;
  if (form.target === "_blank") { setTimeout(free, 0, form); return; }
  if (form.dataset.asked) { event.preventDefault(); return; }
  form.dataset.asked = "1";
  if (!form.matches(".ask-rate") || form.dataset.plain) return;
  event.preventDefault();
  rate(form, event.submitter).catch(() => {
    free(form);
    form.dataset.plain = "1";
    form.requestSubmit(event.submitter);
  });
});
window.addEventListener("pageshow", () => document.querySelectorAll("form").forEach(free));
