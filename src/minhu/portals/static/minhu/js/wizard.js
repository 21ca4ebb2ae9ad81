// The citizen's three steps: one <form data-wizard="1"> with sections data-wizard-step. Without this module all
// sections stand below each other and the form works the same.
const form = document.querySelector("form[data-wizard]");

function pick(name) {
  return [...document.querySelectorAll(`[data-wizard-${name}]`)];
}

function show(step, moved) {
  for (const section of pick("step")) section.hidden = Number(section.dataset.wizardStep) !== step;
  for (const mark of pick("mark")) {
    const own = Number(mark.dataset.wizardMark);
    mark.classList.toggle("is-done", own < step);
    if (own === step) mark.setAttribute("aria-current", "step");
    else mark.removeAttribute("aria-current");
  }
  form.dataset.wizard = String(step);
  if (!moved) return;
  window.scrollTo({ top: 0 });
  const first = document.querySelector(`[data-wizard-step="${step}"] :is(textarea, input:not([type=hidden]))`);
  if (first) first.focus();
}

/** Words that another page of ours hands over behind the #, where no server and no log sees them. */
function takeOver() {
  if (!location.hash.startsWith("#text=")) return;
  const field = form.elements.namedItem("text");
  try {
    if (field && !field.value) field.value = decodeURIComponent(location.hash.slice(6)).slice(0, 2000);
  } catch { /* not encoded as we do: nothing is filled in */ }
  history.replaceState(null, "", location.pathname);
}

function goTo(step) {
  if (location.hash !== `#step-${step}`) history.pushState(null, "", `#step-${step}`);
  show(step, true);
}

// What a step needs is asked for on that step and not after the last one; the browser says it in its own words.
function complete() {
  const section = form.querySelector(`[data-wizard-step="${form.dataset.wizard}"]`);
  return [...section.querySelectorAll(":required")].every((field) => field.reportValidity());
}

function goOn() {
  if (complete()) goTo(Number(form.dataset.wizard) + 1);
}

if (form) {
  takeOver();
  for (const row of pick("buttons")) row.hidden = false;
  for (const button of pick("back")) {
    button.hidden = false;
    button.addEventListener("click", () => goTo(Number(form.dataset.wizard) - 1));
  }
  for (const button of pick("next")) button.addEventListener("click", goOn);
  form.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.target.matches("input") && Number(form.dataset.wizard) < 3) {
      event.preventDefault();
      goOn();
    }
  });
  window.addEventListener("popstate", () => show(Number((location.hash.match(/step-([123])/) || [0, 1])[1]), true));
  document.addEventListener("click", (event) => {
    const link = event.target.closest(".error-summary a[href^='#']");
    const target = link && document.querySelector(link.getAttribute("href"));
    const section = target && target.closest("[data-wizard-step]");
    if (section) show(Number(section.dataset.wizardStep), false);
  });
  show(Number(form.dataset.wizard) || 1, false);
}
