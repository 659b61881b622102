// The first page keeps its figures of now up to date: it fetches that part again while somebody looks, and rests while the tab is hidden.
"use strict";

(() => {
  const part = document.querySelector("[data-refresh]");
  if (!part) return;
  const everyMs = Number(part.dataset.everyS) * 1000;
  const slowestMs = 60000;
  let timer = 0;
  let waitMs = everyMs;

  const plan = (ms) => {
    clearTimeout(timer);
    timer = document.hidden ? 0 : setTimeout(refresh, ms);
  };

  const show = (html) => {
    const focused = part.contains(document.activeElement) ? document.activeElement.getAttribute("href") : null;
    part.innerHTML = html;
    if (focused) [...part.querySelectorAll("a")].find((link) => link.getAttribute("href") === focused)?.focus();
  };

  async function refresh() {
    try {
      const response = await fetch(part.dataset.refresh, { headers: { "X-Requested-With": "fetch" }, redirect: "error" });
      if (!response.ok) throw new Error(String(response.status));
      const html = await response.text();
      if (html !== part.innerHTML) show(html);
      waitMs = everyMs;
    } catch {
      waitMs = Math.min(waitMs * 2, slowestMs); // the server is away or the session is over: what stands there stays, with its time
    }
    plan(waitMs);
  }

  document.addEventListener("visibilitychange", () => plan(0));
  plan(everyMs);
})();
