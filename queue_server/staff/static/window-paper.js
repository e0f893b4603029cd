/**
 * What staff do about paper: look at the printers and their last slips, and have one printed elsewhere, as at the
 * console (`queue_server/console/paper_flows.py`).
 *
 * @typedef {import("./window-flows.js").Request} Request
 * @typedef {import("./window-flows.js").Ask} Ask
 * @typedef {import("./window-picks.js").Choice} Choice
 * @typedef {Pick<Ask, "pick" | "printers"> & {scene: () => {now: number}}} Paper whoever looks after the paper
 * @typedef {import("./staff-words.js").Text} Text
 * @typedef {{at: number, ticket: string, number: string, says: Text, marked: boolean}} Slip
 * @typedef {{id: string, place: string, since: number, can_print: boolean, says: Text, trouble: Text, slips: Slip[]}} Printer
 */

import { wholeNumber } from "./window-desk.js";
import { present } from "./window-scene.js";
import { minutes, named, say } from "./staff-words.js";

/** How each printer is, what became of its last slips, and one of these once more at any printer (S29).
 * Looking changes nothing. @param {Paper} ask @returns {Promise<Request | null>} */
export async function printers(ask) {
  const known = await ask.printers();
  if (known === null) return null;
  const { now } = ask.scene();
  const title = say("console.title.printers");
  for (;;) {
    const picked = await ask.pick(title, known.map((each) => ({ ...printer(each, now), why: "" })), say("console.pick.printers"));
    const looked = known.find((each) => each.id === picked);
    if (!looked) return null;
    // A slip that came out twice is in the list twice, under one number.
    const slips = looked.slips.map((each, place) => slip(String(place), each, now));
    const chosen = await ask.pick(`${title} ${looked.id}`, slips, named(looked.trouble) || say("console.pick.slips"));
    if (chosen === null) continue;
    const { number, ticket } = looked.slips[Number(chosen)];
    return onceMore(ask, number, `tickets/${ticket}/reprint`);
  }
}

/** A slip once more (补打): the present visitor's, or that of a number. @param {Ask} ask @returns {Promise<Request | null>} */
export async function reprint(ask) {
  const number = present(ask.scene())?.number ?? (await wholeNumber(ask, say("console.title.reprint")));
  return number === null ? null : onceMore(ask, number, `numbers/${encodeURIComponent(number)}/reprint`);
}

/** A ticket's slip at a printer that is picked. @param {Paper} ask @param {string} number @param {string} path
 * @returns {Promise<Request | null>} */
export async function onceMore(ask, number, path) {
  const known = await ask.printers();
  if (known === null) return null;
  const { now } = ask.scene();
  const picked = await ask.pick(say("console.title.reprint"), known.map((each) => printer(each, now)), number);
  return picked === null ? null : { act: "reprint", path, body: { printer: picked } };
}

/** A printer, where it stands, how it is and since when; one that cannot print cannot be picked.
 * @param {Printer} printer @param {number} now ms @returns {Choice} */
function printer({ id, place, says, since, can_print }, now) {
  const how = named(says);
  const long = since ? `  ${say("console.slip.since", { n: minutes(now - since) })}` : "";
  return { value: id, label: `${id}  ${place}`.trim(), note: how + long, why: can_print ? "" : how };
}

/** One of a printer's last slips, and what became of it. @param {string} value @param {Slip} slip @param {number} now ms @returns {Choice} */
function slip(value, { at, number, says, marked }, now) {
  const ago = say("console.slip.ago", { n: minutes(now - at) });
  const mark = marked ? ` ${say("console.slip.marked")}` : "";
  return { value, label: `${number}${mark}`, note: `${named(says)}  ${ago}` };
}
