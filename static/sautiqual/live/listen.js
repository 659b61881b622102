// Listening in to one call: asks for a token, opens the socket with it, and gives the sound to the audio worklet. One call at a time.

const RATE_HZ = 16000;

const box = document.getElementById("player");
const state = document.getElementById("player-state");
const apart = document.getElementById("player-apart");
const levels = { left: document.getElementById("level-callee"), right: document.getElementById("level-bot") };

let playing = null;

export async function listenTo(button, words) {
  stopListening();
  const card = button.closest("[data-call]");
  const who = card.querySelector("h3").textContent.trim();
  const own = { call: card.id, socket: null, context: null, node: null, isOver: false };
  playing = own;
  box.hidden = false;
  press(own.call, true);
  state.textContent = words.joining;
  const told = await asked(button.dataset.listen);
  if (own !== playing) return;
  if (!told.token) { finish(own, told.why || words.overLost); return; }
  try {
    await prepare(own);
  } catch { finish(own, words.noSound); return; }
  if (own !== playing) { own.context.close(); return; }
  connect(own, told.token, who, words);
}

export function stopListening() {
  if (playing) finish(playing, "");
  box.hidden = true;
}

async function asked(url) {
  const token = document.cookie.match(/csrftoken=([^;]+)/)?.[1] || document.querySelector("[name=csrfmiddlewaretoken]")?.value || "";
  try {
    const reply = await fetch(url, { method: "POST", headers: { "X-CSRFToken": token } });
    return reply.ok || reply.status === 409 ? await reply.json() : {};
  } catch { return {}; }
}

async function prepare(own) {
  own.context = new AudioContext({ sampleRate: RATE_HZ });
  await own.context.audioWorklet.addModule(document.getElementById("live").dataset.player);
  own.node = new AudioWorkletNode(own.context, "call-player", { numberOfInputs: 0, outputChannelCount: [2] });
  own.node.connect(own.context.destination);
  own.node.port.onmessage = (event) => { levels.left.value = event.data.left; levels.right.value = event.data.right; };
  own.node.port.postMessage({ isApart: apart.checked });
  await own.context.resume();
}

function connect(own, token, who, words) {
  own.socket = new WebSocket(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/ws/listen/`);
  own.socket.binaryType = "arraybuffer";
  own.socket.onopen = () => own.socket.send(JSON.stringify({ token }));
  own.socket.onmessage = (event) => {
    if (typeof event.data !== "string") { own.node.port.postMessage(event.data, [event.data]); return; }
    const said = JSON.parse(event.data);
    if (said.rate_hz) state.textContent = words.hear.replace("%s", who);
    if (said.over) finish(own, words[{ ended: "overEnded", refused: "overRefused", unreachable: "overUnreachable" }[said.over]] || words.overLost);
  };
  own.socket.onclose = () => finish(own, words.overLost);
}

function finish(own, why) {
  if (own.isOver) return;
  own.isOver = true;
  if (own.socket) own.socket.close();
  if (own.context) own.context.close();
  press(own.call, false);
  levels.left.value = levels.right.value = 0;
  state.textContent = why;
  if (playing === own) playing = null;
}

function press(call, isPressed) {
  document.getElementById(call)?.querySelector("[data-listen]")?.setAttribute("aria-pressed", String(isPressed));
}

apart.addEventListener("change", () => playing?.node?.port.postMessage({ isApart: apart.checked }));
document.getElementById("player-stop").addEventListener("click", stopListening);
