/**
 * What a ticket's place means to its holder, in words. Pure, so that every state can be tested
 * without a page.
 *
 * @typedef {import("./kiosk-words.js").Text} Text
 * @typedef {import("./kiosk-words.js").Words} Words
 * @typedef {{type: "place", seq: number, data_at: number, answered_at: number, number: string, category: string,
 *   category_name: Text, state: string, end: string, ahead: number | null, before: Record<string, number>,
 *   window: number | null, windows: number[], floor: string, area: string, area_name?: Text, calling_from: number | null,
 *   taken_at: number, language: string, calls: number, called_at: number | null, hold_until: number | null,
 *   parked_until: number | null, misses: number, tomorrow: string,
 *   passing_until: number | null, may_pass: number, rated: string, may_rate: boolean,
 *   expected?: [number, number] | null}} Place
 * @typedef {{words: Words, languages: string[], timezone: string, credit: number}} Hall
 * @typedef {{headline: Text, why: Text[], where: Text | null, window: number | null}} Said
 */

import { clockTime, listed, say, windowList } from "./kiosk-words.js";

/** Why people are ahead, in the order in which they are named. */
const REASONS = ["booked", "priority", "earlier", "returned"];
/** States in which a ticket can be cancelled by its holder. */
const CANCELLABLE = new Set(["waiting", "called", "parked", "missed"]);

/** @param {Hall} hall @param {Place} place @returns {Said} */
export function told(hall, place) {
  const { words } = hall;
  const { number, state } = place;
  const window = place.window ?? 0;
  const where = ["waiting", "called", "parked"].includes(state) ? whereTo(hall, place) : null;
  /** @type {(headline: Text, why?: Text[], shown?: number | null) => Said} */
  const as = (headline, why = [], shown = null) => ({ headline, why, where, window: shown });
  switch (state) {
    case "called":
      return as(say(words, "phone.go", { number, window }), [], window);
    case "serving":
      return as(say(words, "phone.serving", { window }));
    case "parked":
      return as(say(words, "phone.parked", { window }), until(hall, "phone.parked_until", place.parked_until));
    case "missed":
      return as(say(words, "phone.missed"), [
        ...until(hall, "phone.missed_until", place.hold_until),
        say(words, "phone.missed_again"),
      ]);
    case "ended":
      return as(...ending(words, place));
    default:
      return as(...waiting(hall, place));
  }
}

/** @param {Hall} hall @param {Place} place @returns {[Text, Text[]]} */
function waiting(hall, place) {
  const { words } = hall;
  if (place.passing_until !== null) {
    const time = clockTime(place.passing_until, hall.timezone);
    return [say(words, "phone.passing", { time }), [say(words, "phone.passing_about")]];
  }
  if (place.ahead === null) {
    const known = place.window !== null;
    return [known ? say(words, "phone.directed", { window: place.window ?? 0 }) : say(words, "phone.ahead_none"), []];
  }
  const calling = until(hall, "phone.from", place.calling_from);
  if (place.ahead === 0) return [say(words, "phone.ahead_none"), calling];
  const list = REASONS.filter((name) => place.before[name] > 0).map((name) =>
    reason(words, name, { n: place.before[name], minutes: hall.credit }),
  );
  const why = list.length ? [say(words, "phone.why", { list: listed(list, hall.languages) })] : [];
  return [say(words, "phone.ahead", { n: place.ahead }), [...expected(hall, place), ...why, ...calling]];
}

/** When the call is expected, where the hall knows. @param {Hall} hall @param {Place} place @returns {Text[]} */
function expected(hall, place) {
  if (!place.expected) return [];
  const [first, last] = place.expected.map((at) => clockTime(at, hall.timezone));
  return [say(hall.words, "phone.expected", { first, last })];
}

/** @param {Words} words @param {string} name @param {{n: number, minutes: number}} values */
function reason(words, name, values) {
  return say(words, `phone.why_${name}`, values);
}

/** @param {Words} words @param {Place} place @returns {[Text, Text[]]} */
function ending(words, place) {
  const why = place.tomorrow ? [say(words, "phone.tomorrow", { code: place.tomorrow })] : [];
  if (place.end !== "done" && !place.tomorrow) why.push(say(words, "phone.again_ticket"));
  return [say(words, `phone.ended_${place.end}`), why];
}

/** @param {Hall} hall @param {string} key @param {number | null} at @returns {Text[]} */
function until(hall, key, at) {
  return at === null ? [] : [say(hall.words, key, { time: clockTime(at, hall.timezone) })];
}

/** A floor that is only a number gets its word; the area is a name. @param {Hall} hall @param {Place} place */
function whereTo(hall, { floor, area, area_name }) {
  if (!floor && !area) return null;
  const named = /^\w{1,3}$/.test(floor) ? say(hall.words, "phone.floor", { n: floor }) : { zh: floor };
  return say(hall.words, "phone.place", { floor: named, area: area_name?.zh ? area_name : { zh: area } });
}

/** The windows that may call, while it matters. @param {Hall} hall @param {Place} place @returns {Text | null} */
export function windowsOf(hall, place) {
  const matters = place.state === "waiting" && place.window === null && place.windows.length > 0;
  return matters ? say(hall.words, "phone.windows", { list: windowList(place.windows) }) : null;
}

/** What the holder must be told about the change from one place to the next, or null.
 * @param {Hall} hall @param {Place | null} before @param {Place} now @returns {Text | null} */
export function changed(hall, before, now) {
  if (before === null || now.state !== "waiting") return null;
  if (before.state === "called") return say(hall.words, "phone.again", { number: now.number });
  const rose = before.state === "waiting" && before.category === now.category && (now.ahead ?? 0) > (before.ahead ?? 0);
  return rose ? say(hall.words, "phone.rose") : null;
}

/** Names one call: a phone signals each once, a recall again. "" while not called. @param {Place} place */
export function callOf(place) {
  return place.state === "called" ? `${place.window}:${place.called_at}:${place.calls}` : "";
}

/** @param {Place} place */
export function cancellable(place) {
  return CANCELLABLE.has(place.state);
}
