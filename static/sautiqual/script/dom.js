// Small things that every part of the script's page needs.

export function element(tag, properties, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children.filter((child) => child !== null));
  return made;
}

export function button(words, act, properties = {}) {
  const made = element("button", { type: "button", className: "sq-add", textContent: words, ...properties });
  made.addEventListener("click", act);
  return made;
}

// A field of one question: `field(row, "kind")` is the input whose name ends so.
export function field(row, name) {
  return row.querySelector(`[name^="questions-"][name$="-${name}"]`);
}

export function wrapper(row, name) {
  return row.querySelector(`[data-field="${name}"]`);
}

export function parsed(text, empty) {
  try { return JSON.parse(text) ?? empty; } catch { return empty; }
}

export function tell(words) {
  document.getElementById("sq-said").textContent = words;
}

// What was set by a program is told like what was typed, so that check, draft and languages follow.
export function changed(input) {
  input.dispatchEvent(new Event("input", { bubbles: true }));
}
