/**
 * Whether a slip comes out here: what a kiosk says before a touch, and of a ticket that is on no paper.
 *
 * @typedef {import("./kiosk-words.js").Text} Text
 * @typedef {{kiosk: string, place: string, printer: string, state: string, can_print: boolean, prefix: string,
 *   suffix: string, cards: number}} Paper
 * @typedef {{outcome: string, coming: boolean, printer: string, place: string}} Slip
 * @typedef {{papers: Paper[]}} Papers
 * @typedef {"" | "none" | "there" | "elsewhere"} OnPaper "": as usual; none: the number is all there is;
 *   there: a slip is coming out at another kiosk's printer; elsewhere: it came out there
 */

/** @param {Papers} menu @param {string} me this kiosk's id @returns {Paper | null} null: it has no printer */
export function ownPaper(menu, me) {
  const own = menu.papers.find((paper) => paper.kiosk === me);
  return own === undefined || own.printer === "" ? null : own;
}

/** @param {Papers} menu @param {Paper} own @returns {Paper | null} the first kiosk that prints at another printer */
export function anotherPaper(menu, own) {
  return menu.papers.find((paper) => paper.can_print && paper.printer !== own.printer) ?? null;
}

/**
 * Where a ticket's slip is, as far as anybody knows. A printer that never answers is believed to print.
 * @param {Paper | null} own @param {Slip | null} slip @returns {OnPaper}
 */
export function onPaper(own, slip) {
  if (own === null) return "";
  const out = slip !== null && (slip.outcome === "printed" || slip.outcome === "unconfirmed");
  if (slip?.coming) return "there";
  if (out) return slip.printer !== "" && slip.printer !== own.printer ? "elsewhere" : "";
  const lost = slip !== null && slip.outcome !== "";
  return lost || !own.can_print ? "none" : "";
}

/** Whether there is news to wait for. @param {Slip | null} slip */
export function openEnded(slip) {
  return slip === null || slip.coming || !["printed", "unconfirmed"].includes(slip.outcome);
}

/** The words of a machine without paper. @param {Paper} own @returns {"kiosk.no_paper" | "kiosk.no_print"} */
export function why(own) {
  return own.state === "paper_out" ? "kiosk.no_paper" : "kiosk.no_print";
}
