// What the sign of a window says, worked out from its state: pure, so that node tests it.

import { QUIET_AFTER, fill } from "./board-day.js";

/** @typedef {import("./board-day.js").Text} Text */
/** @typedef {import("./board-day.js").Call} Call */
/**
 * @typedef {object} Sign
 * @property {"sign"} type
 * @property {number} seq
 * @property {number} data_at
 * @property {number} window
 * @property {Text} name
 * @property {string} state open, paused or closed
 * @property {string} staff
 * @property {Text} reason
 * @property {Call | null} call
 * @property {string} version
 */

/** How long (ms) a new call stands out. */
export const STANDS_OUT = 8000;

/**
 * What a sign shows. A visitor who is called or served comes first, whatever the window will do then.
 * @param {Sign} sign
 * @param {Record<string, Text>} words
 * @returns {{state: string, number: string, sentence: Text, staff: Text | null}}
 */
export function facts(sign, words) {
  const staff = sign.staff ? fill(words.staff, { staff: sign.staff }) : null;
  if (sign.call) {
    const { number, state } = sign.call;
    return { state, number, sentence: words[state === "called" ? "sign_called" : "sign_serving"], staff };
  }
  return { state: sign.state, number: "", sentence: standing(sign, words), staff };
}

/** @param {Sign} sign @param {Record<string, Text>} words @returns {Text} */
function standing(sign, words) {
  if (sign.state === "open") return words.sign_open;
  if (sign.state === "closed") return words.sign_closed;
  const why = Object.entries(words.sign_paused).map(([lang, text]) => {
    const reason = sign.reason[lang] ?? (lang === "zh" ? sign.reason.zh : "");
    return [lang, reason ? `${text} · ${reason}` : text];
  });
  return Object.fromEntries(why);
}

/**
 * Whether nobody is being called here right now, so that the page may reload.
 * @param {Sign} sign
 * @param {number} now server's time, ms
 * @returns {boolean}
 */
export function signQuiet(sign, now) {
  return sign.call === null || sign.call.state !== "called" || now - sign.call.at > QUIET_AFTER;
}
