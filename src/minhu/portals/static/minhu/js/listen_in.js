// Listening in by ear: the gateway's socket for supervisors; nothing is spoken into it.
import { Line, Sound } from "./phone_media.js";
import { announce } from "./words.js";

const page = document.querySelector("[data-listen-in]");
const words = page.dataset;
const button = page.querySelector("[data-listen-button]");
const label = page.querySelector("[data-listen-label]");
const problem = page.querySelector("[data-listen-problem]");
const level = page.querySelector("meter");
const sound = new Sound(words.worklet, 16000);
const line = new Line(words.gateway, sound);

function tell(code) {
  problem.hidden = !code;
  problem.textContent = code ? (words[`problem_${code}`] ?? words.problem_other) : "";
}

button.addEventListener("click", async () => {
  tell("");
  if (line.state !== "over") {
    line.hangUp();
    return;
  }
  try {
    await sound.open();
    line.join(words.call);
  } catch (error) {
    tell(error.code ?? "other");
  }
});

line.addEventListener("state", ({ detail }) => {
  const text = words[`state_${detail}`] ?? "";
  label.textContent = detail === "over" ? words.begin : words.end;
  button.setAttribute("aria-pressed", String(detail !== "over"));
  announce(text);
});
line.addEventListener("refused", ({ detail }) => tell(detail.code));
sound.addEventListener("level", ({ detail }) => { level.value = detail.out; });
page.querySelector("input").addEventListener("input", ({ target }) => { sound.volume = Number(target.value); });
