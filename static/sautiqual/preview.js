"use strict";
// The play buttons of a preview: one sound at a time, or all of a language in their order.
(() => {
  const root = document.querySelector(".sq-preview");
  if (!root) return;
  const words = root.dataset, error = root.querySelector(".sq-error"), sound = new Audio();
  let queue = [], button = null, all = null, url = "";

  const label = (one, text) => { one.textContent = text; };

  const quiet = () => {
    sound.pause();
    sound.removeAttribute("src");
    if (url) URL.revokeObjectURL(url);
    url = "";
    if (button) { label(button, words.play); button.closest("li").classList.remove("sq-now"); }
    button = null;
  };
  const end = () => {
    quiet();
    queue = [];
    if (all) label(all, all.dataset.all);
    all = null;
  };
  const fail = (why) => {
    end();
    error.textContent = `${words.failed} ${why}`;
    error.hidden = false;
  };
  const next = () => {
    quiet();
    if (queue.length) play(queue.shift()); else end();
  };
  const play = async (one) => {
    button = one;
    label(one, words.stop);
    one.closest("li").classList.add("sq-now");
    if (all) one.closest("li").scrollIntoView({ block: "nearest" });
    try {
      const reply = await fetch(one.dataset.sound, { credentials: "same-origin" });
      if (button !== one) return;
      if (!reply.ok) return fail(await reply.text().then((text) => text.length < 200 ? text : reply.status));
      url = URL.createObjectURL(await reply.blob());
      if (button !== one) return;
      sound.src = url;
      await sound.play();
    } catch (problem) {
      if (button === one && problem.name !== "AbortError") fail(problem.message);
    }
  };
  sound.addEventListener("ended", next);

  root.addEventListener("click", (event) => {
    const pressed = event.target.closest(".sq-play");
    if (!pressed) return;
    error.hidden = true;
    const was = [button, all];
    end();
    if (was.includes(pressed)) return;
    if (!pressed.classList.contains("sq-play-all")) return void play(pressed);
    all = pressed;
    label(all, words.stop);
    queue = [...pressed.closest(".sq-group").querySelectorAll("[data-sound]")];
    next();
  });
  for (const one of root.querySelectorAll("[data-sound]")) one.hidden = false;
  for (const one of root.querySelectorAll(".sq-play-all")) one.hidden = !one.closest(".sq-group").querySelector("[data-sound]");
})();
