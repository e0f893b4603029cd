/**
 * The ticket on the screen, as the slip has it; wiped when there is none.
 *
 * @typedef {import("./kiosk-state.js").State} State
 * @typedef {import("./kiosk-state.js").Receipt} Receipt
 * @typedef {import("./kiosk-paint.js").Hall} Hall
 * @typedef {import("./kiosk-words.js").Text} Text
 */

import { part } from "./kiosk-parts.js";
import { qrCode } from "./kiosk-qr.js";
import { clockTime, erase, inLanguage, listed, say, shown, tag, windowList, write } from "./kiosk-words.js";

const WIPED = ["[data-number]", "[data-category-name]", "[data-qr-picture]", "[data-code]", "[data-ahead]",
  "[data-now]", "[data-windows]", "[data-place]", "[data-ticket-matters]", "[data-checklist]", "[data-rules]"];

/** @param {HTMLElement} root @param {Hall} hall @param {State} state */
export function paintTicket(root, hall, state) {
  const receipt = state.receipt;
  if (receipt === null) {
    for (const selector of WIPED) erase(part(root, selector));
    return;
  }
  const { lang } = state;
  const { words, paired } = hall;
  part(root, "[data-number]").textContent = receipt.number;
  part(root, "[data-priority]").hidden = !receipt.priority;
  write(part(root, "[data-category-name]"), receipt.category_name, lang, paired);
  write(part(root, "[data-code]"), say(words, "kiosk.code", { code: receipt.code }), lang, []);
  part(root, "[data-code]").hidden = receipt.code === "";
  const ahead = receipt.ahead > 0 ? say(words, "kiosk.ahead", { n: receipt.ahead }) : say(words, "kiosk.ahead_none");
  write(part(root, "[data-ahead]"), ahead, lang, paired);
  write(part(root, "[data-now]"), whatNow(hall, receipt), lang, paired);
  row(root, "windows", receipt.windows.length > 0);
  write(part(root, "[data-windows]"), say(words, "kiosk.window_list", { list: windowList(receipt.windows) }), lang, []);
  const place = placeOf(hall, receipt);
  row(root, "place", place !== null && receipt.calling_from !== null);
  if (place) write(part(root, "[data-place]"), place, lang, []);
  row(root, "matters", receipt.matters.length > 0);
  write(part(root, "[data-ticket-matters]"), listed(receipt.matters, hall.menu.languages), lang, []);
  paintChecklist(root, receipt, lang);
  paintRules(root, receipt, lang);
  paintQr(root, receipt.url);
}

/** A floor that is only a number gets its word; the area is a name. @param {Hall} hall @param {Receipt} receipt */
function placeOf(hall, { floor, area, area_name }) {
  if (!floor && !area) return null;
  /** @type {import("./kiosk-words.js").Text} */
  const named = /^\w{1,3}$/.test(floor) ? say(hall.words, "kiosk.floor", { n: floor }) : { zh: floor };
  return Object.fromEntries(
    hall.menu.languages.map((lang) => [lang, `${named[lang] ?? named.zh} ${inLanguage(area_name ?? {}, lang) || area}`.trim()]),
  );
}

/** @param {Hall} hall @param {Receipt} receipt */
function whatNow(hall, receipt) {
  if (receipt.calling_from !== null && receipt.calling_from !== undefined) {
    return say(hall.words, "kiosk.now_from", { time: clockTime(receipt.calling_from, hall.menu.timezone) });
  }
  const place = placeOf(hall, receipt);
  const wait = place ? say(hall.words, "kiosk.now_wait", { place }) : say(hall.words, "kiosk.now_wait_here");
  if (!receipt.expected) return wait;
  const [first, last] = receipt.expected.map((at) => clockTime(at, hall.menu.timezone));
  return after(say(hall.words, "kiosk.now_expected", { first, last }), wait);
}

/** Two sentences as one text: Chinese ones stand together. @param {Text} one @param {Text} other */
function after(one, other) {
  return Object.fromEntries(
    Object.keys(other).map((lang) => [lang, `${one[lang]}${lang === "zh" ? "" : " "}${other[lang]}`]),
  );
}

/** @param {HTMLElement} root @param {string} name @param {boolean} there */
function row(root, name, there) {
  part(root, `[data-row=${name}]`).hidden = !there;
}

/** @param {HTMLElement} root @param {Receipt} receipt @param {string} lang */
function paintChecklist(root, receipt, lang) {
  part(root, "[data-bring]").hidden = receipt.checklist.length === 0;
  lines(part(root, "[data-checklist]"), "li", receipt.checklist.map((thing) => inLanguage(thing, lang)), lang);
}

/** The rules in the visitor's present language where the server gave them so. @param {HTMLElement} root
 * @param {Receipt} receipt @param {string} lang */
function paintRules(root, receipt, lang) {
  const texts = receipt.rule_texts ?? [];
  const said = texts.length ? texts.map((text) => text[lang] || text.zh) : receipt.rules;
  lines(part(root, "[data-rules]"), "p", said, texts.length ? lang : receipt.language);
}

/** @param {HTMLElement} parent @param {string} name @param {readonly string[]} sentences @param {string} lang */
function lines(parent, name, sentences, lang) {
  const key = `${lang} ${sentences.join("\n")}`;
  if (shown.get(parent) === key) return;
  shown.set(parent, key);
  parent.lang = tag(lang);
  parent.replaceChildren(
    ...sentences.map((sentence) => Object.assign(document.createElement(name), { textContent: sentence })),
  );
}

/** @param {HTMLElement} root @param {string} url */
function paintQr(root, url) {
  const picture = part(root, "[data-qr-picture]");
  if (url && shown.get(picture) === url) return;
  shown.set(picture, url);
  part(root, "[data-qr]").hidden = true;
  picture.replaceChildren();
  void qrCode(url, () => shown.get(picture) === url).then((code) => {
    if (code === null) return;
    picture.replaceChildren(code);
    part(root, "[data-qr]").hidden = false;
  });
}
