/**
 * Shows the cases of a receipt, each on a card: what it is, how it stands, what to do now.
 *
 * @typedef {import("./kiosk-words.js").Text} Text
 * @typedef {import("./kiosk-words.js").Words} Words
 * @typedef {{number: string, name: Text, state: string, promised_by: string, owed: string[], owed_until: string,
 *   exit: Text, ready: boolean, says: Text}} Line
 * @typedef {{cases: Line[], data_at: number}} Receipt
 * @typedef {{hall: Text, words: Words, timezone: string}} Hall
 */

import { clockTime, inLanguage, say, tag } from "./kiosk-words.js";

/** Whether the department still owes something. */
const RUNNING = new Set(["accepted", "handling", "supplement"]);

/** The lines of a case's card below its name and state, as sentences. @param {Words} words @param {Line} line @returns {Text[]} */
export function facts(words, line) {
  const told = [say(words, "phone.case_number", { number: line.number })];
  if (RUNNING.has(line.state)) {
    told.push(line.promised_by ? say(words, "phone.case_promised", { date: line.promised_by }) : say(words, "phone.case_promised_open"));
  }
  if (RUNNING.has(line.state)) told.push(say(words, "phone.case_exit", { hall: line.exit }));
  return told;
}

/** What to bring, with the last day where there is one. @param {Words} words @param {Line} line @returns {Text | null} */
export function owed(words, line) {
  if (!RUNNING.has(line.state) || line.owed.length === 0) return null;
  return line.owed_until ? say(words, "phone.case_until", { date: line.owed_until }) : say(words, "phone.case_owed");
}

/** @param {HTMLElement} root @param {Hall} hall @param {{lang: string, receipt: Receipt | null, gone: boolean, silent: boolean}} shown */
export function paint(root, hall, { lang, receipt, gone, silent }) {
  const { words } = hall;
  document.documentElement.lang = tag(lang);
  root.dataset.state = gone ? "gone" : receipt ? "there" : "looking";
  for (const key of root.querySelectorAll("[data-lang]")) {
    key.setAttribute("aria-pressed", String(key.getAttribute("data-lang") === lang));
  }
  put(root, "[data-hall]", hall.hall, lang);
  document.title = inLanguage(hall.hall, lang);
  const head = gone ? "phone.case_gone" : receipt ? "phone.case_title" : "phone.case_looking";
  put(root, "[data-headline]", say(words, head), lang);
  put(root, "[data-about]", gone ? say(words, "phone.case_gone_do") : silent ? say(words, "phone.case_again") : null, lang);
  const there = gone ? null : receipt;
  put(root, "[data-keep]", there ? say(words, "phone.case_keep") : null, lang);
  const time = there ? clockTime(there.data_at, hall.timezone, true) : "";
  put(root, "[data-at]", there ? say(words, "phone.data_at", { time }) : null, lang);
  const cards = (there?.cases ?? []).map((line) => card(words, line, lang));
  /** @type {HTMLElement} */ (root.querySelector("[data-cases]")).replaceChildren(...cards);
}

/** @param {Words} words @param {Line} line @param {string} lang */
function card(words, line, lang) {
  const section = document.createElement("section");
  section.className = "card case";
  section.dataset.case = line.state;
  if (line.ready) section.dataset.ready = "";
  section.append(element("h2", line.name, lang), element("p", say(words, line.ready ? "phone.case_ready" : `phone.case_state_${line.state}`), lang, "state"));
  const brings = owed(words, line);
  if (brings) section.append(element("p", brings, lang, "brings"), list(line.owed));
  else section.append(element("p", line.says, lang, "says"));
  const below = document.createElement("div");
  below.className = "facts-of";
  below.append(...facts(words, line).map((told) => element("p", told, lang)));
  section.append(below);
  return section;
}

/** @param {string} kind @param {Text} text @param {string} lang @param {string} [look] */
function element(kind, text, lang, look = "") {
  const made = document.createElement(kind);
  made.textContent = inLanguage(text, lang);
  if (look) made.className = look;
  if (!text[lang]) made.lang = tag("zh");
  return made;
}

/** Papers are named as the guide names them, in Chinese. @param {string[]} papers */
function list(papers) {
  const made = document.createElement("ul");
  made.lang = tag("zh");
  for (const paper of papers) made.append(Object.assign(document.createElement("li"), { textContent: paper }));
  return made;
}

/** @param {HTMLElement} root @param {string} selector @param {Text | null} text @param {string} lang */
function put(root, selector, text, lang) {
  const found = /** @type {HTMLElement} */ (root.querySelector(selector));
  const said = text ? inLanguage(text, lang) : "";
  if (found.textContent !== said) found.textContent = said;
  found.hidden = text === null;
}
