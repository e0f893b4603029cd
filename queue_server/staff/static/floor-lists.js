/**
 * What floor staff look after, as rows: who asks for help at a kiosk, whom to look for, who may come back.
 * Pure: the words of each row, so that node tests them.
 *
 * @typedef {import("./staff-words.js").Text} Text
 * @typedef {import("./window-scene.js").Hall} Hall
 * @typedef {import("./window-scene.js").Ticket} Ticket
 * @typedef {{category: string, name: Text, open: boolean, waiting: number, windows: number[], why: Text}} Offer
 * @typedef {{ticket: string, number: string, category: string, cls: string, language: string, window: number,
 *   floor: string, area: string, calls: number, called_at: number | null, found_until: number | null}} Sought
 * @typedef {{seq: number, data_at: number, catalogue: string, categories: Offer[], sought: Sought[], missed: Ticket[], parked: Ticket[],
 *   help: HelpCall[], notices: Text[], troubles: Text[]}} Work
 * @typedef {{kiosk: string, place: string, since: number, language: string}} HelpCall
 * @typedef {{id: string, head: string, about: string, act: string, key: string, urgent: boolean}} Row
 *   `act` is what its key does, `key` what the key says ("" for none)
 */

import { clockTime, minutes, say } from "./staff-words.js";
import { category } from "./window-scene.js";

/** @param {HelpCall[]} calls @param {number} now ms @returns {Row[]} */
export function helpRows(calls, now) {
  return calls.map((call) => ({
    id: call.kiosk,
    head: call.place,
    about: `${say("staff.waits", { time: clockTime((now - call.since) / 1000) })}  ${say(`console.language.${call.language}`)}`,
    act: "came",
    key: say("staff.came"),
    urgent: true,
  }));
}

/** @param {Sought[]} sought @param {number} now ms @returns {Row[]} */
export function soughtRows(sought, now) {
  return sought.map((each) => {
    const place = [each.floor && say("staff.floor_of", { floor: each.floor }), each.area].filter(Boolean).join(" ");
    const where = `${say("console.head.window", { window: each.window })} ${place}`.trim();
    const found = each.found_until !== null && each.found_until > now;
    const left = found ? say("staff.comes", { time: clockTime(((each.found_until ?? 0) - now) / 1000) }) : say("console.present.calls", { n: each.calls });
    return {
      id: each.ticket,
      head: each.number,
      about: `${where}  ${left}  ${say(`console.language.${each.language}`)}`,
      act: "found",
      key: found ? "" : say("console.act.found"),
      urgent: !found,
    };
  });
}

/** @param {Hall} hall @param {Work} work @param {number} now ms @returns {Row[]} */
export function returnRows(hall, { missed, parked }, now) {
  const gone = missed.map((each) => ({
    id: each.id,
    head: each.number,
    about: `${category(hall, each.category)}  ${each.hold_until === null ? say("console.aside.missed") : say("console.aside.missed_until", { n: minutes(each.hold_until - now) })}`,
    act: "return",
    key: say("staff.is_back"),
    urgent: false,
  }));
  const writing = parked.map((each) => {
    const left = (each.parked_until ?? now) - now;
    const time = clockTime(Math.abs(left) / 1000);
    return {
      id: each.id,
      head: each.number,
      about: `${say("console.head.window", { window: each.window ?? 0 })}  ${left < 0 ? say("console.aside.overdue", { time }) : say("console.aside.parked", { time })}`,
      act: "unpark",
      key: say("staff.is_back"),
      urgent: left < 0,
    };
  });
  return [...gone, ...writing];
}

/** What can be done to a ticket that was looked up, by its state; one that is called is its window's. @param {string} state @returns {string[]} */
export function actsFor(state) {
  if (state === "waiting") return ["reprint", "class", "transfer", "cancel"];
  if (state === "called") return ["found", "reprint"];
  if (state === "missed") return ["return", "reprint", "cancel"];
  if (state === "parked") return ["unpark", "reprint", "cancel"];
  return state === "serving" ? ["reprint"] : [];
}
