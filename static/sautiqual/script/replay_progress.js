// How far a long replay is; opens the page anew when it is done.
const card = document.querySelector("[data-progress]");
const EVERY_MS = 1000;

async function look() {
  try {
    const { done, finished } = await (await fetch(card.dataset.progress, { headers: { Accept: "application/json" } })).json();
    card.querySelector("progress").value = done;
    card.querySelector("[data-done]").textContent = done;
    if (finished) { location.reload(); return; }
  } catch {
    // The line is down: asked again.
  }
  setTimeout(look, EVERY_MS);
}

setTimeout(look, EVERY_MS);
