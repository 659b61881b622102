// One tab for each language of the script. In a further one, every text stands above a box for its words there; the rest is out of the way.
import { button, changed, element, field, parsed, tell } from "./dom.js";
import { keptRows } from "./questions.js";
import { told } from "../words.js";

const bar = document.getElementById("sq-languages");
const form = bar.closest("form");
const spoken = parsed(document.getElementById("sq-spoken").textContent, { names: {}, standard: {}, unsaid: {} });
const kept = document.getElementById("id_translations");
let shown = "";
let missing = {};

const script = () => parsed(kept.value, {});
const nameOf = (language) => spoken.names[language] ?? language;
const own = () => document.getElementById("id_language").value;

function write(area, value) {
  area.value = JSON.stringify(value);
  changed(area);
}

// Where the words in a further language of one text are kept: [read, write].
function ofScript(name) {
  const isLine = name.startsWith("say_");
  const key = isLine ? name.slice(4) : name;
  return [
    (language) => (isLine ? script()[language]?.lines?.[key] : script()[language]?.[key]) ?? "",
    (language, text) => {
      const all = script();
      const said = (all[language] ??= {});
      const place = isLine ? (said.lines ??= {}) : said;
      if (text.trim()) place[key] = text; else delete place[key];
      if (isLine && !Object.keys(place).length) delete said.lines;
      write(kept, all);
    },
  ];
}

function ofQuestion(row, name) {
  const area = field(row, "translations");
  const isList = name === "choices";
  return [
    (language) => { const said = parsed(area.value, {})[language]?.[name]; return isList ? (said ?? []).join("\n") : said ?? ""; },
    (language, text) => {
      const all = parsed(area.value, {});
      const said = (all[language] ??= {});
      if (text.trim()) said[name] = isList ? text.split("\n").map((line) => line.trim()).filter(Boolean) : text; else delete said[name];
      if (!Object.keys(said).length) delete all[language];
      write(area, all);
    },
  ];
}

function texts() {
  const ofTheScript = ["disclosure", ...(spoken.all ?? []).map((name) => `say_${name}`)].map((name) => [document.getElementById(`id_${name}`), ...ofScript(name)]);
  const ofQuestions = keptRows().flatMap((row) => ["wording", "reask_wording", "choices"].map((name) => [field(row, name), ...ofQuestion(row, name)]));
  return [...ofTheScript, ...ofQuestions].filter(([input]) => input);
}

function isMissing(input, text, language) {
  if (text.trim()) return false;
  if (input.id.startsWith("id_say_")) return (spoken.unsaid[language] ?? spoken.all).includes(input.id.slice(7));
  return input.value.trim() !== "";
}

// The box for one text in the language shown; it stands beside the own text, which is to be read meanwhile.
function showOther(input, read, writeText) {
  input.parentElement.querySelector(":scope > .sq-other")?.remove();
  input.hidden = shown !== "";
  if (!shown) return;
  const isChoices = input.name.endsWith("-choices");
  const label = input.closest(".sq-field, .field-line")?.querySelector("label")?.textContent.trim().replace(/[*:]+$/, "") ?? "";
  const box = element("textarea", { value: read(shown), rows: isChoices ? 3 : 2, dir: "auto", lang: shown, ariaLabel: `${label} (${nameOf(shown)})` });
  const standard = input.id.startsWith("id_say_") ? spoken.standard[shown]?.[input.id.slice(7)] : "";
  box.placeholder = isChoices ? told("One a line, in the same order") : standard ?? "";
  const language = shown;
  const gap = () => {
    const is = isMissing(input, box.value, language);
    other.classList.toggle("missing", is);
    mark.textContent = is ? told("missing") : "";
  };
  const mark = element("span", { className: "sq-missing" });
  const other = element("div", { className: "sq-other" }, element("p", { className: "sq-original", lang: own(), textContent: input.value || input.placeholder || "–" }), box, mark);
  if (input.id === "id_disclosure") other.append(vouching(language));
  box.addEventListener("input", () => { writeText(language, box.value); gap(); });
  input.after(other);
  gap();
}

function vouching(language) {
  const said = script()[language] ?? {};
  const box = element("input", { type: "checkbox", checked: said.vouches === true });
  box.addEventListener("change", () => { const all = script(); (all[language] ??= {}).vouches = box.checked; write(kept, all); });
  const who = said.vouched_by && said.vouched_text === said.disclosure ? ` ${told("({name} answers for it as it reads now)", { name: said.vouched_by })}` : "";
  return element("label", { className: "sq-vouch" }, box, ` ${told("I answer for this text")}${who}`);
}

// While somebody writes in another language, only texts are there.
function show(language) {
  shown = language;
  form.classList.toggle("sq-translating", language !== "");
  const all = texts();
  for (const [input, read, writeText] of all) showOther(input, read, writeText);
  const translated = new Set(all.map(([input]) => input.closest(".sq-field, .field-line")));
  for (const wrap of form.querySelectorAll(".field-line, .sq-field")) wrap.classList.toggle("sq-own", language !== "" && !translated.has(wrap));
  for (const [input] of all) {
    const isEmptyHere = language !== "" && input.name.startsWith("questions-") && !input.value.trim();
    input.closest(".sq-field, .field-line")?.classList.toggle("sq-own", isEmptyHere);
  }
  draw();
}

function add(language) {
  const code = language.trim().toLowerCase();
  if (!/^[a-z]{2,3}$/.test(code) || code === own().split("-")[0].toLowerCase()) return tell(told("Write the code of another language, for example sw."));
  const all = script();
  all[code] ??= {};
  write(kept, all);
  show(code);
}

function remove(language) {
  const before = [[kept, kept.value], ...keptRows().map((row) => [field(row, "translations"), field(row, "translations").value])];
  for (const [area] of before) { const all = parsed(area.value, {}); delete all[language]; write(area, all); }
  show("");
  const undo = button(told("Undo: bring {language} back", { language: nameOf(language) }), () => { for (const [area, value] of before) { area.value = value; changed(area); } show(language); });
  bar.append(undo);
  undo.focus();
}

function tab(language, words) {
  const made = button(words, () => show(language), { className: "sq-tab" });
  made.setAttribute("role", "tab");
  made.setAttribute("aria-selected", String(shown === language));
  made.tabIndex = shown === language ? 0 : -1;
  made.dataset.language = language;
  made.addEventListener("keydown", (event) => {
    const tabs = [...bar.querySelectorAll("[role=tab]")];
    const next = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!next) return;
    event.preventDefault();
    show(tabs[(tabs.indexOf(made) + next + tabs.length) % tabs.length].dataset.language);
    bar.querySelector("[aria-selected=true]").focus();
  });
  return made;
}

function draw() {
  const languages = Object.keys(script());
  const tabs = element("div", { className: "sq-tabs" }, tab("", `${nameOf(own().split("-")[0])} (${own()})`),
    ...languages.map((language) => tab(language, `${nameOf(language)}${missing[language] ? ` · ${told("{n} missing", { n: missing[language] })}` : ""}`)));
  tabs.setAttribute("role", "tablist");
  tabs.setAttribute("aria-label", told("Languages of the script"));
  const wanted = element("select", { ariaLabel: told("Add a language") }, element("option", { value: "", textContent: told("Add a language …") }),
    ...Object.entries(spoken.names).filter(([code]) => !languages.includes(code) && code !== own().split("-")[0]).map(([code, name]) => element("option", { value: code, textContent: name })),
    element("option", { value: "?", textContent: told("Another one …") }));
  wanted.addEventListener("change", () => { const code = wanted.value === "?" ? window.prompt(told("The code of the language, for example ki")) ?? "" : wanted.value; if (code) add(code); wanted.value = ""; });
  wanted.addEventListener("input", (event) => event.stopPropagation());
  bar.replaceChildren(tabs, wanted, ...(shown ? [button(told("Remove {language}", { language: nameOf(shown) }), () => remove(shown))] : []));
}

export function renewMissing(counts) {
  missing = counts;
  for (const each of bar.querySelectorAll("[role=tab]")) {
    const language = each.dataset.language;
    if (language) each.textContent = `${nameOf(language)}${missing[language] ? ` · ${told("{n} missing", { n: missing[language] })}` : ""}`;
  }
}

export function makeLanguages(counts) {
  missing = counts;
  if (kept) show("");
}

export const again = () => show(shown in script() ? shown : "");
