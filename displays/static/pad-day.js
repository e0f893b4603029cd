// What a rating pad shows, worked out from its state: pure, so that node tests it.

/** @typedef {import("./board-day.js").Text} Text */
/**
 * @typedef {object} Pad
 * @property {"pad"} type
 * @property {number} seq
 * @property {number} data_at
 * @property {number} window
 * @property {string} ticket whose service it asks about, "" for none
 * @property {string} number
 * @property {string} language the visitor's
 * @property {string} version
 */
/**
 * What was done here: which service has been answered for, and until when (ms) the thanks stand.
 * @typedef {{rated: string, thanks: number}} Done
 */

/** How long (ms) the thanks stand. */
export const THANKS = 4000;

/**
 * @param {Pad | null} pad @param {Done} done @param {number} now ms
 * @returns {"idle" | "asks" | "thanks"}
 */
export function phase(pad, done, now) {
  if (now < done.thanks && (pad === null || pad.ticket === "" || pad.ticket === done.rated)) return "thanks";
  return pad !== null && pad.ticket !== "" && pad.ticket !== done.rated ? "asks" : "idle";
}

/**
 * In which languages a pad speaks: Chinese, and the visitor's own below it.
 * @param {string} own the visitor's @param {Text} text any sentence of the page
 * @returns {string[]}
 */
export function spoken(own, text) {
  return own !== "zh" && text[own] ? ["zh", own] : ["zh"];
}

/**
 * What an answer of the server means: it counts ("done"), it counts already or for nobody ("over"), this
 * pad is not known ("unknown"), or nobody has decided ("again").
 * @param {{status: number} | null} answer
 * @returns {"done" | "over" | "unknown" | "again"}
 */
export function meaning(answer) {
  if (answer === null || answer.status >= 500 || [408, 425, 429].includes(answer.status)) return "again";
  if (answer.status < 300) return "done";
  return answer.status === 401 || answer.status === 403 ? "unknown" : "over";
}
