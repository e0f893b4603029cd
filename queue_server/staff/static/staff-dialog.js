/**
 * What somebody is asked before an act: one or several of a list, the result of each matter. Touched, or
 * answered by digits; Escape goes back. One question stands at a time. What is typed: `staff-typed.js`.
 *
 * @typedef {import("./window-picks.js").Choice} Choice
 * @typedef {{id: string, name: string}} Matter
 */

import { made, part, write } from "./staff-page.js";
import { say } from "./staff-words.js";

/** How many questions were asked: each is another one, though it stands in the same dialog. */
let questions = 0;
/** The digits that answer, in the order of the lines. */
const DIGITS = "1234567890";

/** @returns {HTMLDialogElement} */
const box = () => part(document, "dialog[data-ask]");

/**
 * @param {string} title @param {string} about @param {Node[]} content
 * @returns {Promise<string | null>} what the dialog was closed with; null when somebody went back
 */
export function asked(title, about, content) {
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
    dialog.onclose = () => {
      // A closing is told a moment later: when this question stands by then, it was of the one before.
      if (!dialog.open) resolve(dialog.returnValue.startsWith("=") ? dialog.returnValue.slice(1) : null);
    };
  });
}

/** Whether a question stands: nothing else may come into its place. */
export const questioned = () => box().open;

/** Closes the question that stands. @param {string} value */
export function answer(value) {
  box().close(`=${value}`);
}

/** A key of a question. @param {string} tag @param {string} name @param {string} text @param {() => void} done */
export function button(tag, name, text, done) {
  const key = /** @type {HTMLButtonElement} */ (made("button", name));
  key.type = "button";
  key.append(made(tag, "label", text));
  key.addEventListener("click", done);
  return key;
}

/** A list as keys; the first ten are answered by a digit too, as at the console. @param {Choice[]} choices @param {boolean} [digits] */
export function listed(choices, digits = true) {
  return choices.map((choice, place) => {
    const key = button("span", "choice", choice.label, () => answer(choice.value));
    if (digits && place < DIGITS.length) key.prepend(made("kbd", "", DIGITS[place]));
    const note = choice.why || choice.note;
    if (note) part(key, ".label").append(made("small", "", note));
    key.toggleAttribute("disabled", Boolean(choice.why));
    const row = document.createElement("li");
    row.append(key);
    return row;
  });
}

/** One of these. @param {string} title @param {Choice[]} choices @param {string} [about] */
export async function pick(title, choices, about = "") {
  const list = made("ol", "choices");
  list.append(...listed(choices));
  if (!choices.length) list.append(made("li", "none", say("console.empty.list")));
  list.dataset.digits = "";
  const answered = asked(title, about, [list]);
  /** @type {HTMLElement | null} */ (list.querySelector("button:enabled"))?.focus();
  return answered;
}

/** As many of these as are wanted, at least one: touched, or ticked by digits; Enter ends.
 * @param {string} title @param {Choice[]} choices @param {string[]} ticked at the beginning @returns {Promise<string[] | null>} */
export async function several(title, choices, ticked) {
  const form = document.createElement("form");
  form.className = "results ticks";
  form.dataset.ticks = "";
  const group = document.createElement("fieldset");
  group.append(made("legend", "", title));
  for (const [place, choice] of choices.entries()) {
    const label = document.createElement("label");
    const box = Object.assign(document.createElement("input"), { type: "checkbox", name: "tick", value: choice.value, checked: ticked.includes(choice.value) });
    const shown = made("span");
    shown.append(made("b", "", choice.label));
    if (place < DIGITS.length) shown.prepend(made("kbd", "", DIGITS[place]));
    label.append(box, shown);
    group.append(label);
  }
  if (!choices.length) group.append(made("p", "none", say("console.empty.list")));
  const go = /** @type {HTMLButtonElement} */ (made("button", "primary", say("staff.ok")));
  go.type = "submit";
  const given = () => new FormData(form).getAll("tick").map(String);
  const judge = () => void (go.disabled = !given().length);
  form.addEventListener("change", judge);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    answer("done");
  });
  form.append(group, go);
  judge();
  const answered = asked(title, "", [form]);
  form.querySelector("input")?.focus();
  return (await answered) === null ? null : given();
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

/** Digits answer a list or tick what it has, arrows go through it; the back key closes. */
export function listen() {
  const dialog = box();
  part(dialog, "[data-do=back]").addEventListener("click", () => dialog.close(""));
  dialog.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const place = DIGITS.indexOf(event.key);
    const keys = place < 0 ? null : dialog.querySelectorAll("[data-digits] button, [data-ticks] input");
    if (keys) /** @type {HTMLElement | undefined} */ (keys[place])?.click();
    else if (event.key === "ArrowDown" || event.key === "ArrowUp") step(event, dialog, event.key === "ArrowDown" ? 1 : -1);
  });
}

/** The next line of a list; from what is typed above it, the first. @param {KeyboardEvent} event @param {HTMLElement} dialog @param {number} by */
function step(event, dialog, by) {
  const keys = /** @type {NodeListOf<HTMLElement>} */ (dialog.querySelectorAll(".choices button:enabled, [data-ticks] input"));
  if (!keys.length) return;
  event.preventDefault(); // else the list scrolls under the mark
  const at = [...keys].indexOf(/** @type {HTMLElement} */ (document.activeElement));
  keys[Math.min(Math.max(0, at + by), keys.length - 1)].focus();
}
