/**
 * What becomes of each matter at a window: results that need more than a touch are asked for their papers,
 * as the console asks (`queue_server/console/matter_flows.py`).
 *
 * @typedef {import("./window-flows.js").Ask} Ask
 * @typedef {import("./window-flows.js").Request} Request
 * @typedef {import("./window-scene.js").Ticket} Ticket
 */

import { reasonFor } from "./window-desk.js";
import { labelled } from "./window-picks.js";
import { matterName, matterOf, present, stillOpen } from "./window-scene.js";
import { say } from "./staff-words.js";

/** Results that name papers: owed until a day (容缺受理), or missing (补正). */
const LISTED = ["deferred", "supplement"];
const EXPLAINED = [...LISTED, "rejected"];
/** Days for which a paper may be owed. */
const DEFERRALS = [3, 5, 10, 15, 20, 30];
const DAY = 86_400_000;

/** End the service; each open matter is asked for its result, and some results for their papers.
 * @param {Ask} ask @returns {Promise<Request | null>} */
export async function finish(ask) {
  const here = present(ask.scene());
  if (!here) return null;
  const open = stillOpen(here);
  const outcomes = open.length ? await ask.outcomes(here, open) : {};
  if (outcomes === null) return null;
  const first = [];
  for (const [matter, outcome] of Object.entries(outcomes)) {
    if (!EXPLAINED.includes(outcome)) continue;
    const request = await closing(ask, here, matter, outcome);
    if (request === null) return null;
    first.push(request);
  }
  const rest = Object.fromEntries(Object.entries(outcomes).filter(([, outcome]) => !EXPLAINED.includes(outcome)));
  return { act: "finish", path: `tickets/${here.id}/finish`, body: { outcomes: rest }, first };
}

/** One matter is over, and the visitor stays for the others. @param {Ask} ask @returns {Promise<Request | null>} */
export async function endMatter(ask) {
  const { hall } = ask.scene();
  const here = present(ask.scene());
  if (!here) return null;
  const title = say("console.title.matter_end", { number: here.number });
  const matter = await ask.pick(title, stillOpen(here).map((id) => ({ value: id, label: matterName(ask.scene(), id) })));
  const outcome = matter === null ? null : await ask.pick(matterName(ask.scene(), matter), labelled(hall.outcomes));
  return matter === null || outcome === null ? null : closing(ask, here, matter, outcome);
}

/** Others must act on the rest of a joint ticket: they are called, or the visitor moves on. @param {Ask} ask @returns {Promise<Request | null>} */
export async function carryOn(ask) {
  const here = present(ask.scene());
  return here && { act: "carry_on", path: `tickets/${here.id}/carry-on`, body: {} };
}

/** The request that closes a matter, with what its result must say.
 * @param {Ask} ask @param {Ticket} ticket @param {string} matter @param {string} outcome @returns {Promise<Request | null>} */
async function closing(ask, ticket, matter, outcome) {
  const name = matterName(ask.scene(), matter);
  /** @type {string[] | null} */
  let papers = [];
  /** @type {string | null} */
  let until = "";
  /** @type {string | null} */
  let reason = "";
  if (LISTED.includes(outcome)) {
    const materials = matterOf(ask.scene(), matter).materials;
    papers = await ask.several(say(`console.title.${outcome}`, { matter: name }), materials.map((each) => ({ value: each, label: each })), []);
  }
  if (outcome === "deferred" && papers !== null) until = await ask.pick(name, days(ask), say("console.pick.owed_until"));
  if (outcome === "rejected") reason = await reasonFor(ask, name, "reject");
  if (papers === null || until === null || reason === null) return null;
  return { act: "matter_end", path: `tickets/${ticket.id}/matters/${matter}/close`, body: { outcome, papers, until, reason } };
}

/** The last days on which a paper may come, by the hall's calendar. @param {Ask} ask */
function days(ask) {
  const { hall, now } = ask.scene();
  const shape = new Intl.DateTimeFormat("sv-SE", { timeZone: hall.timezone });
  const today = Date.parse(`${shape.format(now)}T00:00:00Z`);
  return DEFERRALS.map((n) => {
    const date = new Date(today + n * DAY).toISOString().slice(0, 10);
    return { value: date, label: say("console.pick.days", { n }), note: date };
  });
}
