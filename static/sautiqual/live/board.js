// The live board. Its socket sends cards that changed; whatever else there is to see is fetched. Without this file the page shows how things
// were when it was opened, and every button leads to a page that asks.

import { openLine } from "../queue/line.js";
import { listenTo, stopListening } from "./listen.js";

const OVER_SHOWN_MS = 10000;
const NEWS_EVERY_MS = 8000; // a reader who is told more often hears nothing else
const STILL_EVERY_MS = 30000;
const MOVED_MS = 4000;
const TIMEOUT_MS = 15000;

const page = document.getElementById("live");
const words = document.getElementById("words").dataset;
const state = document.getElementById("line");
const news = document.getElementById("news");
const ask = document.getElementById("ask");

let eventId = Number(board().dataset.eventId);
let clockAhead_ms = Number(board().dataset.nowMs) - Date.now();
let lookedAt = Date.now();
let isBehind = false;
let isLooking = false;
let line = null;
let opener = null; // what the dialog was opened from, by its call and act
const toSay = [];

function board() { return document.getElementById("board"); }
function cards() { return document.getElementById("cards"); }

// ---- cards --------------------------------------------------------------------------------------------------------------

function parsed(html) {
  const template = document.createElement("template");
  template.innerHTML = html;
  return template.content;
}

// Only what differs is put in, so that focus, and a reader's place, stay where they are.
function put(card) {
  const old = document.getElementById(card.id);
  if (!old) {
    if (card.hasAttribute("data-over")) return;
    cards().append(card);
    tell(card, words.new);
    return settle(card);
  }
  const moved = Number(card.dataset.points || 0) - Number(old.dataset.points || 0);
  if (card.dataset.hot && !old.dataset.hot) tell(card, words.hot);
  if (card.hasAttribute("data-over") && !old.hasAttribute("data-over")) tell(card, words.ended);
  for (const part of card.querySelectorAll("[data-part]")) {
    const own = old.querySelector(`[data-part="${part.dataset.part}"]`);
    if (own && !isSame(own, part)) own.replaceChildren(...part.childNodes);
  }
  for (const { name, value } of card.attributes) if (old.getAttribute(name) !== value) old.setAttribute(name, value);
  if (moved && card.dataset.points !== "") show(old, moved);
  settle(old);
}

function isSame(own, part) {
  const plain = own.cloneNode(true);
  plain.querySelectorAll("[data-since-ms], [data-move]").forEach((each) => { each.textContent = ""; });
  plain.querySelectorAll("[aria-pressed]").forEach((each) => { each.setAttribute("aria-pressed", "false"); });
  return plain.innerHTML === part.innerHTML;
}

function show(card, moved) {
  const mark = card.querySelector("[data-move]");
  if (!mark) return;
  mark.textContent = `${moved > 0 ? "+" : "−"}${Math.abs(moved)}`;
  setTimeout(() => { mark.textContent = ""; }, MOVED_MS);
}

function settle(card) {
  if (card.hasAttribute("data-over") && !card.dataset.leaves) {
    card.dataset.leaves = "1";
    setTimeout(() => { card.remove(); stillOrNot(); }, OVER_SHOWN_MS);
  }
  count();
  stillOrNot();
}

function stillOrNot() {
  const isStill = !cards().children.length;
  const still = document.getElementById("still");
  if (still.hidden === !isStill) return;
  still.hidden = !isStill;
  if (isStill) look(); // why nobody is rung now
}

function count() {
  const now = Date.now() + clockAhead_ms;
  for (const clock of cards().querySelectorAll("[data-since-ms]")) {
    const seconds = Math.max(0, Math.floor((now - Number(clock.dataset.sinceMs)) / 1000));
    const text = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
    if (clock.textContent !== text) clock.textContent = text;
  }
}

// ---- what a screen reader is told: the weighty alone, gathered --------------------------------------------------------------

function tell(card, what) {
  const who = card.querySelector("h3").textContent.trim();
  toSay.push(`${who}: ${what}`);
}

setInterval(() => {
  if (toSay.length) news.textContent = toSay.splice(0).slice(-4).join(". ");
}, NEWS_EVERY_MS);

// ---- fetching -------------------------------------------------------------------------------------------------------------

async function look() {
  isBehind = true;
  if (isLooking) return;
  isLooking = true;
  while (isBehind) {
    isBehind = false;
    try {
      const reply = await fetch(page.dataset.cardsUrl, { signal: AbortSignal.timeout(TIMEOUT_MS) });
      if (reply.redirected || reply.status === 403) { location.reload(); return; }
      if (!reply.ok) break;
      renew(parsed(await reply.text()).getElementById("board"));
    } catch { isBehind = true; break; }
  }
  isLooking = false;
}

function renew(fresh) {
  lookedAt = Date.now();
  clockAhead_ms = Number(fresh.dataset.nowMs) - Date.now();
  for (const name of ["around", "still"]) {
    const own = document.getElementById(name);
    const given = fresh.querySelector(`#${name}`);
    if (own.innerHTML !== given.innerHTML) own.replaceChildren(...given.childNodes);
  }
  const done = fresh.querySelector("#done");
  if (done.children.length) say(done.textContent.trim());
  if (Number(fresh.dataset.eventId) < eventId) return; // cards that came by the socket are newer
  eventId = Number(fresh.dataset.eventId);
  const shown = new Set([...fresh.querySelectorAll("[data-call]")].map((card) => card.id));
  for (const card of [...cards().querySelectorAll("[data-call]")]) if (!shown.has(card.id) && !card.dataset.leaves) card.remove();
  for (const card of [...fresh.querySelectorAll("[data-call]")]) put(card);
  stillOrNot();
}

function say(text) {
  const done = document.getElementById("done");
  done.replaceChildren(Object.assign(document.createElement("p"), { className: "sq-notice", textContent: text }));
  news.textContent = text;
  setTimeout(() => { if (done.textContent === text) done.replaceChildren(); }, 12000);
}

// ---- asking, and doing ------------------------------------------------------------------------------------------------------

async function open(link) {
  opener = { call: link.closest("[data-call]")?.id, act: link.dataset.ask };
  try {
    const reply = await fetch(link.href, { headers: { "X-Dialog": "1" }, signal: AbortSignal.timeout(TIMEOUT_MS) });
    if (!reply.ok || reply.redirected) { location.href = link.href; return; }
    ask.innerHTML = await reply.text();
    if (!ask.open) ask.showModal();
    (ask.querySelector("input:not([type=hidden]), select, textarea") || ask.querySelector("button")).focus();
  } catch { say(words.unsent); }
}

async function send(form) {
  const buttons = form.querySelectorAll("button");
  buttons.forEach((each) => { each.disabled = true; });
  try {
    const reply = await fetch(form.action, {
      method: "POST", body: new FormData(form), headers: { "X-Dialog": "1" }, redirect: "manual", signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    if (reply.type === "opaqueredirect") { close(); look(); return; } // done, or refused in words: they are fetched with the board
    if (reply.ok) { ask.innerHTML = await reply.text(); return; } // something is to be mended
    location.reload();
  } catch {
    buttons.forEach((each) => { each.disabled = false; });
    say(words.unsent);
  }
}

function close() {
  ask.close();
}

ask.addEventListener("close", () => {
  ask.replaceChildren();
  const where = (opener?.call && document.getElementById(opener.call)) || document.getElementById("around");
  (where.querySelector(`[data-ask="${opener?.act}"]`) || where.querySelector("a, button"))?.focus();
});
ask.addEventListener("submit", (event) => { event.preventDefault(); send(event.target); });
ask.addEventListener("click", (event) => { if (event.target.closest("[data-close]")) close(); });
page.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-ask]");
  if (link && !event.ctrlKey && !event.metaKey) { event.preventDefault(); open(link); return; }
  const button = event.target.closest("[data-listen]");
  if (!button) return;
  if (button.getAttribute("aria-pressed") === "true") stopListening();
  else listenTo(button, words);
});

// ---- the line -----------------------------------------------------------------------------------------------------------------

function hear(message) {
  if (message.look || message.around) look();
  for (const html of message.cards || []) put(parsed(html).firstElementChild);
  if (message.event) eventId = Math.max(eventId, message.event);
}

function onState(isLive) {
  state.textContent = isLive ? words.live : words.lost;
  page.classList.toggle("stale", !isLive);
}

setInterval(count, 1000);
setInterval(() => { if (!document.getElementById("still").hidden && Date.now() - lookedAt > STILL_EVERY_MS) look(); }, 5000);
[...cards().children].forEach(settle);
state.textContent = words.connecting;
const query = `&language=${encodeURIComponent(page.dataset.language)}${page.dataset.campaign ? `&campaign=${page.dataset.campaign}` : ""}`;
line = openLine({ path: "/ws/live/", query, after: () => eventId, onOther: hear, onState });
