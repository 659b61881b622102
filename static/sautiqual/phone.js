// Follows the call that verifies a number: fetches the piece of the page that tells of it, as long as the call is under way.

const LOOK_EVERY_MS = 1000;
const TIMEOUT_MS = 10000;

const follow = document.getElementById("follow");
const lost = document.getElementById("lost");

function isLive() {
  return follow.querySelector("[data-live]") !== null;
}

async function look() {
  try {
    const reply = await fetch(follow.dataset.url, { signal: AbortSignal.timeout(TIMEOUT_MS), redirect: "error" });
    if (!reply.ok) throw new Error(String(reply.status));
    show(await reply.text());
    lost.hidden = true;
  } catch {
    lost.hidden = false;
  }
  if (isLive()) setTimeout(look, LOOK_EVERY_MS);
}

function show(html) {
  const fresh = new DOMParser().parseFromString(html, "text/html").getElementById("check");
  if (fresh === null) return;
  const now = follow.querySelector(".now");
  const wanted = fresh.querySelector(".now");
  const isSamePart = isLive() && fresh.dataset.live === follow.querySelector("[data-live]").dataset.live;
  // The same region is kept while the call lasts, so that a screen reader speaks each news once, and the code only at first.
  if (isSamePart && now && wanted) {
    const words = wanted.textContent.trim();
    if (now.textContent.trim() !== words) now.textContent = words;
    return;
  }
  follow.replaceChildren(fresh);
}

if (isLive()) setTimeout(look, LOOK_EVERY_MS);
