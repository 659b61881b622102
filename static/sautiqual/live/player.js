// Plays a call's two sides as they come in: int16, callee left, bot right, 16000 Hz. Keeps a little in hand for an uneven line; what is more than
// half a second old is dropped, because who listens in wants to hear what is said now.

const AHEAD = 1600; // samples in hand before it begins, 0.1 s
const MOST = 8000;
const LEVEL_EVERY = 20; // blocks of 128 samples

class CallPlayer extends AudioWorkletProcessor {
  constructor() {
    super();
    this.pieces = [];
    this.at = 0; // within the first piece, in pairs
    this.n = 0; // pairs in hand
    this.isWaiting = true;
    this.isApart = true;
    this.blocks = 0;
    this.peaks = [0, 0];
    this.port.onmessage = (event) => this.take(event.data);
  }

  take(given) {
    if (!(given instanceof ArrayBuffer)) { this.isApart = given.isApart; return; }
    this.pieces.push(new Int16Array(given));
    this.n += given.byteLength / 4;
    while (this.n > MOST) {
      this.n -= this.pieces.shift().length / 2 - this.at;
      this.at = 0;
    }
    if (this.n >= AHEAD) this.isWaiting = false;
  }

  process(_inputs, [[left, right]]) {
    for (let i = 0; i < left.length && !this.isWaiting; i += 1) {
      const piece = this.pieces[0];
      const callee = piece[2 * this.at] / 32768;
      const bot = piece[2 * this.at + 1] / 32768;
      left[i] = this.isApart ? callee : (callee + bot) / 2;
      right[i] = this.isApart ? bot : (callee + bot) / 2;
      this.peaks = [Math.max(this.peaks[0], Math.abs(callee)), Math.max(this.peaks[1], Math.abs(bot))];
      this.at += 1;
      this.n -= 1;
      if (2 * this.at >= piece.length) { this.pieces.shift(); this.at = 0; }
      if (!this.pieces.length) this.isWaiting = true;
    }
    this.blocks += 1;
    if (this.blocks % LEVEL_EVERY === 0) {
      this.port.postMessage({ left: this.peaks[0], right: this.peaks[1] });
      this.peaks = [0, 0];
    }
    return true;
  }
}

registerProcessor("call-player", CallPlayer);
