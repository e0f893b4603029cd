/**
 * The receipt (办件回执) of what was accepted from a visitor: printed, or shown where no paper comes out.
 *
 * @typedef {import("./staff-hand.js").Outcome} Outcome
 * @typedef {import("./window-scene.js").Ticket} Ticket
 * @typedef {import("./window-scene.js").MatterResult} MatterResult
 * @typedef {{number: string, name: import("./staff-words.js").Text, promised_by: string, owed: string[], owed_until: string,
 *   exit: import("./staff-words.js").Text}} Accepted
 * @typedef {{cases: Accepted[], lacking: MatterResult[], code: string, svg: string}} Shown
 * @typedef {(path: string, body: unknown, world: import("./staff-hand.js").World) => Promise<Outcome>} Send
 */

import { read } from "./staff-dialog.js";
import { PATIENT } from "./staff-hand.js";
import { made, tell } from "./staff-page.js";
import { pictureOf } from "./staff-qr.js";
import { named, say } from "./staff-words.js";
import { matterName, present } from "./window-scene.js";

/** Results after which the visitor has something to keep. */
const KEPT = ["accepted", "deferred", "supplement"];

/** Whether a receipt would say anything of a service that ends. @param {Pick<Ticket, "closed">} ticket
 * @param {import("./window-flows.js").Request} request which ends it */
export function worthOne({ closed }, { body, first = [] }) {
  const outcomes = /** @type {Record<string, string>} */ (body.outcomes ?? {});
  const said = [...Object.values(outcomes), ...first.map((each) => String(each.body.outcome))];
  return closed.some((end) => end.case || end.papers.length) || said.some((each) => KEPT.includes(each));
}

/** Prints it, in the visitor's language. @param {import("./window-flows.js").Ask} ask @param {Send} send
 * @param {Ticket | null} [ticket] the present visitor's, or one whose service has just ended
 * @returns {Promise<Outcome | null>} what kept it from being made at all */
export async function printReceipt(ask, send, ticket = present(ask.scene())) {
  if (ticket === null) return null;
  const outcome = await send(`tickets/${ticket.id}/receipt`, { language: ticket.language }, PATIENT);
  if (!("done" in outcome)) return outcome;
  const { number } = ticket;
  const { paper, again, shown } = outcome.done;
  if (!shown) tell(say(again ? "console.did.receipt_again" : "console.did.receipt", { number }));
  else if (paper === "none") tell(say("staff.receipt_on_screen", { number }));
  else tell(say("console.did.receipt_failed", { number }), "no");
  if (shown) await show(ask.scene(), number, shown);
  return null;
}

/** The receipt as the visitor may read it off the screen. @param {import("./window-scene.js").Scene} scene
 * @param {string} number @param {Shown} shown */
async function show(scene, number, shown) {
  const card = made("div", "shown-receipt");
  const told = made("div", "told");
  for (const each of shown.cases) told.append(accepted(each));
  for (const { matter, papers } of shown.lacking) {
    told.append(about(matterName(scene, matter), say("staff.receipt_lacks"), papers.map((paper) => made("p", "", paper))));
  }
  card.append(told);
  if (shown.code) {
    const proof = made("div", "proof");
    proof.append(made("p", "", say("staff.receipt_code")), made("p", "code", shown.code));
    proof.append(pictureOf(shown.svg, say("staff.receipt_qr")));
    card.append(proof);
  }
  const title = say("staff.receipt_title", { number });
  await read(title, [card, made("p", "note", say(shown.code ? "staff.receipt_keep" : "staff.receipt_bring"))]);
}

/** @param {Accepted} one */
function accepted({ number, name, promised_by, owed, owed_until, exit }) {
  const facts = [made("p", "case-number", number)];
  const by = promised_by ? say("staff.receipt_by", { date: promised_by }) : say("staff.receipt_by_open");
  facts.push(made("p", "", by), made("p", "", say("staff.receipt_exit", { hall: named(exit) })));
  if (owed.length) facts.push(made("p", "owed", say("staff.receipt_owed", { papers: owed.join("、"), date: owed_until || "—" })));
  return about(named(name), "", facts);
}

/** @param {string} name @param {string} state @param {HTMLElement[]} facts */
function about(name, state, facts) {
  const part = made("section");
  part.append(made("h3", "", state ? `${name}  ${state}` : name), ...facts);
  return part;
}
