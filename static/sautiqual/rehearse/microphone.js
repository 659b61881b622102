// The microphone as a phone sends it: 16 kHz, 16-bit, little-endian, mono, in frames of 20 ms. Runs beside the page, in the audio thread.
// A browser's own rate is 44.1 or 48 kHz as a rule: what the new rate cannot hold is filtered out before (windowed sinc, 32 phases).
"use strict";

const OUT_HZ = 16000;
const FRAME = 320;
const PHASES = 32;
const ZEROS = 12;  // of the sinc, to each side

function kernels(ratio) {
  const cutoff = Math.min(1, 1 / ratio) * 0.92;
  const half = Math.ceil(ZEROS * Math.max(1, ratio));
  return { half, rows: Array.from({ length: PHASES }, (_, phase) => {
    const row = Float32Array.from({ length: 2 * half }, (__, at) => {
      const x = at - half + 1 - phase / PHASES;
      const sinc = x === 0 ? 1 : Math.sin(Math.PI * cutoff * x) / (Math.PI * cutoff * x);
      return sinc * (0.5 + 0.5 * Math.cos(Math.PI * x / (half + 1)));
    });
    const sum = row.reduce((total, tap) => total + tap, 0);
    return row.map((tap) => tap / sum);
  }) };
}

class Microphone extends AudioWorkletProcessor {
  constructor() {
    super();
    this.ratio = sampleRate / OUT_HZ;
    this.kernels = kernels(this.ratio);
    this.heard = new Float32Array(2 * this.kernels.half);  // what the next sample may still need
    this.at = this.kernels.half - 1;  // where the next sample is taken, in samples of `heard`
    this.frame = new DataView(new ArrayBuffer(FRAME * 2));
    this.n = 0;
    this.power = 0;
  }

  process(inputs) {
    const input = inputs[0][0];
    if (!input) return true;
    const heard = new Float32Array(this.heard.length + input.length);
    heard.set(this.heard);
    heard.set(input, this.heard.length);
    const { half, rows } = this.kernels;
    while (Math.floor(this.at) + half < heard.length) {
      const whole = Math.floor(this.at);
      const row = rows[Math.min(PHASES - 1, Math.round((this.at - whole) * PHASES))];
      let sample = 0;
      for (let tap = 0; tap < row.length; tap++) sample += row[tap] * heard[whole - half + 1 + tap];
      this.take(sample);
      this.at += this.ratio;
    }
    const done = Math.max(0, Math.floor(this.at) - half + 1);
    this.heard = heard.slice(done);
    this.at -= done;
    return true;
  }

  take(sample) {
    this.power += sample * sample;
    this.frame.setInt16(this.n * 2, Math.max(-32768, Math.min(32767, Math.round(sample * 32767))), true);
    this.n += 1;
    if (this.n < FRAME) return;
    this.port.postMessage({ pcm: this.frame.buffer.slice(0), level: Math.sqrt(this.power / FRAME) });
    this.n = 0;
    this.power = 0;
  }
}

registerProcessor("microphone", Microphone);
