/**
 * What somebody is asked before an act: one of a list, a number, the result of each matter. Touched, or
 * answered by digits; Escape goes back. One question stands at a time.
 *
 * @typedef {import("./window-picks.js").Choice} Choice
 * @typedef {{id: string, name: string}} Matter
 */

import { made, part, write } from "./staff-page.js";
import { say } from "./staff-words.js";

/** How many questions were asked: each is another one, though it stands in the same dialog. */
let questions = 0;

/** @returns {HTMLDialogElement} */
const box = () => part(document, "dialog[data-ask]");

/**
 * @param {string} title @param {string} about @param {Node[]} content
 * @returns {Promise<string | null>} what the dialog was closed with; null when somebody went back
 */
function asked(title, about, content) {
  const dialog = box();
  write(part(dialog, "h2"), title);
  write(part(dialog, "[data-about]"), about);
  part(dialog, "[data-about]").hidden = !about;
  part(dialog, "[data-content]").replaceChildren(...content);
  dialog.returnValue = "";
  dialog.dataset.question = String((questions += 1));
  if (!dialog.open) dialog.showModal();
  part(dialog, "[data-content]").scrollTo(0, 0);
  return new Promise((resolve) => {
    dialog.onclose = () => resolve(dialog.returnValue.startsWith("=") ? dialog.returnValue.slice(1) : null);
  });
}

/** @param {string} value */
function answer(value) {
  box().close(`=${value}`);
}

/** @param {string} tag @param {string} name @param {string} text @param {() => void} done */
function button(tag, name, text, done) {
  const key = /** @type {HTMLButtonElement} */ (made("button", name));
  key.type = "button";
  key.append(made(tag, "label", text));
  key.addEventListener("click", done);
  return key;
}

/** One of these. @param {string} title @param {Choice[]} choices @param {string} [about] */
export async function pick(title, choices, about = "") {
  const list = made("ol", "choices");
  for (const [place, choice] of choices.entries()) {
    const key = button("span", "choice", choice.label, () => answer(choice.value));
    if (place < 9) key.prepend(made("kbd", "", String(place + 1)));
    const note = choice.why || choice.note;
    if (note) part(key, ".label").append(made("small", "", note));
    key.toggleAttribute("disabled", Boolean(choice.why));
    const row = document.createElement("li");
    row.append(key);
    list.append(row);
  }
  if (!choices.length) list.append(made("li", "none", say("console.empty.list")));
  list.dataset.digits = "";
  const answered = asked(title, about, [list]);
  /** @type {HTMLElement | null} */ (list.querySelector("button:enabled"))?.focus();
  return answered;
}

/** A ticket's number, digits alone or with its letter. @param {string} title @param {string} about @param {string[]} letters */
export async function number(title, about, letters) {
  const field = /** @type {HTMLInputElement} */ (made("input", "typed"));
  Object.assign(field, { type: "text", inputMode: "none", maxLength: 8, autocomplete: "off", spellcheck: false });
  field.setAttribute("aria-label", title);
  const done = () => void (/^[A-Za-z]?\d{1,6}$/.test(field.value.trim()) && answer(field.value.trim()));
  const form = document.createElement("form");
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    done();
  });
  const pad = made("div", "pad");
  for (const sign of [..."1234567890"]) pad.append(button("span", "sign", sign, () => void (field.value += sign)));
  const row = made("div", "letters");
  for (const letter of letters) row.append(button("span", "sign", letter, () => void (field.value = letter + field.value.replace(/^[A-Za-z]/, ""))));
  pad.append(button("span", "sign", "⌫", () => void (field.value = field.value.slice(0, -1))));
  pad.lastElementChild?.setAttribute("aria-label", say("staff.erase"));
  const go = /** @type {HTMLButtonElement} */ (made("button", "primary", say("staff.ok")));
  go.type = "submit";
  form.append(field, row, pad, go);
  const answered = asked(title, about, [form]);
  field.focus();
  return answered;
}

/**
 * Several questions in one form, each answered by touching one or several of its choices.
 * @param {string} title @param {string} done what the last key says
 * @param {{name: string, title: string, several: boolean, choices: Choice[], first?: string}[]} questions
 *   of which the first choice is taken where none was touched; `first` is another one
 * @returns {Promise<Record<string, string[]> | null>}
 */
export async function choose(title, done, questions) {
  const form = document.createElement("form");
  form.className = "results";
  for (const { name, title: asks, several, choices, first } of questions) {
    if (!choices.length) continue;
    const group = document.createElement("fieldset");
    group.append(made("legend", "", asks));
    for (const [nth, choice] of choices.entries()) {
      const label = document.createElement("label");
      const checked = !several && (first === undefined ? nth === 0 : choice.value === first);
      const box = Object.assign(document.createElement("input"), { type: several ? "checkbox" : "radio", name, value: choice.value, checked });
      label.append(box, made("span", "", choice.label));
      group.append(label);
    }
    form.append(group);
  }
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    answer("done");
  });
  const go = /** @type {HTMLButtonElement} */ (made("button", "primary", done));
  go.type = "submit";
  form.append(go);
  const answered = asked(title, "", [form]);
  go.focus({ preventScroll: true });
  if ((await answered) === null) return null;
  const given = new FormData(form);
  return Object.fromEntries(questions.map(({ name }) => [name, given.getAll(name).map(String)]));
}

/**
 * A result for each matter; what is not touched is done.
 * @param {string} title @param {Matter[]} matters @param {Choice[]} outcomes
 * @returns {Promise<Record<string, string> | null>}
 */
export async function results(title, matters, outcomes) {
  const questions = matters.map(({ id, name }, place) => ({ name: id, title: `${place + 1}  ${name}`, several: false, choices: outcomes }));
  const chosen = await choose(title, title, questions);
  return chosen && Object.fromEntries(matters.map(({ id }) => [id, chosen[id][0] ?? "done"]));
}

/** Something to read. @param {string} title @param {Node[]} content */
export function read(title, content) {
  return asked(title, "", content);
}

/** Digits answer a list; the back key closes. */
export function listen() {
  const dialog = box();
  part(dialog, "[data-do=back]").addEventListener("click", () => dialog.close(""));
  dialog.addEventListener("keydown", (event) => {
    const list = dialog.querySelector("[data-digits]");
    const place = "123456789".indexOf(event.key);
    if (list === null || place < 0 || event.ctrlKey || event.altKey || event.metaKey) return;
    const key = list.querySelectorAll("button")[place];
    if (key instanceof HTMLElement) key.click();
  });
}
