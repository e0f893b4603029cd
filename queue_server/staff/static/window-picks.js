/**
 * What a clerk picks from: the hall's lists as lines, each answered by one touch or digit.
 *
 * @typedef {import("./window-scene.js").Scene} Scene
 * @typedef {import("./window-scene.js").Labelled} Labelled
 * @typedef {{value: string, label: string, note?: string, why?: string, name?: string, spelled?: string[]}} Choice
 *   `why`: it cannot be picked now; where it is found by typing, `name` is another name, `spelled` the pinyin of both
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
