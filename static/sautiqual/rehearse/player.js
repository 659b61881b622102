// What the bot says: frames of 16 kHz PCM as they come, a small buffer against the unevenness of the network, and silence where there is none.
// The buffer is as long as the server believes it to be (PREBUFFER_MS of campaigns/rehearsing/briefs.py), so that it knows what was heard.
"use strict";

const PREBUFFER = 0.16 * 16000;

class Player extends AudioWorkletProcessor {
  constructor() {
    super();
    this.clear();
    this.port.onmessage = ({ data }) => {
      if (data === "clear") this.clear();
      else this.push(new Int16Array(data));
    };
  }

  clear() {
    this.pieces = [];
    this.offset = 0;
    this.n = 0;
    this.isPlaying = false;
    this.waited = 0;
  }

  push(samples) {
    this.pieces.push(samples);
    this.n += samples.length;
  }

  process(inputs, outputs) {
    const out = outputs[0][0];
    if (this.n && !this.isPlaying) {
      this.waited += out.length;
      this.isPlaying = this.n >= PREBUFFER || this.waited >= PREBUFFER;  // a short word is played although nothing follows it
    }
    for (let at = 0; at < out.length; at++) out[at] = this.isPlaying && this.n ? this.next() : 0;
    if (!this.n) { this.isPlaying = false; this.waited = 0; }
    return true;
  }

  next() {
    const sample = this.pieces[0][this.offset] / 32768;
    this.offset += 1;
    this.n -= 1;
    if (this.offset === this.pieces[0].length) { this.pieces.shift(); this.offset = 0; }
    return sample;
  }
}

registerProcessor("player", Player);
