// The media side of the softphone: microphone, loudspeaker, and the gateway's protocol (docs/operate/telephone.md).
// Pages use Sound alone (trial call) or Line (agent); both fire events and know nothing of the page.
export const RATE = 16000;
const RETRIES = [300, 700, 1500, 3000, 5000, 5000]; // milliseconds; the gateway waits twenty seconds for an agent
const SIGN_OF_LIFE = 30000;
const CLOSED = { 4401: "signed_out", 4403: "not_yours", 4404: "gone", 4409: "over", 4429: "busy" };

// The gateway's protocol, all of it: sound is binary (PCM, 16 bits, 16 kHz, 20 ms), everything else one line of JSON.
export const protocol = {
  address: (path, call) => {
    const url = new URL(path, window.location.href);
    url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
    url.search = new URLSearchParams({ call, encoding: "pcm16", rate: String(RATE) }).toString();
    return url.href;
  },
  hangUp: () => JSON.stringify({ type: "hangup" }),
  digit: (digit) => JSON.stringify({ type: "dtmf", digit }),
  alive: () => JSON.stringify({ type: "alive" }),
  read: (text) => {
    try { return JSON.parse(text); } catch { return { type: text }; }
  },
};

/** What is wrong, by a word that the page has a sentence for. */
export class PhoneProblem extends Error {
  constructor(code) {
    super(code);
    this.code = code;
  }
}

/** Microphone and loudspeaker. Events: `frame` (detail: Int16Array), `level` (detail: {in, out, waiting}). */
export class Sound extends EventTarget {
  #context;
  #node;
  #volume;
  #stream;
  #input = 0;

  constructor(worklet, most) {
    super();
    this.worklet = worklet;
    this.most = most;
  }

  get listening() {
    return Boolean(this.#stream);
  }

  /** Make the loudspeaker ready; after a click, since browsers ask for one. Throws PhoneProblem. */
  async open() {
    if (this.#context) return this.#context.resume();
    if (!window.isSecureContext || !window.AudioWorkletNode) throw new PhoneProblem("insecure");
    const context = new AudioContext({ latencyHint: "interactive" });
    try {
      await context.audioWorklet.addModule(this.worklet);
    } catch {
      await context.close();
      throw new PhoneProblem("no_sound");
    }
    this.#node = new AudioWorkletNode(context, "minhu-phone", {
      outputChannelCount: [1],
      processorOptions: this.most ? { most: this.most } : {},
    });
    this.#node.port.onmessage = ({ data }) => this.#told(data);
    this.#volume = new GainNode(context);
    this.#node.connect(this.#volume).connect(context.destination);
    this.#context = context;
    return context.resume();
  }

  /** Ask for the microphone. Throws PhoneProblem that says why there is none. */
  async listen() {
    await this.open();
    if (this.#stream) return;
    if (!navigator.mediaDevices?.getUserMedia) throw new PhoneProblem("insecure");
    try {
      this.#stream = await navigator.mediaDevices.getUserMedia({
        audio: { echoCancellation: true, noiseSuppression: true, autoGainControl: true, channelCount: 1 },
      });
    } catch (error) {
      const refused = error.name === "NotAllowedError" || error.name === "SecurityError";
      throw new PhoneProblem(refused ? "refused" : error.name === "NotReadableError" ? "taken" : "no_microphone");
    }
    const source = new MediaStreamAudioSourceNode(this.#context, { mediaStream: this.#stream });
    const low = new BiquadFilterNode(this.#context, { type: "lowpass", frequency: 7000 });
    const lower = new BiquadFilterNode(this.#context, { type: "lowpass", frequency: 7000 });
    source.connect(low).connect(lower).connect(this.#node);
    for (const track of this.#stream.getAudioTracks()) {
      track.addEventListener("ended", () => this.dispatchEvent(new CustomEvent("lost")));
    }
  }

  play(samples) {
    this.#node?.port.postMessage(samples, [samples.buffer]);
  }

  flush() {
    this.#node?.port.postMessage("flush");
  }

  set volume(value) {
    if (this.#volume) this.#volume.gain.value = value;
  }

  /** Two tones of a telephone that rings, for a second. */
  ring() {
    if (!this.#context) return;
    const gain = new GainNode(this.#context, { gain: 0.08 });
    gain.connect(this.#context.destination);
    for (const frequency of [440, 480]) {
      const tone = new OscillatorNode(this.#context, { frequency });
      tone.connect(gain);
      tone.start();
      tone.stop(this.#context.currentTime + 1);
    }
  }

  async close() {
    this.#stream?.getTracks().forEach((track) => track.stop());
    this.#stream = undefined;
    await this.#context?.close();
    this.#context = undefined;
  }

  #told(data) {
    if (data.frame) {
      const loud = data.frame.reduce((most, one) => Math.max(most, Math.abs(one)), 0) / 32768;
      this.#input = Math.max(this.#input, loud); // the loudest since the level was last told
      this.dispatchEvent(new CustomEvent("frame", { detail: data.frame }));
      return;
    }
    this.dispatchEvent(new CustomEvent("level", { detail: { in: this.#input, out: data.out, waiting: data.waiting } }));
    this.#input = 0;
  }
}

/** One agent's line to a call. Events: `state` (connecting, talking, broken, over), `refused` (detail: code, message). */
export class Line extends EventTarget {
  #socket;
  #call = "";
  #tries = 0;
  #timer;
  #alive;

  constructor(path, sound) {
    super();
    this.path = path;
    this.sound = sound;
    this.muted = this.held = false;
    this.state = "over";
    sound.addEventListener("frame", ({ detail }) => this.#heard(detail));
  }

  get call() {
    return this.#call;
  }

  /** Speak in a call that the agent has; a socket that breaks is opened again with the same call. */
  join(call) {
    this.#call = call;
    this.#tries = 0;
    this.muted = this.held = false;
    this.#open();
  }

  digit(digit) {
    this.#send(protocol.digit(digit));
  }

  hangUp() {
    this.#send(protocol.hangUp());
    this.#end();
  }

  /** Try at once, for instance when the network is back. */
  again() {
    if (this.state !== "broken") return;
    clearTimeout(this.#timer);
    this.#open();
  }

  #open() {
    this.#tell(this.#tries ? "broken" : "connecting");
    const socket = new WebSocket(protocol.address(this.path, this.#call));
    socket.binaryType = "arraybuffer";
    this.#socket = socket;
    socket.onmessage = ({ data }) => this.#said(data);
    socket.onclose = ({ code, reason }) => socket === this.#socket && this.#closed(code, reason);
    clearInterval(this.#alive);
    this.#alive = setInterval(() => this.#send(protocol.alive()), SIGN_OF_LIFE);
  }

  #said(data) {
    if (typeof data !== "string") {
      if (!this.held) this.sound.play(new Int16Array(data));
      return;
    }
    const message = protocol.read(data);
    if (message.type === "ready") {
      this.#tries = 0;
      this.sound.flush();
      this.#tell("talking");
    } else if (message.type === "flush") this.sound.flush();
    else if (message.type === "hangup") this.#end();
    else if (message.type === "refused") this.#refused(message.code, message.message);
  }

  #heard(frame) {
    if (this.state !== "talking" || this.#socket?.readyState !== WebSocket.OPEN) return;
    // Silence rather than nothing, so that the gateway's clock of the call goes on.
    this.#socket.send(this.muted || this.held ? new Int16Array(frame.length).buffer : frame.buffer);
  }

  #closed(code, reason) {
    clearInterval(this.#alive);
    if (this.state === "over") return;
    if (code === 1000) return this.#end();
    if (CLOSED[code]) return this.#refused(CLOSED[code], "");
    if (this.#tries >= RETRIES.length) return this.#refused(reason === "no_gateway" ? reason : "unreachable", "");
    this.#tell("broken");
    this.#timer = setTimeout(() => this.#open(), RETRIES[this.#tries++]);
  }

  #refused(code, message) {
    this.#end();
    this.dispatchEvent(new CustomEvent("refused", { detail: { code, message } }));
  }

  #end() {
    clearTimeout(this.#timer);
    clearInterval(this.#alive);
    const socket = this.#socket;
    this.#socket = undefined;
    socket?.close(1000);
    this.sound.flush();
    this.#tell("over");
  }

  #send(text) {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(text);
  }

  #tell(state) {
    this.state = state;
    this.dispatchEvent(new CustomEvent("state", { detail: state }));
  }
}

/** Frames of 16 kHz as a WAV file. */
export function wav(frames) {
  const length = frames.reduce((sum, one) => sum + one.length, 0);
  const view = new DataView(new ArrayBuffer(44 + length * 2));
  const text = (at, word) => [...word].forEach((sign, n) => view.setUint8(at + n, sign.charCodeAt(0)));
  text(0, "RIFF");
  view.setUint32(4, 36 + length * 2, true);
  text(8, "WAVEfmt ");
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true);
  view.setUint16(22, 1, true);
  view.setUint32(24, RATE, true);
  view.setUint32(28, RATE * 2, true);
  view.setUint16(32, 2, true);
  view.setUint16(34, 16, true);
  text(36, "data");
  view.setUint32(40, length * 2, true);
  let at = 44;
  for (const frame of frames) for (const sample of frame) { view.setInt16(at, sample, true); at += 2; }
  return new Blob([view], { type: "audio/wav" });
}
