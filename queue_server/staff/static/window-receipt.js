/** The receipt (办件回执) of what was accepted from the present visitor. */

import { PATIENT } from "./staff-hand.js";
import { tell } from "./staff-page.js";
import { say } from "./staff-words.js";
import { present } from "./window-scene.js";

/** Prints it, in the visitor's language.
 * @param {import("./window-flows.js").Ask} ask @param {(path: string, body: unknown, world: import("./staff-hand.js").World) => Promise<import("./staff-hand.js").Outcome>} send
 * @returns {Promise<import("./staff-hand.js").Outcome | null>} what kept it from being printed at all */
export async function printReceipt(ask, send) {
  const here = present(ask.scene());
  if (here === null) return null;
  const outcome = await send(`tickets/${here.id}/receipt`, { language: here.language }, PATIENT);
  if (!("done" in outcome)) return outcome;
  const well = ["printed", "unconfirmed"].includes(outcome.done.paper);
  const told = outcome.done.again ? "console.did.receipt_again" : "console.did.receipt";
  tell(say(well ? told : "console.did.receipt_failed", { number: here.number }), well ? "well" : "no");
  return null;
}
