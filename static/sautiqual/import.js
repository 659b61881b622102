// The pages of an import: a file can be dropped, its size is told before it is sent, and a page that waits looks again by itself.
// Without this file all of it works: the file is chosen, the server tells its size, the page is renewed by its head.
"use strict";

function makeUpload(form) {
  const zone = form.querySelector("[data-drop]");
  const input = form.querySelector("input[type=file]");
  const problem = form.querySelector("[data-problem]");
  input.hasChangeListener = true;  // unfold's own listener wants a text box beside each file, and there is none here
  const isTooLarge = () => {
    const file = input.files[0];
    const tooLarge = Boolean(file) && file.size > Number(form.dataset.maxBytes);
    problem.hidden = !tooLarge;
    problem.textContent = tooLarge ? form.dataset.tooLarge : "";
    return tooLarge;
  };
  for (const name of ["dragenter", "dragover"]) zone.addEventListener(name, (event) => { event.preventDefault(); zone.classList.add("over"); });
  for (const name of ["dragleave", "drop"]) zone.addEventListener(name, () => zone.classList.remove("over"));
  zone.addEventListener("drop", (event) => {
    event.preventDefault();
    if (!event.dataTransfer.files.length) return;
    input.files = event.dataTransfer.files;
    isTooLarge();
  });
  input.addEventListener("change", isTooLarge);
  form.addEventListener("submit", (event) => { if (isTooLarge()) event.preventDefault(); });
}

const LOOK_EVERY_MS = 1000;

async function look(section) {
  try {
    const response = await fetch(section.dataset.progress, { headers: { Accept: "application/json" } });
    if (!response.ok) throw new Error(String(response.status));
    const now = await response.json();
    if (now.stage !== section.dataset.stage) { window.location.reload(); return; }
    section.querySelector("[data-bar]").value = now.percent;
    section.querySelector("[data-done]").textContent = now.n_done;
    section.querySelector("[data-rows]").textContent = now.n_rows || "…";
    section.querySelector("[data-waiting]").hidden = !now.is_waiting;
  } catch { /* the line is down or the server restarts: the next look tells */ }
  setTimeout(() => look(section), LOOK_EVERY_MS);
}

function makeConsent(form) {
  const attested = form.querySelector("[data-attested]");
  const show = () => { attested.hidden = form.querySelector("input[name=source]:checked")?.value !== "attested"; };
  form.addEventListener("change", show);
  show();
}

for (const form of document.querySelectorAll("[data-upload]")) makeUpload(form);
for (const section of document.querySelectorAll("[data-progress]")) setTimeout(() => look(section), LOOK_EVERY_MS);
for (const form of document.querySelectorAll("[data-consent]")) makeConsent(form);
