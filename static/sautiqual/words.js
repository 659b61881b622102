// What a page says by itself, in the reader's language: the server has put the words into the page that it has a translation of.

const known = JSON.parse(document.getElementById("sq-words")?.textContent ?? "{}");

// `text` in English, with {name} for each of `values`.
export function told(text, values = {}) {
  return (known[text] ?? text).replace(/\{(\w+)\}/g, (_whole, name) => values[name]);
}
