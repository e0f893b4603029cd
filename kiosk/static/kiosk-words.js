/**
 * What the kiosk says: sentences by language, filled with values, and written into the page.
 *
 * @typedef {Record<string, string>} Text a sentence by language tag; zh is always there
 * @typedef {Record<string, Text>} Words every sentence of the page by its key
 */

/**
 * A sentence in every language with its values put in. A value may itself be a Text.
 * @param {Words} words @param {string} key @param {Record<string, string | number | Text>} [values]
 * @returns {Text}
 */
export function say(words, key, values = {}) {
  const sentence = words[key];
  if (sentence === undefined) throw new Error(`the page has no sentence called ${key}`);
  /** @type {Text} */
  const said = {};
  for (const [lang, template] of Object.entries(sentence)) {
    said[lang] = template.replace(/\{(\w+)\}/g, (_whole, name) => {
      if (!(name in values)) throw new Error(`${key} needs a value for ${name}`);
      const value = values[name];
      return typeof value === "object" ? inLanguage(value, lang) : String(value);
    });
  }
  return said;
}

/**
 * @param {Text} text @param {string} lang
 * @returns {string} the sentence in `lang`, or in Chinese where it is not translated
 */
export function inLanguage(text, lang) {
  return text[lang] || text.zh || "";
}

/**
 * The names of several things as one list, with each language's own separator.
 * @param {readonly Text[]} texts @param {readonly string[]} languages
 * @returns {Text}
 */
export function listed(texts, languages) {
  return Object.fromEntries(
    languages.map((lang) => [lang, texts.map((text) => inLanguage(text, lang)).join(lang === "zh" ? "、" : ", ")]),
  );
}

/**
 * Window numbers as a list in which three or more in a row become a range.
 * @param {readonly number[]} windows
 * @returns {Text} such as zh "3、4、8–11", en "3, 4, 8–11"
 */
export function windowList(windows) {
  const sorted = [...windows].sort((a, b) => a - b);
  /** @type {string[]} */
  const parts = [];
  for (let i = 0; i < sorted.length; ) {
    let end = i;
    while (sorted[end + 1] === sorted[end] + 1) end += 1;
    if (end - i >= 2) parts.push(`${sorted[i]}–${sorted[end]}`);
    else for (let k = i; k <= end; k += 1) parts.push(String(sorted[k]));
    i = end + 1;
  }
  return { zh: parts.join("、"), ko: parts.join(", "), en: parts.join(", ") };
}

/** Making one takes a slow machine 20 ms. @type {Map<string, Intl.DateTimeFormat>} */
const CLOCKS = new Map();

/**
 * A time of the hall's clock.
 * @param {number} at ms since the epoch @param {string} zone IANA name, or "" for the machine's own
 * @param {boolean} [seconds]
 */
export function clockTime(at, zone, seconds = false) {
  const name = `${zone} ${seconds}`;
  let clock = CLOCKS.get(name);
  if (clock === undefined) {
    clock = new Intl.DateTimeFormat("en-GB", {
      hour: "2-digit",
      minute: "2-digit",
      ...(seconds ? { second: "2-digit" } : {}),
      hourCycle: "h23",
      ...(zone ? { timeZone: zone } : {}),
    });
    CLOCKS.set(name, clock);
  }
  return clock.format(at);
}

/** What each element shows now, so that showing it again touches nothing. @type {WeakMap<Element, string>} */
export const shown = new WeakMap();

/**
 * Write a sentence into an element in the visitor's language. An element marked `data-pair`
 * shows Chinese above the language where the hall shows the two together.
 * @param {Element | null} element @param {Text} text @param {string} lang @param {readonly string[]} paired
 */
export function write(element, text, lang, paired) {
  if (!(element instanceof HTMLElement)) return;
  const own = inLanguage(text, lang);
  const key = `${lang} ${text.zh} ${own}`;
  if (shown.get(element) === key) return;
  shown.set(element, key);
  element.lang = text[lang] ? tag(lang) : tag("zh");
  if (!("pair" in element.dataset) || !paired.includes(lang) || own === text.zh) {
    if (element.textContent !== own || element.childElementCount) element.textContent = own;
    return;
  }
  element.replaceChildren(line("zh", text.zh), line(lang, own));
}

/** Nothing stands here any more; the same sentence, said again, is written again. @param {HTMLElement} element */
export function erase(element) {
  element.replaceChildren();
  shown.delete(element);
}

/** @param {string} lang @param {string} words */
function line(lang, words) {
  const span = document.createElement("span");
  span.className = lang === "zh" ? "pair-first" : "pair-second";
  span.lang = tag(lang);
  span.textContent = words;
  return span;
}

/** @param {string} lang the BCP 47 tag that chooses fonts and voices */
export function tag(lang) {
  return { zh: "zh-CN", ko: "ko-CN" }[lang] ?? lang;
}
