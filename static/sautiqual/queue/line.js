// The line to the server: opens the socket, notices when it is lost (also when nobody says so, or the machine has slept), tries again.

const RETRY_MS = [500, 1000, 2000, 4000, 8000, 15000];
const SILENT_MS = 25000; // the server says something every 10 s
const TICK_MS = 1000;

// `after`: the newest live event on the page; the server then says whether anything was missed. `onState(isLive)`: whenever that changes.
// `onOffers(html)`: the waiting leads alone. `onOther(message)`: whatever else another page's socket says; `path` is that socket.
export function openLine({ after, onCards, onOffers, onWords, onState, onOther, path = "/ws/queue/", query = "" }) {
  let socket = null;
  let isLive = null; // not known yet
  let nTries = 0;
  let timer = 0;
  let heardAt = Date.now();
  let retryAt = 0;

  function connect() {
    clearTimeout(timer);
    const own = new WebSocket(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}${path}?after=${after()}${query}`);
    drop();
    socket = own;
    heardAt = Date.now();
    own.onmessage = (event) => { if (own === socket) hear(JSON.parse(event.data)); };
    own.onclose = (event) => {
      if (event.code === 4401 || event.code === 4403) { location.reload(); return; }
      if (own === socket) lose();
    };
  }

  function hear(message) {
    heardAt = Date.now();
    nTries = 0;
    tell(true);
    if (message.beat) send({ here: true });
    if (onOther) { onOther(message); return; }
    if (message.cards) onCards();
    if (message.offers) onOffers(message.offers);
    if (message.words) onWords(message.words);
  }

  function tell(now) {
    if (isLive === now) return;
    isLive = now;
    onState(now);
  }

  function drop() {
    const old = socket;
    socket = null;
    if (old) old.close();
  }

  function lose() {
    drop();
    clearTimeout(timer);
    const wait_ms = RETRY_MS[Math.min(nTries++, RETRY_MS.length - 1)] * (0.75 + Math.random() / 2); // not all pages in the same instant
    retryAt = Date.now() + wait_ms;
    timer = setTimeout(connect, wait_ms);
    tell(false);
  }

  function send(message) {
    if (socket && socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify(message));
  }

  function wake() {
    if (isLive && Date.now() - heardAt < SILENT_MS) return;
    nTries = 0;
    if (isLive) lose();
    connect();
  }

  setInterval(() => { if (socket && Date.now() - heardAt > SILENT_MS) lose(); }, TICK_MS);
  addEventListener("online", wake);
  addEventListener("offline", () => { if (socket) lose(); });
  addEventListener("pageshow", (event) => { if (event.persisted) wake(); });
  document.addEventListener("visibilitychange", () => { if (!document.hidden) wake(); });
  connect();

  return { send, wake, isLive: () => isLive === true, retryInS: () => Math.max(0, Math.ceil((retryAt - Date.now()) / 1000)) };
}
