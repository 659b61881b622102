// What draws the rep's attention: the page's title, a sound, and, only if they ask for it, the browser's own notifications.

import { told } from "../words.js";

const title = document.title;
const withSound = document.getElementById("with-sound");
const soundState = document.getElementById("sound-state");
const ask = document.getElementById("ask-background");
const state = document.getElementById("background-state");
const TELL = ask.textContent;
const shown = new Map(); // offer → its notification
let audio = null;

export function countInTitle(n) {
  document.title = n ? `(${n}) ${title}` : title;
}

export function drawAttention(offers) {
  chime();
  if (!document.hidden || !isWanted()) return;
  for (const offer of offers) {
    try {
      // No name: it may show on a locked screen.
      const note = new Notification(told("A hot lead waits for you"), { tag: offer, body: told("SautiQual: open your queue to accept.") });
      note.onclick = () => { focus(); note.close(); };
      shown.set(offer, note);
    } catch { // Chrome on Android has the word and refuses the deed
      localStorage.setItem("queue-background", "unable");
      sayState();
    }
  }
}

export function forget(offers) {
  for (const [offer, note] of shown) if (!offers.includes(offer)) { note.close(); shown.delete(offer); }
}

function isWanted() {
  return "Notification" in window && Notification.permission === "granted" && localStorage.getItem("queue-background") === "on";
}

function sayState() {
  const wish = localStorage.getItem("queue-background");
  if (!("Notification" in window) || !isSecureContext || wish === "unable") {
    say(told("This browser cannot tell you in the background: the sound and the number in the page's title do."), "");
  } else if (Notification.permission === "denied") {
    say(told("Notifications are blocked for this site. Allow them in the browser's settings for it, and reload this page."), "");
  } else if (isWanted()) {
    say(told("You are told also when this page is in the background."), told("Do not tell me in the background"));
  } else {
    say(told("In the background only the sound and the number in the page's title tell you."), TELL);
  }
}

function say(text, button) {
  state.textContent = text;
  ask.textContent = button;
  ask.hidden = !button;
}

async function onAsk() {
  const isOn = !isWanted();
  if (isOn && Notification.permission !== "granted") await Notification.requestPermission();
  localStorage.setItem("queue-background", isOn ? "on" : "off");
  sayState();
}

// Browsers let a page sound only after somebody has touched it.
function unlock() {
  audio = audio || new AudioContext();
  saySound();
}

function saySound() {
  soundState.textContent = withSound.checked && !audio ? told("Click anywhere once: before that the browser lets no page sound.") : "";
}

function chime() {
  if (!withSound.checked || !audio) return;
  [0, 0.18].forEach((delay, n) => {
    const tone = audio.createOscillator();
    const gain = audio.createGain();
    const start = audio.currentTime + delay;
    tone.frequency.value = n ? 880 : 660;
    gain.gain.setValueAtTime(0.0001, start);
    gain.gain.exponentialRampToValueAtTime(0.2, start + 0.02);
    gain.gain.exponentialRampToValueAtTime(0.0001, start + 0.16);
    tone.connect(gain).connect(audio.destination);
    tone.start(start);
    tone.stop(start + 0.17);
  });
}

export function keepChoice(box, key, changed = () => {}) {
  box.checked = localStorage.getItem(key) !== "off";
  box.addEventListener("change", () => { localStorage.setItem(key, box.checked ? "on" : "off"); changed(); });
}

keepChoice(withSound, "queue-sound", saySound);
ask.addEventListener("click", onAsk);
document.addEventListener("pointerdown", unlock, { once: true });
document.addEventListener("keydown", unlock, { once: true });
saySound();
sayState();
