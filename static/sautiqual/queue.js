/* The queue page. The socket says THAT something changed; this fetches WHAT, as a piece of HTML. Without it every button still works. */
"use strict";
(() => {
  const cards = document.getElementById("cards");
  const line = document.getElementById("line");
  const withSound = document.getElementById("with-sound");
  const withKeys = document.getElementById("with-keys");
  const said = document.getElementById("said");
  const news = document.getElementById("news");
  const title = document.title;
  const HERE_EVERY_MS = 10000; // fetching the cards also says that the rep is there
  const SAID_FOR_MS = 8000;
  const RETRY_MS = [500, 1000, 2000, 4000, 8000];

  let isFetching = false;
  let isStale = false;
  let isPosting = false;
  let nTries = 0;
  let audio = null;
  let saidTimer = 0;
  let renewedAt = performance.now();
  let seen = new Set(offers());

  function offers() {
    return [...cards.querySelectorAll("[data-offer]")].map((card) => card.dataset.offer);
  }

  function showLine(text, isLost) {
    if (line.textContent !== text) line.textContent = text;
    line.classList.toggle("lost", isLost);
  }

  function show(html) {
    const focused = document.activeElement && cards.contains(document.activeElement) ? document.activeElement.id : "";
    const open = new Set([...cards.querySelectorAll("details[open]")].map((each) => each.closest(".card").querySelector("h3").id));
    cards.innerHTML = html;
    renewedAt = performance.now();
    cards.querySelectorAll("details").forEach((each) => { each.open = open.has(each.closest(".card").querySelector("h3").id); });
    if (focused && document.getElementById(focused)) document.getElementById(focused).focus();
    say(cards.querySelector("[data-notice]"));
    const now = offers();
    const fresh = now.filter((id) => !seen.has(id));
    if (fresh.length) {
      chime();
      news.textContent = `New hot lead: ${fresh.map((id) => document.getElementById(`lead-${id}`).textContent).join(", ")}`;
    }
    seen = new Set(now);
    document.title = now.length ? `(${now.length}) ${title}` : title;
    countWaiting();
  }

  function say(notice) {
    // Kept outside the cards: they are renewed at any moment, and who was faster should stay readable.
    if (!notice) return;
    notice.remove();
    said.textContent = notice.textContent;
    said.hidden = false;
    clearTimeout(saidTimer);
    saidTimer = setTimeout(() => { said.hidden = true; }, SAID_FOR_MS);
  }

  function isOurs(reply) {
    // Signed out meanwhile: the login page came instead of the cards.
    if (reply.redirected || reply.status === 403) { location.reload(); return false; }
    return reply.ok || reply.status === 409;
  }

  async function renew() {
    if (isPosting) return;
    if (isFetching) { isStale = true; return; }
    isFetching = true;
    try {
      const reply = await fetch(cards.dataset.url, { headers: { "X-Queue": "1" } });
      if (isOurs(reply)) { const html = await reply.text(); if (!isPosting) show(html); }
    } catch { /* the line says so already, or will in a moment */ }
    isFetching = false;
    if (isStale) { isStale = false; renew(); }
  }

  async function send(form, button) {
    if (isPosting) return;
    const body = new FormData(form);
    if (button && button.name) body.append(button.name, button.value);
    isPosting = true;
    if (button) button.disabled = true;
    try {
      const reply = await fetch(form.action, { method: "POST", body, headers: { "X-Queue": "1" } });
      if (isOurs(reply)) show(await reply.text());
    } catch {
      if (button) button.disabled = false;
      showLine("That did not reach the server. Try again.", true);
    }
    isPosting = false;
  }

  function connect() {
    const socket = new WebSocket(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/ws/queue/`);
    socket.onopen = () => { nTries = 0; showLine("Live", false); renew(); };
    socket.onmessage = renew;
    socket.onclose = (event) => {
      if (event.code === 4401 || event.code === 4403) { location.reload(); return; }
      showLine("Connection lost. Trying again …", true);
      setTimeout(connect, RETRY_MS[Math.min(nTries++, RETRY_MS.length - 1)]);
    };
  }

  function countWaiting() {
    const since = Math.round((performance.now() - renewedAt) / 1000);
    cards.querySelectorAll("[data-waited-s]").forEach((each) => {
      const seconds = Number(each.dataset.waitedS) + since;
      const text = seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
      if (each.textContent !== text) each.textContent = text;
    });
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

  function remember(box, key) {
    box.checked = localStorage.getItem(key) !== "off";
    box.addEventListener("change", () => localStorage.setItem(key, box.checked ? "on" : "off"));
  }

  // Browsers let a page sound only after somebody has touched it.
  document.addEventListener("pointerdown", () => { audio = audio || new AudioContext(); });
  document.addEventListener("keydown", (event) => {
    audio = audio || new AudioContext();
    if (!withKeys.checked || event.ctrlKey || event.metaKey || event.altKey || event.repeat || event.target.matches("input, textarea, select")) return;
    const button = cards.querySelector(`[data-key="${event.key.toLowerCase()}"]`);
    if (button && /^[ad]$/i.test(event.key)) { event.preventDefault(); button.click(); }
  });
  cards.addEventListener("submit", (event) => { event.preventDefault(); send(event.target, event.submitter); });
  document.addEventListener("visibilitychange", () => { if (!document.hidden) renew(); });

  remember(withSound, "queue-sound");
  remember(withKeys, "queue-keys");
  setInterval(countWaiting, 1000);
  setInterval(renew, HERE_EVERY_MS);
  showLine("Connecting …", false);
  document.title = seen.size ? `(${seen.size}) ${title}` : title;
  connect();
})();
