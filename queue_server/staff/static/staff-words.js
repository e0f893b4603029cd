/**
 * What the staff's pages say, and how outside text becomes harmless before it is shown.
 *
 * Whatever comes from outside (the page's configuration, a socket, an answer) passes `cleaned` once, at the
 * boundary, so that no panel can forget it; and it is only ever written as text, never as markup.
 *
 * @typedef {Record<string, string>} Text a name or sentence by language tag; zh is always there
 */

/** Control, format (bidi overrides, zero-width marks), surrogate, private use, unassigned. */
const LIVE = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}]/gu;
const BREAKS = /[\t\n\r\p{Zl}\p{Zp}]/gu;

/** @type {Record<string, string>} */
let words = {};
let lang = "zh";

/** Learn the page's sentences. @param {Record<string, string>} sentences @param {string} language */
export function speak(sentences, language) {
  words = sentences;
  lang = language;
}

/**
 * A sentence of the page with its values put in.
 * @param {string} key @param {Record<string, string | number>} [values]
 * @returns {string}
 */
export function say(key, values = {}) {
  const sentence = words[key];
  if (sentence === undefined) throw new Error(`the page has no sentence called ${key}`);
  return sentence.replace(/\{(\w+)\}/g, (_whole, name) => {
    if (!(name in values)) throw new Error(`${key} needs a value for ${name}`);
    return String(values[name]);
  });
}

/** Whether the page has a sentence. @param {string} key */
export function says(key) {
  return key in words;
}

/** A name of the hall in the page's language, else in Chinese. @param {Text | undefined} text */
export function named(text) {
  return text === undefined ? "" : text[lang] || text.zh || Object.values(text)[0] || "";
}

/** The page's language. */
export function language() {
  return lang;
}

/**
 * Decoded JSON with every string in it made harmless, keys included.
 * @template T @param {T} value @returns {T}
 */
export function cleaned(value) {
  if (typeof value === "string") return /** @type {T} */ (plain(value));
  if (Array.isArray(value)) return /** @type {T} */ (value.map(cleaned));
  if (value === null || typeof value !== "object") return value;
  return /** @type {T} */ (Object.fromEntries(Object.entries(value).map(([name, each]) => [plain(name), cleaned(each)])));
}

/** @param {string} text @returns {string} */
function plain(text) {
  return text.replace(BREAKS, " ").replace(LIVE, "");
}

/** A stretch of time as 0:42, 12:05 or 1:02:03. @param {number} seconds */
export function clockTime(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const end = `${String(rest).padStart(2, "0")}`;
  return hours ? `${hours}:${String(minutes).padStart(2, "0")}:${end}` : `${minutes}:${end}`;
}

/** A stretch of ms in whole minutes, never negative. @param {number} stretch */
export function minutes(stretch) {
  return Math.floor(Math.max(0, stretch) / 60_000);
}

/** Somebody's id as people say it: the number on the badge. @param {string} id */
export function person(id) {
  return id.slice(id.lastIndexOf(":") + 1) || id;
}

/**
 * Whether one of the names has what was typed in it: as it stands, in pinyin or as its initials.
 * @param {string} typed @param {string[]} spelled syllables of those names that are Chinese @param {string[]} names
 */
export function foundBy(typed, spelled, ...names) {
  const initials = spelled.map((each) => each.replace(/(\S)\S*/g, "$1"));
  const [wanted, ...written] = [typed, ...names, ...spelled, ...initials].map((each) => each.toLowerCase().replaceAll(" ", ""));
  return written.some((each) => each.includes(wanted));
}
