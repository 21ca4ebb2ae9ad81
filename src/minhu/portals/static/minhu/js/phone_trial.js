// A trial call: the administrator is the citizen; he types or holds a button and speaks, and hears what the bot says.
import { csrfToken, explain } from "./http.js";
import { Sound, wav } from "./phone_media.js";
import { make } from "./words.js";

const page = document.querySelector("[data-trial]");
const words = page.dataset;
const part = (name) => page.querySelector(`[data-trial-part="${name}"]`);
const sound = new Sound(words.worklet);
let call = "";
let last = 0;
let turn = null;
let playing = null; // the AbortController of what is being said
let timer;

function problem(code) {
  part("problem").hidden = !code;
  part("problem-words").textContent = code ? (words[`problem_${code}`] ?? words.problem_other) : "";
}

function show(state = "") {
  for (const name of ["say", "hang-up", "speak", "words"]) if (part(name)) part(name).disabled = !call;
  part("begin").disabled = Boolean(call);
  part("state").textContent = call ? state : words.state_off;
}

async function post(path, values) {
  const body = new FormData();
  for (const [name, value] of Object.entries(values)) body.append(name, value);
  const answer = await fetch(path, {
    method: "POST", body, headers: { "X-CSRFToken": csrfToken(), Accept: "application/json" },
  }).catch(() => null);
  if (!answer) { problem("unreachable"); return null; }
  if (answer.ok) return answer.json();
  explain(answer.status, await answer.text(), answer.headers.get("X-Request-ID"));
  return null;
}

function take(found) {
  if (!found) return;
  const fresh = found.said.filter((one) => one.number > last);
  for (const one of fresh) {
    last = one.number;
    const item = make("li", { class: `talk-said talk-${one.speaker}` });
    item.append(make("p", { class: "talk-who" }, one.who), make("p", { class: "talk-words" }, one.text));
    part("said").append(item);
    item.scrollIntoView({ block: "nearest" });
  }
  show(found.state_label);
  const aloud = fresh.filter((one) => one.speaker !== "citizen");
  if (aloud.length && words.speaks) say(aloud.map((one) => one.number));
  if (found.over) over();
}

/** Play utterances one after the other, each while it still comes in. */
async function say(numbers) {
  playing?.abort();
  const mine = (playing = new AbortController());
  const asked = performance.now();
  for (const number of numbers) {
    try {
      const slow = part("slow").checked ? "?slow=1" : "";
      const answer = await fetch(`/manage/phone-trial/${call}/sound/${number}/${slow}`, {
        signal: mine.signal, headers: { Accept: "application/json" },
      });
      if (!answer.ok) { problem("no_voice"); return; }
      let rest = new Uint8Array(0);
      const reader = answer.body.getReader();
      for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
        const data = new Uint8Array(rest.length + piece.value.length);
        data.set(rest);
        data.set(piece.value, rest.length);
        const whole = data.length - (data.length % 2);
        rest = data.slice(whole);
        if (whole) sound.play(new Int16Array(data.slice(0, whole).buffer));
        if (number === numbers[0] && !part("first").textContent) {
          part("first").textContent = words.first.replace("{seconds}", ((performance.now() - asked) / 1000).toFixed(2));
        }
      }
    } catch (error) {
      if (error.name !== "AbortError") problem("no_voice");
      return;
    }
  }
}

/** Whoever speaks or types silences the bot. */
function silence() {
  playing?.abort();
  sound.flush();
  part("first").textContent = "";
}

async function begin() {
  problem("");
  try { await sound.open(); } catch (error) { problem(error.code); }
  const found = await post("/manage/phone-trial/begin/", { line: part("line")?.value ?? "" });
  if (!found) return;
  call = found.call;
  last = 0;
  part("said").replaceChildren();
  part("first").textContent = "";
  take(found);
  part("words").focus();
  timer = setInterval(look, 4000);
}

async function look() {
  const answer = await fetch(`/manage/phone-trial/${call}/said/?after=${last}`, { headers: { Accept: "application/json" } }).catch(() => null);
  if (answer?.ok && call) take(await answer.json());
}

async function send(values) {
  silence();
  take(await post(`/manage/phone-trial/${call}/say/`, { key: crypto.randomUUID(), after: last, ...values }));
}

function over() {
  clearInterval(timer);
  call = "";
  show();
}

async function hangUp() {
  silence();
  const ended = call;
  over();
  await post(`/manage/phone-trial/${ended}/end/`, {});
}

async function startTurn() {
  if (!call || turn) return;
  silence();
  try { await sound.listen(); } catch (error) { problem(error.code); return; }
  turn = [];
  part("speak").setAttribute("aria-pressed", "true");
}

async function endTurn() {
  if (!turn) return;
  const frames = turn;
  turn = null;
  part("speak").setAttribute("aria-pressed", "false");
  if (frames.length > 10) await send({ sound: wav(frames) });
}

part("begin").addEventListener("click", begin);
part("hang-up").addEventListener("click", hangUp);
part("form").addEventListener("submit", (event) => {
  event.preventDefault();
  const box = part("words");
  if (!call || !box.value.trim()) return;
  send({ words: box.value });
  box.value = "";
});
const speak = part("speak");
speak?.addEventListener("pointerdown", startTurn);
speak?.addEventListener("pointerup", endTurn);
speak?.addEventListener("pointerleave", endTurn);
speak?.addEventListener("keydown", (event) => { if (event.key === " " && !event.repeat) startTurn(); });
speak?.addEventListener("keyup", (event) => { if (event.key === " ") endTurn(); });
part("volume").addEventListener("input", (event) => { sound.volume = Number(event.target.value); });
sound.addEventListener("frame", ({ detail }) => turn?.push(detail));
sound.addEventListener("level", ({ detail }) => {
  part("level-out").value = detail.out;
  if (part("level-in")) part("level-in").value = turn ? detail.in : 0;
});
if (!window.isSecureContext) problem("insecure");
show();
