// Puts a fresh fragment in the place of what is shown. What has an id and came unchanged stays the very same element, and what changed takes
// over what the rep did with it: focus, scrolling, and whatever is marked data-keep and has an id (opened details, a half-written form).

const sources = new WeakMap(); // element → its HTML as the server sent it

export function remember(root) {
  for (const child of root.children) {
    if (child.hasAttribute("data-keyed")) remember(child);
    else sources.set(child, source(child));
  }
  followAll(root);
}

export function renew(shown, html) {
  const fresh = parsed(html).querySelector("#queue");
  keepingFocus(shown, () => {
    reconcile(shown, fresh);
    for (const { name, value } of fresh.attributes) shown.setAttribute(name, value);
  });
}

// Some sections alone; all else stays, and so does the live event up to which all is shown.
export function renewPart(shown, html) {
  const fresh = parsed(html).querySelector("#queue");
  keepingFocus(shown, () => { for (const next of [...fresh.children]) settled(next, document.getElementById(next.id)); });
  shown.dataset.nowMs = fresh.dataset.nowMs;
}

function keepingFocus(shown, act) {
  const focused = document.activeElement;
  const wasInside = shown.contains(focused);
  act();
  if (!wasInside || shown.contains(document.activeElement)) return;
  const again = focused.isConnected ? focused : focused.id && document.getElementById(focused.id);
  (again || shown.querySelector(".card") || document.getElementById("content")).focus({ preventScroll: true });
}

// The last words of some cards, alone.
export function putWords(html) {
  for (const list of [...parsed(html).children]) {
    const old = document.getElementById(list.id);
    if (!old) continue;
    const hadFocus = document.activeElement === old;
    const after = follow(old);
    old.replaceWith(list);
    after(list);
    if (hadFocus) list.focus({ preventScroll: true });
  }
}

function parsed(html) {
  const template = document.createElement("template");
  template.innerHTML = html;
  return template.content;
}

function reconcile(parent, fresh) {
  const wanted = [...fresh.children].map((next) => settled(next, [...parent.children].find((child) => next.id && child.id === next.id)));
  for (const child of [...parent.children]) if (!wanted.includes(child)) child.remove();
  wanted.forEach((element, n) => { if (parent.children[n] !== element) parent.insertBefore(element, parent.children[n] || null); });
  followAll(parent);
}

function followAll(parent) {
  for (const list of parent.querySelectorAll(".words:not([data-follows])")) follow(list)(list);
}

function settled(next, old) {
  if (old && old.hasAttribute("data-static")) return old;
  if (old && next.hasAttribute("data-keyed")) { reconcile(old, next); return old; }
  if (next.hasAttribute("data-keyed")) { remember(next); return next; }
  const nextSource = source(next);
  if (old && sources.get(old) === nextSource) return old;
  sources.set(next, nextSource);
  if (old) replace(old, next);
  return next;
}

function replace(old, next) {
  const words = old.querySelector(".words");
  const after = words && follow(words);
  const kept = [...old.querySelectorAll("[data-keep]")].filter((each) => next.querySelector(`#${CSS.escape(each.id)}`));
  kept.forEach((each) => next.querySelector(`#${CSS.escape(each.id)}`).replaceWith(each));
  const focusedId = old.contains(document.activeElement) ? document.activeElement.id : "";
  old.replaceWith(next);
  if (after && next.querySelector(".words")) after(next.querySelector(".words"));
  const focused = focusedId && document.getElementById(focusedId);
  if (focused) focused.focus({ preventScroll: true });
}

// Who reads further up is not torn away; everybody else follows the talk to its end.
function follow(list) {
  const isAtEnd = !list.dataset.follows || list.scrollHeight - list.scrollTop - list.clientHeight < 24;
  const { scrollTop } = list;
  return (next) => {
    next.dataset.follows = "1";
    next.scrollTop = isAtEnd ? next.scrollHeight : scrollTop;
  };
}

// What only tells the time does not make a card another one: the page counts on by itself.
function source(element) {
  return element.outerHTML.replace(/ (data-sla|data-follows|aria-current)="\w+"/g, "").replace(/(<time[^>]*>)[^<]*/g, "$1");
}
