/**
 * What a clerk picks from: the hall's lists as lines, each answered by one touch or digit.
 *
 * @typedef {import("./window-scene.js").Scene} Scene
 * @typedef {import("./window-scene.js").Labelled} Labelled
 * @typedef {{value: string, label: string, note?: string, why?: string}} Choice `why`: it cannot be picked now
 * @typedef {{at: number, ticket: string, number: string, outcome: string, marked: boolean}} Slip
 * @typedef {{id: string, place: string, state: string, can_print: boolean, trouble: import("./staff-words.js").Text, slips: Slip[]}} Printer
 */

import { category } from "./window-scene.js";
import { clockTime, minutes, named, say } from "./staff-words.js";

/** @param {Labelled[] | undefined} names @returns {Choice[]} */
export function labelled(names) {
  return (names ?? []).map((each) => ({ value: each.code, label: named(each.name) || each.code }));
}

/** Every category with the people who wait in it, the present visitor's own left out. @param {Scene} scene @returns {Choice[]} */
export function categories({ view }) {
  return (view?.categories ?? [])
    .filter((line) => line.category !== view?.present?.category)
    .map((line) => ({
      value: line.category,
      label: `${line.category}  ${named(line.name)}`,
      note: say("console.pick.waiting", { n: line.waiting, minutes: minutes(line.longest) }),
    }));
}

/** Every window but our own; one that calls nothing now cannot be picked. @param {Scene} scene @returns {Choice[]} */
export function otherWindows({ hall, view, window }) {
  const calling = new Set((view?.categories ?? []).flatMap((line) => line.windows));
  return hall.windows
    .filter((each) => each.number !== window)
    .map((each) => ({
      value: String(each.number),
      label: `${each.number}  ${named(each.name)}`,
      note: say("console.pick.place", { floor: each.floor, area: each.area }),
      why: calling.has(each.number) ? "" : say("console.pick.not_open"),
    }));
}

/** A printer, where it stands and how it is; one that cannot print cannot be picked. @param {Printer} printer @returns {Choice} */
export function printer({ id, place, state, can_print }) {
  const how = say(`console.printer.${state || "unknown"}`);
  return { value: id, label: `${id}  ${place}`.trim(), note: how, why: can_print ? "" : how };
}

/** One of a printer's last slips, and what became of it. @param {Slip} slip @param {number} now ms @returns {Choice} */
export function slip({ at, ticket, number, outcome, marked }, now) {
  const ago = say("console.slip.ago", { n: minutes(now - at) });
  const mark = marked ? ` ${say("console.slip.marked")}` : "";
  return { value: `${ticket}${at}`, label: `${number}${mark}`, note: `${say(`console.slip.${outcome}`)}  ${ago}` };
}

/** The tickets of a list. @param {Scene["hall"]} hall @param {{id: string, number: string, category: string}[]} tickets @returns {Choice[]} */
export function tickets(hall, tickets) {
  return tickets.map((each) => ({ value: each.id, label: each.number, note: category(hall, each.category) }));
}

/** When a visitor whom the last clerk left really went. @param {number | null} startedAt ms @param {number} now ms @returns {Choice[]} */
export function ended(startedAt, now) {
  const since = now - (startedAt ?? now);
  const ages = [0, 5, 10, 15, 30, 60, 120].filter((age) => age * 60_000 <= since);
  const choices = ages.map((age) => ({
    value: String(now - age * 60_000),
    label: age ? say("console.pick.ended_ago", { n: age }) : say("console.pick.ended_now"),
  }));
  if (startedAt === null) return choices;
  return [...choices, { value: String(startedAt), label: say("console.pick.ended_at_once", { time: clockTime(since / 1000) }) }];
}
