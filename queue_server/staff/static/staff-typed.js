/**
 * What somebody types before an act: a ticket's number, a check code, a place on a shelf, a part of an act's name.
 *
 * @typedef {import("./window-picks.js").Choice} Choice
 */

import { answer, asked, button, listed } from "./staff-dialog.js";
import { config, made } from "./staff-page.js";
import { foundBy, say } from "./staff-words.js";

/** @param {string} title @param {number} longest @param {"none" | "text"} keyboard "none" where the page has keys of its own */
function line(title, longest, keyboard) {
  const field = /** @type {HTMLInputElement} */ (made("input", "typed"));
  Object.assign(field, { type: "text", inputMode: keyboard, maxLength: longest, autocomplete: "off", spellcheck: false });
  field.setAttribute("aria-label", title);
  return field;
}

/** Asks for one line. @param {string} title @param {string} about @param {HTMLInputElement} field @param {RegExp} fits
 * @param {Node[]} between what stands between the line and its last key */
function typed(title, about, field, fits, between = []) {
  const form = document.createElement("form");
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const given = field.value.trim();
    if (fits.test(given)) answer(given.toUpperCase());
  });
  const go = /** @type {HTMLButtonElement} */ (made("button", "primary", say("staff.ok")));
  go.type = "submit";
  form.append(field, ...between, go);
  const answered = asked(title, about, [form]);
  field.focus();
  return answered;
}

/** A ticket's number, digits alone or with its letter. @param {string} title @param {string} about @param {string[]} letters */
export function number(title, about, letters) {
  const field = line(title, 8, "none");
  const pad = made("div", "pad");
  for (const sign of "1234567890") pad.append(button("span", "sign", sign, () => void (field.value += sign)));
  const row = made("div", "letters");
  for (const letter of letters) row.append(button("span", "sign", letter, () => void (field.value = letter + field.value.replace(/^[A-Za-z]/, ""))));
  pad.append(button("span", "sign", "⌫", () => void (field.value = field.value.slice(0, -1))));
  pad.lastElementChild?.setAttribute("aria-label", say("staff.erase"));
  return typed(title, about, field, /^[A-Za-z]?\d{1,6}$/, [row, pad]);
}

/** The check code of a receipt; nothing typed says that a document was looked at. @param {string} title @param {string} about */
export function code(title, about) {
  return typed(title, about, line(title, 8, "text"), /^[A-Za-z0-9]*$/);
}

/** The number of a case, as it stands on a receipt; nothing typed says that there is none. @param {string} title @param {string} about */
export function caseNumber(title, about) {
  return typed(title, about, line(title, 16, "text"), /^[0-9-]*$/);
}

/** A place on a shelf: letters, digits and dashes. @param {string} title @param {string} about */
export function shelf(title, about) {
  return typed(title, about, line(title, 12, "text"), /^[A-Za-z0-9-]+$/);
}

/** An act as a line to be found: what it does now, by its short name too, its key, why it cannot be done.
 * @param {string} value @param {string} means @param {string} note @param {string} why @returns {Choice} */
export function actLine(value, means, note, why) {
  const [tip, name] = [`console.tip.${means}`, `console.act.${means}`];
  const spelled = [config.spelled[tip], config.spelled[name]].filter(Boolean);
  return { value, label: say(tip), name: say(name), note, why, spelled };
}

/** One of a list by writing part of it: its name, the pinyin of that or its first letters, its key. What can be done
 * now stands first. @param {string} title @param {Choice[]} choices */
export async function find(title, choices) {
  const every = [...choices].sort((a, b) => Number(Boolean(a.why)) - Number(Boolean(b.why)));
  const field = line(title, 24, "text");
  field.classList.add("sought");
  const list = made("ol", "choices");
  const count = made("p", "found");
  count.setAttribute("role", "status");
  const narrow = () => {
    const found = every.filter((each) => foundBy(field.value, each.spelled ?? [], each.label, each.note ?? "", each.name ?? ""));
    list.replaceChildren(...(found.length ? listed(found, false) : [made("li", "none", say("console.empty.list"))]));
    count.textContent = say("staff.found", { n: found.length });
  };
  field.addEventListener("input", narrow);
  const form = document.createElement("form");
  form.className = "find-act";
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    /** @type {HTMLElement | null} */ (list.querySelector("button:enabled"))?.click();
  });
  form.append(field, count);
  narrow();
  const answered = asked(title, "", [form, list]);
  field.focus();
  return answered;
}
