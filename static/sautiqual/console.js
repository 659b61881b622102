// The console's extras: a click on a time plays the recording from there. Without this file the player is the browser's.
"use strict";

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-seek-ms]");
  const audio = document.getElementById("sq-audio");
  if (!button || !audio) return;
  audio.currentTime = Number(button.dataset.seekMs) / 1000;
  audio.play();
});
