// The agent's softphone: signs in with the microphone, rings, answers, and shows what the line does.
import { csrfToken, explain } from "./http.js";
import { Line, Sound } from "./phone_media.js";
import { announce } from "./words.js";

const page = document.querySelector("[data-phone]");
const words = page.dataset;
const part = (name) => page.querySelector(`[data-phone-part="${name}"]`);
const list = document.getElementById("phone-rows");
const LAST = "minhu-phone-call"; // the call of this window, so that a page that is loaded anew goes on with it
const sound = new Sound(words.worklet, 16000);
const line = new Line(words.gateway, sound);
let signedIn = false;
let ringing;
let began = 0;

function problem(code, text = "") {
  const box = part("problem");
  box.hidden = !code;
  part("problem-words").textContent = text || (code ? (words[`problem_${code}`] ?? words.problem_other) : "");
}

function show() {
  const busy = line.state !== "over";
  part("state").textContent = busy ? words[`state_${line.state}`] : signedIn ? words.state_ready : words.state_off;
  page.dataset.state = busy ? line.state : signedIn ? "ready" : "off";
  part("sign-in").hidden = signedIn;
  part("sign-out").hidden = !signedIn || busy;
  for (const name of ["mute", "hold", "hang-up", "keypad"]) part(name).disabled = !busy;
  part("answer").disabled = !signedIn || busy || !list.querySelector("[data-phone-answer]");
  for (const [name, on] of [["mute", line.muted], ["hold", line.held]]) part(name).setAttribute("aria-pressed", String(on));
  for (const button of list.querySelectorAll("[data-phone-answer], [data-phone-again]")) button.disabled = !signedIn || busy;
}

async function post(path, values = {}) {
  const answer = await fetch(path, {
    method: "POST",
    body: new URLSearchParams(values),
    headers: { "X-CSRFToken": csrfToken(), Accept: "application/json" },
  }).catch(() => null);
  if (!answer) problem("unreachable");
  else if (!answer.ok) explain(answer.status, await answer.text(), answer.headers.get("X-Request-ID"));
  return Boolean(answer?.ok);
}

async function signIn() {
  problem("");
  try {
    await sound.listen();
  } catch (error) {
    problem(error.code ?? "other");
    return;
  }
  signedIn = await post("/desk/phone/seat/", { state: "ready" });
  if (!signedIn) await sound.close();
  show();
  if (signedIn) part("answer").focus();
  const last = sessionStorage.getItem(LAST);
  if (signedIn && last && list.querySelector(`[data-phone-again="${CSS.escape(last)}"]`)) join(last);
}

async function signOut() {
  if (!(await post("/desk/phone/seat/", { state: "off" }))) return;
  await sound.close();
  signedIn = false;
  show();
  ring();
}

async function answer(call) {
  problem("");
  if (await post(`/desk/phone/${call}/take/`)) join(call);
  refresh();
}

function join(call) {
  sessionStorage.setItem(LAST, call);
  began = Date.now();
  line.join(call);
}

function refresh() {
  document.body.dispatchEvent(new CustomEvent("phone:refresh"));
}

function toggle(name) {
  const key = name === "mute" ? "muted" : "held";
  line[key] = !line[key];
  if (line.held) sound.flush();
  show();
  announce(words[`${name}_${line[key] ? "on" : "off"}`]);
}

function ring() {
  const waits = signedIn && line.state === "over" && list.querySelector("[data-phone-rings]");
  if (waits && !ringing) {
    sound.ring();
    announce(words.rings);
    ringing = setInterval(() => sound.ring(), 4000);
  } else if (!waits && ringing) {
    clearInterval(ringing);
    ringing = undefined;
  }
}

function pressed(digit) {
  line.digit(digit);
  part("digits").textContent = (part("digits").textContent + digit).slice(-24);
}

page.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  if (button.dataset.digit) pressed(button.dataset.digit);
  const steps = {
    answer: () => answer((list.querySelector("[data-phone-rings]") ?? list.querySelector("[data-phone-answer]")).dataset.phoneAnswer),
    "sign-in": signIn, "sign-out": signOut, mute: () => toggle("mute"), hold: () => toggle("hold"), "hang-up": () => line.hangUp(),
  };
  steps[button.dataset.phonePart]?.();
});
list.addEventListener("click", (event) => {
  const { phoneAnswer, phoneAgain } = event.target.closest("button")?.dataset ?? {};
  if (phoneAnswer) answer(phoneAnswer);
  if (phoneAgain) join(phoneAgain);
});
part("keypad").addEventListener("keydown", (event) => {
  if (/^[0-9*#]$/.test(event.key) && line.state === "talking") {
    event.preventDefault();
    event.stopPropagation();
    pressed(event.key);
  }
});
part("volume").addEventListener("input", (event) => { sound.volume = Number(event.target.value); });
sound.addEventListener("level", ({ detail }) => {
  part("level-in").value = line.muted || line.held ? 0 : detail.in;
  part("level-out").value = detail.out;
  const seconds = Math.floor((Date.now() - began) / 1000);
  if (line.state === "talking") part("clock").textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
});
sound.addEventListener("lost", () => { problem("lost"); signedIn = false; show(); });
line.addEventListener("state", ({ detail }) => {
  if (detail === "over") {
    part("clock").textContent = "";
    part("digits").textContent = "";
    sessionStorage.removeItem(LAST);
    refresh();
  }
  show();
  ring();
  announce(part("state").textContent);
});
line.addEventListener("refused", ({ detail }) => problem(detail.code, detail.message));
window.addEventListener("online", () => line.again());
window.addEventListener("beforeunload", (event) => { if (line.state === "talking") event.preventDefault(); });
document.body.addEventListener("htmx:afterSettle", () => { show(); ring(); });
if (!window.isSecureContext) problem("insecure");
show();
