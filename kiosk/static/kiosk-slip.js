/** Shows what a kiosk says of its paper, and asks the server what became of a ticket's slip. */

import { get, post } from "./kiosk-network.js";
import { anotherPaper, onPaper, openEnded, ownPaper, why } from "./kiosk-paper.js";
import { part } from "./kiosk-parts.js";
import { say, write } from "./kiosk-words.js";

/**
 * @typedef {import("./kiosk-paper.js").Slip} Slip
 * @typedef {import("./kiosk-paper.js").OnPaper} OnPaper
 * @typedef {import("./kiosk-paint.js").Hall} Hall
 * @typedef {import("./kiosk-state.js").State} State
 * @typedef {import("./kiosk-state.js").Receipt} Receipt
 */

const LOOKS_EVERY_MS = 1000;
/** A digit's width in ems, as the type of numbers has it. */
const CELL = 0.62;

/** Before a touch: whoever wants paper is told where there is some. @param {HTMLElement} root
 * @param {Hall} hall @param {State} state */
export function paintPaper(root, hall, state) {
  const own = ownPaper(hall.menu, hall.me ?? "");
  const told = part(root, "[data-paper-told]");
  told.hidden = own === null || own.can_print;
  const there = own === null ? null : anotherPaper(hall.menu, own);
  if (own !== null && !own.can_print) {
    const key = there === null ? "kiosk.paper_none" : "kiosk.paper_none_else";
    write(part(told, "[data-words]"), say(hall.words, key, { place: there?.place ?? "" }), state.lang, []);
  }
  const mode = state.receipt === null ? "" : onPaper(own, state.slip);
  root.dataset.paper = mode;
  paintTicketPaper(root, hall, state, mode);
}

/** Whether the number is all that the visitor has: it fills the screen, and nothing covers it.
 * @param {HTMLElement} root @param {State} state */
export function onlyNumber(root, state) {
  return state.receipt !== null && (root.dataset.paper ?? "") !== "";
}

/** @param {HTMLElement} root @param {Hall} hall @param {State} state @param {OnPaper} mode */
function paintTicketPaper(root, hall, state, mode) {
  const said = part(root, "[data-no-paper]");
  const button = part(root, "[data-do=print]");
  const own = ownPaper(hall.menu, hall.me ?? "");
  const there = own === null ? null : anotherPaper(hall.menu, own);
  said.hidden = mode === "";
  button.hidden = mode !== "none" || there === null;
  if (mode === "" || own === null || state.receipt === null) return;
  part(root, "[data-number]").style.setProperty("--cells", String(state.receipt.number.length * CELL));
  if (there !== null) {
    button.dataset.printer = there.printer;
    write(part(button, ".label"), say(hall.words, "kiosk.print_there", { place: there.place }), state.lang, hall.paired);
  }
  const place = mode === "elsewhere" ? (state.slip?.place ?? "") : (there?.place ?? state.slip?.place ?? "");
  const key = mode === "none" ? why(own) : mode === "there" ? "kiosk.paper_there" : "kiosk.paper_elsewhere";
  write(said, say(hall.words, key, { number: state.receipt.number, place }), state.lang, hall.paired);
}

/** @param {Receipt} receipt @returns {{path: string, token: string} | null} where its holder asks about it */
function holderOf(receipt) {
  const found = /\/t\/([^/]+)\/([^/#]+)#(.+)$/.exec(receipt.url);
  return found && { path: `/api/halls/${found[1]}/tickets/${found[2]}`, token: `${found[2]}.${found[3]}` };
}

/**
 * Tells what becomes of a ticket's slip for as long as it is wanted.
 * @param {Receipt} receipt @param {() => boolean} wanted @param {(slip: Slip) => void} tell
 */
export async function watchSlip(receipt, wanted, tell) {
  const holder = holderOf(receipt);
  /** @type {Slip | null} */
  let slip = null;
  while (holder !== null && wanted()) {
    const answer = await get(`${holder.path}/slip`, holder.token);
    if (answer?.status === 200 && wanted()) {
      slip = /** @type {Slip} */ (answer.body);
      tell(slip);
    }
    // A slip that came out can still be asked for again: looking goes on, at a slower pace.
    await new Promise((done) => setTimeout(done, openEnded(slip) ? LOOKS_EVERY_MS : 4 * LOOKS_EVERY_MS));
  }
}

/** Have a slip printed at another kiosk. @param {string} hall @param {Receipt} receipt @param {string} printer
 * @param {string} token @param {string} key */
export function printThere(hall, receipt, printer, token, key) {
  const path = `/api/halls/${encodeURIComponent(hall)}/tickets/${receipt.ticket}/reprint`;
  return post(path, token, { printer, code: receipt.code }, key);
}
