// Rehearsing from the browser: microphone and loudspeaker over the socket of calls, and what was understood, looked up while it goes on.
// All words come from the page. A rehearsal is begun only when the microphone is there, so that nothing is lost without one.
"use strict";

(() => {
  const page = document.querySelector("[data-rehearse]");
  const words = JSON.parse(document.getElementById("sq-rehearse-words").textContent);
  const result = page.querySelector("[data-result]");
  const LOOK_EVERY_MS = 500;
  const RATE_HZ = 16000;
  const SILENT_AFTER_FRAMES = 250;  // 5 s
  let shown = "";  // which rehearsal is looked at

  // ---- what the server knows

  async function ask(fields) {
    const body = new FormData(document.getElementById("sq-token"));
    for (const [name, value] of Object.entries({ campaign: page.dataset.campaign, ...fields })) body.append(name, value);
    const response = await fetch(window.location.pathname, { method: "POST", body });
    const told = await response.json().catch(() => ({}));
    if (!response.ok) throw new Told(told.problem || (response.status === 403 ? words.signed_out : words.server));
    return told;
  }

  class Told extends Error {}

  async function look(rehearsal, whenOver = () => {}) {
    if (shown !== rehearsal) return;
    let isRunning = true;
    try {
      const response = await fetch(`${window.location.pathname}?rehearsal=${rehearsal}`, { headers: { Accept: "application/json" } });
      if (!response.ok) throw new Error(String(response.status));
      const now = await response.json();
      if (shown !== rehearsal) return;
      draw(now.html);
      isRunning = now.is_running;
      if (!isRunning) {
        page.querySelector("[data-standing]").innerHTML = now.standing;
        page.querySelector("[data-past]").innerHTML = now.past;
        whenOver(now.status);
      }
    } catch { /* the line is down or the server restarts: the next look tells */ }
    if (isRunning) setTimeout(() => look(rehearsal, whenOver), LOOK_EVERY_MS);
  }

  function draw(html) {
    if (result.dataset.html === html) return;
    result.dataset.html = html;
    const open = new Set([...result.querySelectorAll("details[open] b:first-of-type")].map((name) => name.textContent));
    result.innerHTML = html;
    result.hidden = false;
    for (const details of result.querySelectorAll("details")) details.open ||= open.has(details.querySelector("b").textContent);
    for (const said of result.querySelectorAll(".sq-said")) said.scrollTop = said.scrollHeight;
  }

  function show(rehearsal, whenOver) {
    shown = rehearsal;
    result.dataset.html = "";
    look(rehearsal, whenOver);
  }

  function tell(section, status, problem = "") {
    section.querySelector("[data-status]").textContent = status;
    const alert = section.querySelector("[data-problem]");
    alert.textContent = problem;
    alert.hidden = !problem;
  }

  // ---- the talk

  function whyNoMicrophone(error) {
    if (error instanceof Told) return error.message;
    const known = { NotAllowedError: words.denied, SecurityError: words.denied, NotFoundError: words.none, OverconstrainedError: words.none,
      NotReadableError: words.busy, AbortError: words.busy };
    return known[error.name] || words.broken;
  }

  async function microphone() {
    if (!window.isSecureContext || !navigator.mediaDevices) throw new Told(words.insecure);
    if (!window.AudioWorkletNode) throw new Told(words.old);
    return navigator.mediaDevices.getUserMedia({ audio: { channelCount: 1, echoCancellation: true, noiseSuppression: true, autoGainControl: true } });
  }

  class Talk {
    constructor(section) {
      this.section = section;
      this.level = section.querySelector("[data-level]");
      this.nSilent = 0;
      this.isOver = false;
    }

    async start(choice) {
      this.stream = await microphone();
      this.ears = new AudioContext();
      this.mouth = new AudioContext({ sampleRate: RATE_HZ });
      await Promise.all([this.ears.audioWorklet.addModule(page.dataset.microphone), this.mouth.audioWorklet.addModule(page.dataset.player)]);
      await Promise.all([this.ears.resume(), this.mouth.resume()]);
      const begun = await ask({ what: "talk", choice });
      this.connect(begun.audio);
      return begun.rehearsal;
    }

    connect(path) {
      const scheme = window.location.protocol === "https:" ? "wss:" : "ws:";
      this.player = new AudioWorkletNode(this.mouth, "player", { numberOfInputs: 0, outputChannelCount: [1] });
      this.player.connect(this.mouth.destination);
      this.socket = new WebSocket(`${scheme}//${window.location.host}${path}`, "audio.drachtio.org");
      this.socket.binaryType = "arraybuffer";
      this.socket.onmessage = ({ data }) => this.hear(data);
      this.socket.onopen = () => this.listen();
      this.socket.onclose = ({ code }) => this.end(code);
      for (const track of this.stream.getAudioTracks()) track.onended = () => tell(this.section, "", words.unplugged);
    }

    listen() {
      const source = this.ears.createMediaStreamSource(this.stream);
      this.recorder = new AudioWorkletNode(this.ears, "microphone", { numberOfOutputs: 1 });
      this.recorder.port.onmessage = ({ data }) => this.send(data);
      source.connect(this.recorder).connect(this.ears.destination);  // it puts nothing out; without a way out some browsers do not run it
      this.level.hidden = false;
      tell(this.section, words.talking);
    }

    send({ pcm, level }) {
      if (this.socket.readyState !== WebSocket.OPEN) return;
      this.socket.send(pcm);
      this.level.querySelector("meter").value = Math.min(1, level * 5);
      this.nSilent = level === 0 ? this.nSilent + 1 : 0;
      this.level.querySelector("[data-silent]").hidden = this.nSilent < SILENT_AFTER_FRAMES;
    }

    hear(data) {
      if (data instanceof ArrayBuffer) {
        if (data.byteLength) this.player.port.postMessage(data, [data]);
        return;
      }
      try {
        if (JSON.parse(data).type === "killAudio") this.player.port.postMessage("clear");
      } catch { /* no message of ours */ }
    }

    hangUp() {
      if (this.socket) this.socket.close(1000);
      this.end(1000);
    }

    end(code) {
      if (this.isOver) return;
      this.isOver = true;
      for (const track of this.stream ? this.stream.getTracks() : []) { track.onended = null; track.stop(); }
      for (const context of [this.ears, this.mouth]) if (context) context.close();
      this.level.hidden = true;
      tell(this.section, words.over, code === 1000 || code === 1005 ? "" : code === 1006 ? words.lost : words.refused);
      if (this.whenOver) this.whenOver();
    }
  }

  function makeTalk(section) {
    const form = section.querySelector("[data-talk]");
    const [start, stop] = [form.querySelector("[type=submit]"), form.querySelector("[data-stop]")];
    let talk = null;
    const rest = () => { start.disabled = false; stop.hidden = true; };
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      start.disabled = true;
      tell(section, words.asking);
      talk = new Talk(section);
      talk.whenOver = rest;
      try {
        const rehearsal = await talk.start(new FormData(form).get("choice"));
        if (!talk.isOver) stop.hidden = false;
        show(rehearsal, (status) => tell(section, words[status] || ""));
      } catch (error) {
        talk.end(1000);
        tell(section, "", whyNoMicrophone(error));
      }
    });
    stop.addEventListener("click", () => talk && talk.hangUp());
    window.addEventListener("pagehide", () => talk && talk.hangUp());
  }

  function makePeople(section) {
    const form = section.querySelector("[data-people]");
    const start = form.querySelector("[type=submit]");
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      start.disabled = true;
      tell(section, words.running);
      try {
        const begun = await ask({ what: "people", language: new FormData(form).get("language") });
        show(begun.rehearsal, (status) => { start.disabled = false; tell(section, words[status] || ""); });
      } catch (error) {
        start.disabled = false;
        tell(section, "", error instanceof Told ? error.message : words.server);
      }
    });
  }

  for (const section of page.querySelectorAll("#talk")) makeTalk(section);
  for (const section of page.querySelectorAll("#people")) makePeople(section);
  page.addEventListener("click", (event) => {
    const button = event.target.closest("[data-show]");
    if (!button) return;
    show(button.dataset.show);
    result.scrollIntoView({ block: "start" });
  });
})();
