// The points and the skip rules of a question as rows of "if the answer is …", which write the JSON of the field below them.
// What has more than one condition stays JSON.
import { button, changed, element, field, parsed } from "./dom.js";
import { told } from "../words.js";

const IS = { equals: told("is"), is_in: told("is one of"), contains: told("includes"), at_least: told("is at least"), at_most: told("is at most") };
const NUMBERS = ["number", "timeline", "scale", "money"];
const TESTS = { yes_no: ["equals"], one_of: ["equals", "is_in"], many_of: ["contains", "is_in"], open: ["equals", "is_in"] };

function testsOf(kind) {
  return NUMBERS.includes(kind) ? ["at_least", "at_most", "equals"] : TESTS[kind] ?? Object.keys(IS);
}

function spoken(value) {
  if (value === true) return "yes";
  if (value === false) return "no";
  return Array.isArray(value) ? value.map(spoken).join(", ") : String(value ?? "");
}

function meant(text, kind) {
  const word = text.trim();
  if (kind === "yes_no" && /^(yes|no)$/i.test(word)) return /^yes$/i.test(word);
  return NUMBERS.includes(kind) && word !== "" && !Number.isNaN(Number(word)) ? Number(word) : word;
}

function readable(text) {
  const rows = parsed(text || "[]", null);
  const isSimple = (row) => row && typeof row.when === "object" && row.when !== null && Object.keys(row.when).length === 1 && Object.keys(row.when)[0] in IS;
  return Array.isArray(rows) && rows.every(isSimple) ? rows : null;
}

const choicesOf = (row) => field(row, "choices").value.split("\n").map((line) => line.trim()).filter(Boolean);

// The value's box: a list to choose from where the answers are known, else something to type in.
function valueBox(row, value, isList) {
  const kind = field(row, "kind").value;
  const known = kind === "yes_no" ? ["yes", "no"] : !isList && ["one_of", "many_of"].includes(kind) ? choicesOf(row) : null;
  if (!known) {
    return element("input", { className: "value", value, ariaLabel: told("this value"), placeholder: isList ? told("one, another") : kind === "timeline" ? told("days") : told("value") });
  }
  const options = known.includes(value) || value === "" ? known : [...known, value];
  return element("select", { className: "value", ariaLabel: told("this value") }, ...options.map((each) => element("option", { value: each, textContent: kind === "yes_no" ? told(each) : each, selected: each === value })));
}

function conditionOf(row, when, write) {
  const [[name, wanted]] = Object.entries(when);
  const kind = () => field(row, "kind").value;
  const names = testsOf(kind()).includes(name) ? testsOf(kind()) : [...testsOf(kind()), name];
  const test = element("select", { ariaLabel: told("The answer") }, ...names.map((key) => element("option", { value: key, textContent: IS[key], selected: key === name })));
  const box = element("span", { className: "sq-value" }, valueBox(row, spoken(wanted), name === "is_in"));
  test.addEventListener("change", () => { box.replaceChildren(valueBox(row, box.firstChild.value, test.value === "is_in")); write(); });
  const read = () => ({ [test.value]: test.value === "is_in" ? box.firstChild.value.split(",").map((one) => meant(one, kind())) : meant(box.firstChild.value, kind()) });
  return { parts: [`${told("If the answer")} `, test, box], read };
}

function line(parts, read, list, write) {
  const remove = button("×", () => { made.remove(); write(); }, { className: "", ariaLabel: told("Remove this row"), title: told("Remove this row") });
  const made = element("div", {}, ...parts, remove);
  made.read = read;
  made.addEventListener("input", write);
  list.append(made);
}

function pointsLine(row, rule, list, write) {
  const { parts, read } = conditionOf(row, rule.when, write);
  const points = element("input", { className: "points", type: "number", step: 1, value: rule.points ?? 0, ariaLabel: told("points") });
  const out = element("input", { type: "checkbox", checked: rule.knock_out === true });
  const why = element("input", { className: "why", value: rule.why ?? "", ariaLabel: told("why, in words"), placeholder: told("why, in words") });
  const all = () => ({ when: read(), points: Number(points.value || 0), ...(out.checked ? { knock_out: true } : {}), why: why.value.trim() });
  line([...parts, points, ` ${told("points")}`, element("label", {}, out, told("knock-out")), why], all, list, write);
}

function skipLine(row, rule, list, write) {
  const { parts, read } = conditionOf(row, rule.when, write);
  const to = element("select", { className: "to", ariaLabel: told("go on with") });
  to.dataset.to = rule.to ?? "";
  offerTargets(to, row);
  to.addEventListener("change", () => { to.dataset.to = to.value; });
  line([...parts, ` ${told("go on with")} `, to], () => ({ when: read(), to: to.dataset.to }), list, write);
}

// Only what stands further down can be gone on with; a target that no longer does stays, and is marked.
function offerTargets(to, row) {
  const below = [];
  for (let next = row.nextElementSibling; next; next = next.nextElementSibling) if (!next.classList.contains("gone")) below.push(next);
  const known = below.map((each) => [field(each, "key").value, `${each.querySelector("[data-number]").textContent} ${field(each, "wording").value.slice(0, 40) || told("(no wording)")}`]);
  const offered = [...known.filter(([key]) => key), ["", told("the end")]];
  if (!offered.some(([key]) => key === to.dataset.to)) offered.push([to.dataset.to, told("not further down: {key}", { key: to.dataset.to })]);
  to.replaceChildren(...offered.map(([key, words]) => element("option", { value: key, textContent: words, selected: key === to.dataset.to })));
}

export function renewTargets(list) {
  for (const row of list.children) for (const to of row.querySelectorAll("select.to")) offerTargets(to, row);
}

// A question's key has changed: rules that lead to it go on doing so.
export function renameTarget(list, before, after) {
  for (const to of list.querySelectorAll("select.to")) {
    if (to.dataset.to !== before || before === "") continue;
    to.dataset.to = after;
    changed(to);
  }
}

function table(row, area, makeLine, words, fresh) {
  const rules = readable(area.value);
  if (rules === null) return;
  const list = element("div", { className: "sq-rows" });
  const write = () => { area.value = JSON.stringify([...list.children].map((each) => each.read())); };
  const add = button(words, () => {
    makeLine(row, fresh(), list, write);
    write();
    changed(area);
    list.lastElementChild.querySelector("select, input").focus();
  });
  for (const rule of rules) makeLine(row, rule, list, write);
  area.hidden = true;
  area.before(list, add);
  return () => { const kept = parsed(area.value, []); list.replaceChildren(); for (const rule of kept) makeLine(row, rule, list, write); write(); };
}

// What a rule starts with: the first test that the kind of question knows.
const firstTest = (row) => {
  const kind = field(row, "kind").value;
  return { [testsOf(kind)[0]]: kind === "yes_no" ? true : ["one_of", "many_of"].includes(kind) ? choicesOf(row)[0] ?? "" : "" };
};

export function makePoints(row) {
  return table(row, field(row, "rubric"), pointsLine, told("Add points"), () => ({ when: firstTest(row), points: 10 }));
}

export function makeRows(row) {
  const again = [makePoints(row), table(row, field(row, "skips"), skipLine, told("Add a skip"), () => ({ when: firstTest(row), to: "" }))].filter(Boolean);
  const renew = () => again.forEach((each) => each());
  field(row, "kind").addEventListener("change", renew);
  field(row, "choices").addEventListener("change", renew);
}
