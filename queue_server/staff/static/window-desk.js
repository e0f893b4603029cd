/**
 * What concerns the window itself, or somebody who is not called in turn: as `window-flows.js`.
 *
 * @typedef {import("./window-flows.js").Ask} Ask
 * @typedef {import("./window-flows.js").Request} Request
 */

import { labelled } from "./window-picks.js";
import { category, present, served } from "./window-scene.js";
import { say } from "./staff-words.js";

/** @param {Ask} ask @param {string} title @param {string} act @param {string} [about] a reason from the hall's list */
export function reasonFor(ask, title, act, about = say("console.pick.reason")) {
  const reasons = labelled(ask.scene().hall.reasons[act]);
  return ask.pick(title, reasons.length ? reasons : [{ value: "unlisted", label: say("console.pick.unlisted") }], about);
}

/** A number that was typed, whole: digits alone get the letter of what stands in the queue, else of what is served.
 * @param {Ask} ask @param {string} title @returns {Promise<string | null>} */
export async function wholeNumber(ask, title) {
  const typed = await ask.number(title, say("console.pick.number"));
  if (typed === null || !/^\d+$/.test(typed)) return typed?.toUpperCase() ?? null;
  const digits = typed.padStart(3, "0");
  const scene = ask.scene();
  const standing = (scene.view?.queue ?? []).filter((line) => line.number === `${line.category}${digits}`);
  const found = [...new Set(standing.map((line) => line.category))].sort();
  const letters = found.length ? found : served(scene);
  const choices = letters.map((letter) => ({ value: letter, label: `${letter}${digits}`, note: category(scene.hall, letter) }));
  const letter = letters.length === 1 ? letters[0] : await ask.pick(title, choices);
  return letter === null ? null : `${letter}${digits}`;
}

/** @param {Ask} ask @returns {Promise<Request | null>} */
export async function callNumber(ask) {
  const title = say("console.title.call");
  const number = await wholeNumber(ask, title);
  const reason = number === null ? null : await reasonFor(ask, title, "out_of_order", number);
  return reason === null ? null : { act: "call", path: `windows/${ask.scene().window}/call`, body: { number, reason } };
}

/** @param {Ask} ask @returns {Promise<Request | null>} */
export async function serveWithoutTicket(ask) {
  const scene = ask.scene();
  const title = say("console.title.serve");
  const letters = served(scene).map((letter) => ({ value: letter, label: category(scene.hall, letter), note: letter }));
  const letter = letters.length === 1 ? letters[0].value : await ask.pick(title, letters);
  const why = letter === null ? null : await reasonFor(ask, title, "without_ticket");
  if (letter === null || why === null) return null;
  const came = scene.hall.exits.includes(letter) ? await receiptBrought(ask, title) : { case: "", code: "" };
  return came && { act: "serve", path: `windows/${scene.window}/serve`, body: { category: letter, reason: why, ...came } };
}

/** The receipt of somebody without a ticket who came for results: the number of a case, and the check code.
 * @param {Ask} ask @param {string} title @returns {Promise<{case: string, code: string} | null>} */
async function receiptBrought(ask, title) {
  const number = await ask.caseNumber(title, say("console.pick.case_number"));
  const code = number ? await ask.code(title, say("console.pick.check_code")) : number;
  return number === null || code === null ? null : { case: number, code };
}

/** @param {Ask} ask @returns {Promise<Request | null>} open, go on after a pause, or pause for a picked reason */
export async function pause(ask) {
  const { view, window } = ask.scene();
  if (view === null) return null;
  if (view.state !== "open" || view.pausing) {
    return { act: view.state === "closed" ? "open" : "resume", path: `windows/${window}/open`, body: {} };
  }
  const title = say("console.title.pause");
  const reason = await reasonFor(ask, title, "pause");
  const now = reason === null ? null : await pauseNow(ask, title);
  if (now === null) return null;
  return { act: view.present && !now ? "pause_after" : "pause", path: `windows/${window}/pause`, body: { reason, now } };
}

/** Whether a called visitor goes back in line; one in service is always served first. @param {Ask} ask @param {string} title */
async function pauseNow(ask, title) {
  const here = present(ask.scene());
  if (!here || here.state !== "called") return false;
  const picked = await ask.pick(title, [
    { value: "after", label: say("console.pick.pause_after", { number: here.number }) },
    { value: "now", label: say("console.pick.pause_now", { number: here.number }) },
  ]);
  return picked === null ? null : picked === "now";
}

/** @param {Ask} ask @returns {Promise<Request | null>} */
export async function closeWindow(ask) {
  const title = say("console.title.close");
  const reason = await reasonFor(ask, title, "close_window");
  if (reason === null) return null;
  const until = await ask.pick(title, [
    { value: "now", label: say("console.pick.close_now") },
    { value: "today", label: say("console.pick.close_today") },
  ]);
  return until === null ? null : { act: "close", path: `windows/${ask.scene().window}/close`, body: { reason, for_today: until === "today" } };
}

/** @param {Ask} ask @returns {Promise<Request | null>} asked twice only where a visitor is still here */
export async function release(ask) {
  const here = present(ask.scene());
  if (here) {
    const about = here.state === "serving" ? "console.pick.leave_serving" : "console.pick.leave_called";
    const choices = [
      { value: "no", label: say("console.pick.stay") },
      { value: "yes", label: say("console.pick.leave_anyway") },
    ];
    if ((await ask.pick(say("console.title.release"), choices, say(about, { number: here.number }))) !== "yes") return null;
  }
  return { act: "release", path: `windows/${ask.scene().window}/release`, body: {} };
}
