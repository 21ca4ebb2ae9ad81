// Sound in and out of the browser, in its audio thread: frames of 20 ms at 16 kHz to the page, frames from it to the ear.
// The context runs at the machine's own rate; what comes in is low-passed before it gets here.
const RATE = 16000;
const FRAME = 320;
const LEAD = 960; // 60 ms are kept ahead against the network's unevenness
const MOST = RATE * 120; // of the bot's sound: two minutes; of a conversation the page sets less

class Phone extends AudioWorkletProcessor {
  constructor(options) {
    super();
    this.step = sampleRate / RATE;
    this.most = options.processorOptions?.most ?? MOST;
    this.frame = new Int16Array(FRAME);
    this.filled = 0;
    this.at = 0; // where the next sample of 16 kHz lies in what comes in
    this.last = 0;
    this.clear();
    this.heard = 0;
    this.counted = 0;
    this.port.onmessage = ({ data }) => (data === "flush" ? this.clear() : this.take(data));
  }

  clear() {
    this.queue = [];
    this.waiting = 0;
    this.place = 0;
    this.started = false;
  }

  take(samples) {
    this.queue.push(samples);
    this.waiting += samples.length;
    // Sound that piled up while nobody played it is dropped from its old end, or talking would lag behind.
    while (this.waiting > this.most && this.queue.length > 1) {
      this.waiting -= this.queue.shift().length - Math.floor(this.place);
      this.place = 0;
    }
  }

  process([input], [output]) {
    if (input[0]) this.capture(input[0]);
    this.play(output);
    return true;
  }

  capture(samples) {
    let { at } = this;
    while (at < samples.length) {
      const left = Math.floor(at);
      const before = left === 0 ? this.last : samples[left - 1];
      const value = before + (samples[left] - before) * (at - left);
      this.frame[this.filled++] = Math.max(-32768, Math.min(32767, Math.round(value * 32767)));
      if (this.filled === FRAME) {
        this.port.postMessage({ frame: this.frame }, [this.frame.buffer]);
        this.frame = new Int16Array(FRAME);
        this.filled = 0;
      }
      at += this.step;
    }
    this.at = at - samples.length;
    this.last = samples[samples.length - 1];
  }

  play(output) {
    const out = output[0];
    if (!this.started && this.waiting >= LEAD) this.started = true;
    let loud = 0;
    for (let at = 0; at < out.length; at++) {
      const value = this.started ? this.next() : 0;
      out[at] = value;
      loud = Math.max(loud, Math.abs(value));
    }
    for (let channel = 1; channel < output.length; channel++) output[channel].set(out);
    this.heard = Math.max(this.heard, loud);
    this.counted += out.length;
    if (this.counted >= sampleRate / 10) {
      this.port.postMessage({ out: this.heard, waiting: this.waiting / RATE });
      this.heard = this.counted = 0;
    }
  }

  next() {
    const piece = this.queue[0];
    if (!piece) {
      // Under-run of a stream: wait for a new lead. What is over plays its rest out first.
      this.started = false;
      return 0;
    }
    const left = Math.floor(this.place);
    const after = left + 1 < piece.length ? piece[left + 1] : (this.queue[1]?.[0] ?? piece[left]);
    const value = (piece[left] + (after - piece[left]) * (this.place - left)) / 32768;
    this.place += 1 / this.step;
    while (this.queue[0] && this.place >= this.queue[0].length) {
      this.place -= this.queue[0].length;
      this.waiting -= this.queue.shift().length;
    }
    return value;
  }
}

registerProcessor("minhu-phone", Phone);
