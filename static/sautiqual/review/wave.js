// The waveform of both channels: the callee above, the bot below, answers shaded, a line where the sound is.

// {piece_ms, channels} or {why}: the server says why there is none.

import { told } from "../words.js";
export async function readWave(url) {
  try {
    const reply = await fetch(url, { credentials: "same-origin" });
    return await reply.json();
  } catch {
    return { why: told("The waveform could not be loaded.") };
  }
}

export function drawWave(canvas, wave, { durationMs, nowMs, spans }) {
  const [width, height, scale] = [canvas.clientWidth, canvas.clientHeight, window.devicePixelRatio || 1];
  if (!width) return;
  canvas.width = Math.round(width * scale);
  canvas.height = Math.round(height * scale);
  const pen = canvas.getContext("2d");
  pen.scale(scale, scale);
  const style = getComputedStyle(canvas);
  const colour = (name) => style.getPropertyValue(name);
  const allMs = durationMs || wave.channels[0].length * wave.piece_ms;
  const x = (ms) => (ms / allMs) * width;

  pen.fillStyle = colour("--answer");
  for (const [from, until] of spans) pen.fillRect(x(from), 0, Math.max(3, x(until) - x(from)), height);

  const lane = height / wave.channels.length;
  wave.channels.forEach((peaks, channel) => {
    pen.fillStyle = colour(channel === 0 ? "--callee" : "--bot");
    for (let pixel = 0; pixel < width; pixel += 1) {
      const first = Math.floor(((pixel / width) * allMs) / wave.piece_ms);
      const last = Math.max(first + 1, Math.floor((((pixel + 1) / width) * allMs) / wave.piece_ms));
      let loudest = 0;
      for (let piece = first; piece < last && piece < peaks.length; piece += 1) loudest = Math.max(loudest, peaks[piece]);
      const tall = Math.max(1, Math.sqrt(loudest / 255) * (lane - 6));
      pen.fillRect(pixel, lane * (channel + 0.5) - tall / 2, 1, tall);
    }
  });
  pen.fillStyle = colour("--now");
  pen.fillRect(x(nowMs), 0, 2, height);
}
