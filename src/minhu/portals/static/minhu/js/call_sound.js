// The sound of a call: taken out for a stated purpose, once; speed, places of words, arrow keys.
const page = document.querySelector("[data-call-sound]");
const form = page.querySelector("[data-call-ask]");
const player = page.querySelector("[data-call-player]");
const audio = player.querySelector("audio");
const problem = page.querySelector("[data-call-problem]");
const speeds = [...page.querySelectorAll("[data-call-speed]")];
const places = [...document.querySelectorAll("[data-call-at]")];
const STEP = 5;

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  problem.hidden = true;
  const answer = await fetch(`${form.action}?${new URLSearchParams(new FormData(form))}`).catch(() => null);
  if (!answer?.ok) {
    problem.textContent = page.dataset.failed;
    problem.hidden = false;
    return;
  }
  audio.src = URL.createObjectURL(await answer.blob());
  form.hidden = true;
  player.hidden = false;
  for (const one of places) one.disabled = false;
  audio.focus();
});

function setSpeed(button) {
  audio.playbackRate = Number(button.dataset.callSpeed);
  for (const one of speeds) one.setAttribute("aria-pressed", String(one === button));
}

for (const one of speeds) one.addEventListener("click", () => setSpeed(one));
for (const one of places) {
  one.addEventListener("click", () => {
    audio.currentTime = Math.min(Number(one.dataset.callAt), audio.duration || Infinity);
    audio.play();
  });
}

player.addEventListener("keydown", (event) => {
  const now = speeds.findIndex((one) => one.getAttribute("aria-pressed") === "true");
  const act = {
    ArrowLeft: () => { audio.currentTime -= STEP; },
    ArrowRight: () => { audio.currentTime += STEP; },
    ArrowUp: () => setSpeed(speeds[Math.min(now + 1, speeds.length - 1)]),
    ArrowDown: () => setSpeed(speeds[Math.max(now - 1, 0)]),
  }[event.key];
  if (!act) return;
  event.preventDefault();
  act();
}, true);
