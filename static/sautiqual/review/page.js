// A review: the sound, the words in step with it, the answers, and the keys. Without this file the browser's player and every form still work.
// The click on anything with data-seek-ms plays from there: console.js does that for every page.

import { drawWave, readWave } from "./wave.js";
import { listenToKeys } from "./keys.js";

const audio = document.getElementById("sq-audio");
const canvas = document.getElementById("review-wave");
const follow = document.getElementById("review-follow");
const list = document.getElementById("review-words");
const words = [...document.querySelectorAll(".sq-word[data-seek-ms]")].sort((a, b) => a.dataset.seekMs - b.dataset.seekMs);
const answers = [...document.querySelectorAll("[data-answer]")];
let wave = null;
let untilMs = Infinity;
let marked = null;
let current = answers[0] ?? null;

const nowMs = () => audio.currentTime * 1000;
const spans = answers.map((answer) => [Number(answer.dataset.fromMs), Number(answer.dataset.untilMs)]);

function playFrom(ms, until = Infinity) {
  if (!audio) return;
  untilMs = until;
  audio.currentTime = Math.max(0, ms) / 1000;
  audio.play();
  step();
}

function wordAt(ms) {
  let low = 0;
  let high = words.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (Number(words[middle].dataset.seekMs) <= ms + 1) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

function show() {
  const word = words[wordAt(nowMs())] ?? null;
  if (word !== marked) {
    marked?.classList.remove("now");
    word?.classList.add("now");
    marked = word;
    if (word && follow.checked) intoView(word.closest("li"));
  }
  if (wave) drawWave(canvas, wave, { durationMs: audio.duration * 1000, nowMs: nowMs(), spans });
}

// Only the list scrolls, not the page under the reviewer's hands.
function intoView(turn) {
  const [top, bottom] = [turn.offsetTop - list.offsetTop, turn.offsetTop - list.offsetTop + turn.offsetHeight];
  if (top < list.scrollTop || bottom > list.scrollTop + list.clientHeight) list.scrollTop = top - list.clientHeight / 3;
}

function step() {
  if (nowMs() >= untilMs) { audio.pause(); untilMs = Infinity; }
  show();
  if (!audio.paused) requestAnimationFrame(step);
}

function byWord(by) {
  if (!words.length || !audio) return;
  const at = Math.min(Math.max(wordAt(nowMs()) + by, 0), words.length - 1);
  playFrom(Number(words[at].dataset.seekMs));
}

function choose(answer) {
  current?.removeAttribute("aria-current");
  current = answer;
  current?.setAttribute("aria-current", "true");
}

function playAnswer(number) {
  const answer = answers[number - 1];
  if (!answer) return;
  choose(answer);
  playFrom(Number(answer.dataset.fromMs), Number(answer.dataset.untilMs));
}

function correct() {
  const form = current?.querySelector("details");
  if (!form) return;
  form.open = true;
  form.querySelector("input:not([type=hidden]), select, textarea")?.focus();
}

function onClick(event) {
  const at = event.target.closest("[data-seek-ms]");
  if (!at) return;
  untilMs = at.dataset.untilMs ? Number(at.dataset.untilMs) : Infinity;
  const answer = at.closest("[data-answer]");
  if (answer) choose(answer);
}

async function startSound() {
  document.addEventListener("click", onClick, true);
  audio.addEventListener("play", step);
  for (const name of ["seeked", "loadedmetadata", "pause"]) audio.addEventListener(name, show);
  canvas.addEventListener("click", (event) => {
    if (audio.duration) playFrom((event.offsetX / canvas.clientWidth) * audio.duration * 1000);
  });
  new ResizeObserver(show).observe(canvas);
  const read = await readWave(canvas.dataset.waveform);
  document.getElementById("review-note").textContent = read.why ?? "";
  wave = read.channels ? read : null;
  canvas.hidden = !wave;
  show();
}

listenToKeys({
  " ": () => { if (audio) { untilMs = Infinity; if (audio.paused) audio.play(); else audio.pause(); } },
  ArrowLeft: (event) => (event.shiftKey ? audio && playFrom(nowMs() - 5000) : byWord(-1)),
  ArrowRight: (event) => (event.shiftKey ? audio && playFrom(nowMs() + 5000) : byWord(1)),
  c: correct,
  ...Object.fromEntries([1, 2, 3, 4, 5, 6, 7, 8, 9].map((number) => [String(number), () => playAnswer(number)])),
});
if (audio) startSound();
