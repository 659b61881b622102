// The keys of a review. They can be switched off (WCAG 2.1.4), and mean nothing while somebody types.

const dialog = document.getElementById("review-keys");
const withKeys = document.getElementById("review-with-keys");
const KEEP = "review-keys";

function toggleHelp() {
  if (dialog.open) dialog.close();
  else dialog.showModal();
}

function isTyping(event) {
  if (event.target.closest("input, textarea, select, audio, [contenteditable]")) return true;
  return event.key === " " && event.target.closest("button, a, summary") !== null;
}

// `acts`: by key. Anything on the page with data-key is clicked by it.
export function listenToKeys(acts) {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event)) return;
    if (!withKeys.checked) return;
    if (event.key === "?") { event.preventDefault(); toggleHelp(); return; }
    if (dialog.open) return;
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    const button = /^[a-z]$/.test(key) && !event.repeat ? document.querySelector(`#review [data-key="${key}"]`) : null;
    if (!button && !acts[key]) return;
    event.preventDefault();
    if (button) button.click();
    else acts[key](event);
  });
  document.getElementById("review-help").addEventListener("click", toggleHelp);
  withKeys.checked = localStorage.getItem(KEEP) !== "off";
  withKeys.addEventListener("change", () => localStorage.setItem(KEEP, withKeys.checked ? "on" : "off"));
}
