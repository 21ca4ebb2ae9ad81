// Asking the papers: another tone without asking again; the paper beside follows the current row.
function choose(button) {
  const tone = button.dataset.askTone;
  for (const one of document.querySelectorAll("[data-ask-tone]")) one.setAttribute("aria-pressed", String(one === button));
  for (const said of document.querySelectorAll("[data-ask-said]")) {
    const chosen = said.dataset.askSaid === tone;
    said.hidden = !chosen;
    const copy = said.querySelector("[data-copy]");
    if (chosen) copy.dataset.key = "c"; else delete copy.dataset.key;
  }
  const field = document.querySelector("#ask-form [name=tone]");
  if (field) field.value = tone;
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-ask-tone]");
  if (button) choose(button);
});
document.addEventListener("minhu:row", (event) => {
  const address = event.target.dataset.askPassage;
  if (address) window.htmx?.ajax("GET", address, { target: "#ask-beside", swap: "innerHTML" });
});

// what was asked with Enter is not looked for once more as if it were still being typed: that would take its place
let asked = null;
const typed = () => document.querySelector("#ask-form [name=question]")?.value.trim();
document.addEventListener("submit", (event) => {
  if (event.target.id === "ask-form") asked = typed();
});
document.addEventListener("htmx:confirm", (event) => {
  if (event.target.id === "ask_q" && typed() === asked) event.preventDefault();
});
document.addEventListener("input", (event) => {
  if (event.target.id === "ask_q" && typed() !== asked) asked = null;
});
