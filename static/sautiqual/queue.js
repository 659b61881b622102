// The queue page. The socket says THAT something changed; this fetches WHAT, as a piece of HTML. New offers come with the news, because then
// every page would fetch at once. Without any of it every button still works.

import { countInTitle, drawAttention, forget } from "./queue/attention.js";
import { keepMark } from "./queue/keys.js";
import { openLine } from "./queue/line.js";
import { putWords, remember, renew, renewPart } from "./queue/renew.js";
import { told } from "./words.js";

const LOOK_EVERY_MS = 30000; // what time alone changes: a promise falls due, a lead cools
const LOOK_WITHOUT_LINE_MS = 10000; // fetching the cards also says that the rep is there
const TIMEOUT_MS = 15000; // a slow line, not a lost one
const SAID_FOR_MS = 8000;
const WAITS = { in_time: told("in time"), nearly: told("nearly too long"), too_long: told("too long") };

const cards = document.getElementById("cards");
const queue = document.getElementById("queue");
const state = document.getElementById("line");
const age = document.getElementById("age");
const said = document.getElementById("said");
const news = document.getElementById("news");

let line = null;
let isLooking = false;
let isPosting = false;
let isBehind = false; // told of something that was not fetched yet
let partId = 0; // the live event up to which the waiting leads alone are shown
let lookedAt = Date.now();
let nRenewals = 0;
let clockAhead_ms = 0; // the server's clock, which may be a demo's, before this one
let offered = new Set(offers());
let lastShown = "";
let saidTimer = 0;
const spoken = new Set(); // hand-offs whose words went on
let isListening = false;

// ---- what is shown ------------------------------------------------------------------------------------------------------

function offers() {
  return [...cards.querySelectorAll("[data-offer]")].map((card) => card.dataset.handoff);
}

function eventId() {
  return Number(queue.dataset.eventId);
}

function newestId() {
  return Math.max(eventId(), partId);
}

function show(html) {
  const id = Number((/data-event-id="(\d+)"/.exec(html) || [])[1] || 0);
  if (id < newestId()) { // overtaken by a later reply, which may have shown the offers alone
    if (id >= eventId()) isBehind = true;
    return;
  }
  if (html.includes('<div id="queue" data-part')) {
    renewPart(queue, html);
    partId = id;
  } else {
    renew(queue, html);
    lookedAt = Date.now();
  }
  nRenewals += 1;
  after();
}

function after() {
  clockAhead_ms = Number(queue.dataset.nowMs) - Date.now();
  const notice = queue.querySelector("[data-notice]");
  if (notice) { say(notice.textContent); notice.remove(); }
  const now = offers();
  const fresh = now.filter((id) => !offered.has(id));
  if (fresh.length) {
    drawAttention(fresh);
    news.textContent = fresh.map(announced).join(". ");
  }
  offered = new Set(now);
  forget(now);
  countInTitle(now.length);
  count();
  keepMark();
  reportShown();
}

function announced(id) {
  const card = document.getElementById(`card-${id}`);
  return `${card.classList.contains("warming") ? told("Getting warm") : told("New hot lead")}: ${document.getElementById(`lead-${id}`).textContent}`;
}

function say(text) {
  // Kept outside the cards: they are renewed at any moment, and who was faster should stay readable.
  said.textContent = text;
  said.hidden = false;
  clearTimeout(saidTimer);
  saidTimer = setTimeout(() => { said.hidden = true; }, SAID_FOR_MS);
}

// The server then tells of words spoken on these, and knows that their offers have reached the rep's eyes.
function reportShown() {
  const ids = [...cards.querySelectorAll("[data-handoff]")].map((card) => card.dataset.handoff);
  const reservations = [...cards.querySelectorAll("[data-reservation]")].map((card) => card.dataset.reservation);
  const shown = JSON.stringify([ids, reservations]);
  if (shown === lastShown || !line || !line.isLive()) return;
  lastShown = shown;
  line.send({ shown: ids, reservations, after: newestId() });
}

// ---- fetching and sending -----------------------------------------------------------------------------------------------

function isOurs(reply) {
  // Signed out meanwhile: the login page came instead of the cards.
  if (reply.redirected || reply.status === 403) { location.reload(); return false; }
  return reply.ok || reply.status === 409;
}

async function look() {
  isBehind = true;
  if (isPosting || isLooking) return; // whoever is at it looks again
  isLooking = true;
  while (isBehind && !isPosting) {
    isBehind = false;
    try {
      const reply = await fetch(cards.dataset.url, { headers: { "X-Queue": "1" }, signal: AbortSignal.timeout(TIMEOUT_MS) });
      if (!isOurs(reply)) throw new Error("no cards");
      show(await reply.text());
    } catch { // the line says so already, or will in a moment; with the next message we look again
      isBehind = true;
      break;
    }
  }
  isLooking = false;
}

function showOffers(html) {
  if (isPosting) isBehind = true; // the reply to what the rep did may be older or newer: look again after it
  else show(html);
}

async function listen(ids) {
  ids.forEach((id) => spoken.add(id));
  if (isListening || document.hidden) return;
  isListening = true;
  while (spoken.size && !document.hidden) {
    const asked = [...spoken].filter((id) => document.getElementById(`words-${id}`));
    spoken.clear();
    if (!asked.length) break;
    const before = nRenewals;
    try {
      const reply = await fetch(`${cards.dataset.wordsUrl}?${new URLSearchParams(asked.map((id) => ["of", id]))}`, { signal: AbortSignal.timeout(TIMEOUT_MS) });
      if (!reply.ok || reply.redirected) break;
      const html = await reply.text();
      if (before === nRenewals) putWords(html);
      else asked.forEach((id) => spoken.add(id)); // the cards may be newer than these words
    } catch { break; }
  }
  isListening = false;
}

// The rest of a promise comes when it is opened; without a line the link is left, to be tried again.
async function open(details) {
  const link = details.querySelector("a");
  if (!details.open || !link) return;
  try {
    const reply = await fetch(link.href, { headers: { "X-Queue": "1" }, signal: AbortSignal.timeout(TIMEOUT_MS) });
    if (!reply.ok || reply.redirected) return;
    const html = await reply.text();
    link.parentElement.outerHTML = html;
  } catch { say(told("That could not be fetched: there is no connection.")); }
}

async function send(button) {
  if (isPosting) return;
  if (!navigator.onLine) { say(told("Not sent: there is no connection. Nothing was done; press again when the line is back.")); return; }
  const body = new FormData(button.form);
  if (button.name) body.append(button.name, button.value);
  isPosting = true;
  button.setAttribute("aria-disabled", "true");
  try {
    const reply = await fetch(button.formAction, { method: "POST", body, headers: { "X-Queue": "1" }, signal: AbortSignal.timeout(TIMEOUT_MS) });
    if (isOurs(reply)) { if (reply.ok) clear(button); show(await reply.text()); }
    else say(told("The server could not do that. Press again in a moment."));
  } catch {
    say(told("No answer came. It may have reached the server all the same: this page shows it as soon as the line is back. Pressing again cannot do it twice."));
    isBehind = true;
    line.wake();
  }
  button.removeAttribute("aria-disabled");
  isPosting = false;
  if (isBehind) look();
}

// What was sent is not sent again by mistake; what was refused stays to be mended.
function clear(button) {
  const field = document.getElementById(button.dataset.clears);
  if (field) field.value = "";
}

// ---- the line -----------------------------------------------------------------------------------------------------------

function onState(isLive) {
  state.textContent = isLive ? told("Live") : told("Connection lost. What you see is no longer renewed.");
  document.body.classList.toggle("stale", !isLive);
  sayNeeds(isLive);
  lastShown = ""; // a new socket does not know what we show
  if (isLive) { if (isBehind) look(); else reportShown(); }
  count();
}

// Said on each card, because whoever reads one card hears nothing of the line at the head of the page.
function sayNeeds(isLive) {
  cards.querySelectorAll(".needs").forEach((each) => each.remove());
  if (isLive) return;
  for (const actions of cards.querySelectorAll(".actions")) {
    actions.append(Object.assign(document.createElement("p"), { className: "needs", textContent: told("Needs the connection, which is lost at the moment.") }));
  }
}

function inWords(seconds) {
  return seconds < 60 ? told("{s} s", { s: seconds }) : told("{min} min {s} s", { min: Math.floor(seconds / 60), s: seconds % 60 });
}

function count() {
  const now = Date.now() + clockAhead_ms;
  for (const wait of cards.querySelectorAll(".wait")) {
    const seconds = Math.max(0, Math.round((now - Number(wait.dataset.sinceMs)) / 1000));
    const goal = Number(wait.dataset.goalS);
    const sla = seconds <= goal / 2 ? "in_time" : seconds <= goal ? "nearly" : "too_long"; // as in heat.py
    const text = `${inWords(seconds)}, ${WAITS[sla]}`;
    if (wait.dataset.sla !== sla) wait.dataset.sla = sla;
    if (wait.textContent !== text) wait.textContent = text;
  }
  for (const until of cards.querySelectorAll(".until")) {
    const text = told("{s} s", { s: Math.max(0, Math.round((Number(until.dataset.untilMs) - now) / 1000)) });
    if (until.textContent !== text) until.textContent = text;
  }
  const since = Math.round((Date.now() - lookedAt) / 1000);
  const ago = since < 60 ? told("{s} s", { s: since }) : told("{min} min", { min: Math.floor(since / 60) });
  const again = line.retryInS() ? told("Trying again in {s} s …", { s: line.retryInS() }) : told("Trying again now …");
  age.textContent = document.body.classList.contains("stale") ? `${told("As it was {ago} ago.", { ago })} ${again}` : "";
}

cards.addEventListener("click", (event) => {
  const button = event.target.closest("button[form]");
  if (!button || !button.form.checkValidity()) return; // the browser says what is missing
  event.preventDefault();
  send(button);
});
cards.addEventListener("toggle", (event) => open(event.target), true);
document.addEventListener("visibilitychange", () => { if (!document.hidden) look(); });
setInterval(count, 1000);
setInterval(() => { if (Date.now() - lookedAt > (line.isLive() ? LOOK_EVERY_MS : LOOK_WITHOUT_LINE_MS) - 500) look(); }, 5000);
remember(queue);
state.textContent = told("Connecting …");
line = openLine({ after: eventId, onCards: look, onOffers: showOffers, onWords: listen, onState });
after();
