/**
 * A window's page: what its console does, in a browser, over the same operations and the same socket.
 *
 * One act is in flight at a time; a second press is refused with a word, and nothing waits behind a dead link.
 *
 * @typedef {import("./staff-hand.js").Outcome} Outcome
 * @typedef {import("./window-scene.js").Scene} Scene
 */

import { get } from "./network.js";
import { act, all, whyNot as refusal } from "./staff-hand.js";
import { firstClaim } from "./staff-handed.js";
import { listen, questioned } from "./staff-dialog.js";
import { Live, paintLink } from "./staff-live.js";
import { api, config, hush, tell } from "./staff-page.js";
import { cleaned, person, say, says } from "./staff-words.js";
import { KEYS, meaning } from "./window-acts.js";
import { asking, findAct, more, whySaid } from "./window-ask.js";
import { handOver, leave } from "./window-away.js";
import { handOut } from "./window-exit.js";
import { FLOWS } from "./window-flows.js";
import { guideOf, showGuide } from "./window-guide.js";
import { keysHelp } from "./window-help.js";
import { paint } from "./window-paint.js";
import { printReceipt, worthOne } from "./window-receipt.js";
import { sitDown } from "./window-seat.js";
import { editionOf, present, seated } from "./window-scene.js";

/** How long (ms) an accepted act may take to show in the live view before keys answer again. */
const SEEN = 1500;

/** @type {Scene} */
const scene = { hall: config.hall, window: config.window.number, me: config.me.id, sits: config.sits, view: null, up: false, now: Date.now() };
let busy = "";
/** @type {{seq: number, until: number} | null} the answer that the view has yet to show */
let awaited = null;
/** We sat here: if our seat lapsed with the link, we sit down again; nobody takes one back from somebody. */
let sat = false;
/** Whoever takes over what a colleague handed over here sits down at once. */
let first = firstClaim(scene.window);

const ask = asking(scene, async (request) => {
  const outcome = await send(request.path, request.body);
  said(request.act, outcome);
  await lookAtCases();
  return "done" in outcome;
});

const live = new Live(`windows/${scene.window}/live`, {
  onState: (view) => {
    scene.view = view;
    if (scene.cases?.ticket !== view.present?.id) void lookAtCases();
    if (view.catalogue !== scene.hall.catalogue) void learn();
    release();
    keepSeat();
    show();
  },
  onLink: (up) => {
    if (up && !scene.up && scene.view !== null) void learn();
    scene.up = up;
    keepSeat();
    show();
  },
});

document.addEventListener("keydown", pressed);
document.addEventListener("click", (event) => {
  const key = event.target instanceof Element ? event.target.closest("button") : null;
  if (key?.dataset.act) press(key.dataset.act);
  else if (key?.dataset.guide) void showGuide(key.dataset.guide, editionOf(scene, key.dataset.guide));
  else if (key?.dataset.do === "help") void help();
  else if (key?.dataset.do === "sign-out") void away();
});
listen();
setInterval(() => (release(), hush(), show()), 250);
show();

/** Names, windows and pick lists hold for a day, and whoever was away may have missed its turn; matters until their next edition. */
async function learn() {
  const answer = await get(api, "");
  if (answer?.status === 200) scene.hall = cleaned(/** @type {any} */ (answer.body));
}

/** What lies ready for a visitor who came for cases, and what is still owed: no push of the window says it. */
async function lookAtCases() {
  const here = present(scene);
  if (!here?.cases.length) return void (scene.cases = undefined);
  const known = scene.cases?.ticket === here.id ? scene.cases.lines : [];
  scene.cases = { ticket: here.id, lines: known };
  scene.cases = { ticket: here.id, lines: (await ask.cases(here.id)) ?? known };
  show();
}

function keepSeat() {
  if (seated(scene)) [sat, first] = [true, null];
  else if (first && !busy && scene.up) void go("pause");
  else if (sat && scene.view?.clerk) {
    sat = false;
    tell(say("console.told.taken_over", { clerk: person(scene.view.clerk) }), "no");
  } else if (sat && !busy && scene.up) void go("pause");
}

/** @param {KeyboardEvent} event */
function pressed(event) {
  if (event.ctrlKey && event.key === "p" && !event.repeat) {
    event.preventDefault(); // else the browser prints
    if (!questioned()) press("find");
  }
  if (event.ctrlKey || event.altKey || event.metaKey || event.shiftKey) return;
  const found = event.key === "F1" ? "help" : Object.keys(KEYS).find((each) => KEYS[each] === event.key);
  if (!found) return;
  event.preventDefault(); // else F3 searches, F5 loads anew, F10 opens a menu
  if (event.repeat || questioned()) return;
  if (found === "help") void help();
  else press(found);
}

function help() {
  return keysHelp(Object.entries(KEYS).map(([each, key]) => [key, meaning(each, scene), each === "more" ? "" : whySaid(each, scene)]));
}

/** @param {string} chosen */
function press(chosen) {
  const why = chosen === "more" ? "" : whySaid(chosen, scene);
  if (busy) tell(say("console.why.busy", { act: say(`console.act.${busy}`) }), "no");
  else if (why) tell(why, "no");
  else void go(chosen);
}

/** @param {string} chosen */
async function go(chosen) {
  busy = meaning(chosen, scene);
  show();
  const doing = chosen === "more" ? await more(scene) : chosen === "find" ? await findAct(scene) : chosen;
  busy = doing === null ? "" : meaning(doing, scene);
  try {
    if (doing !== null) await perform(doing);
  } finally {
    if (awaited === null) busy = "";
  }
  show();
}

/** @param {string} doing */
async function perform(doing) {
  if (meaning(doing, scene) === "claim") {
    const [claim] = [first, (first = null)];
    return finished("claim", await sitDown(ask, send, claim));
  }
  if (doing in HERE) return finished(doing, await HERE[doing]());
  const here = present(scene);
  if (doing === "finish" && here?.cases.length && !(await handOut(ask, here))) return finished(doing, null);
  const request = await FLOWS[doing](ask);
  const outcome = request && (await all(send, request));
  finished(request?.act ?? doing, outcome);
  // Where a printer stands beside the window the receipt comes out by itself.
  if (here && request && outcome && "done" in outcome && ENDS.includes(doing) && config.receipts_shown && worthOne(here, request)) {
    await receiptOf(here);
  }
}

/** Acts that end a service. */
const ENDS = ["finish", "finish_next"];

/** The visitor who was just served takes the receipt along from the screen. @param {import("./window-scene.js").Ticket} ticket */
async function receiptOf(ticket) {
  [awaited, busy] = [null, "receipt"];
  const refused = await printReceipt(ask, send, ticket);
  if (refused) said("receipt", refused);
}

/** Acts that change nothing in the hall's day. @type {Record<string, () => Promise<Outcome | null>>} */
const HERE = {
  guide: () => guideOf(ask),
  hand_over: () => handOver(ask),
  receipt: () => printReceipt(ask, send),
  large: async () => (document.body.toggleAttribute("data-large"), null),
};

async function away() {
  busy = "release";
  const [kept] = [sat, (sat = false)];
  const outcome = await leave(ask, send);
  sat = kept;
  finished("release", outcome);
}

/** @param {string} path @param {unknown} body @param {import("./staff-hand.js").World} [world] @returns {Promise<Outcome>} */
async function send(path, body, world) {
  // The link may have gone while somebody was picking: nothing is sent on a guess.
  if (!scene.up) return { refused: { code: "", detail: "", title: "", status: 0, wait: 0, sentence: { zh: say("console.why.link") } } };
  tell(say("console.said.busy", { act: say(`console.act.${busy}`) }), "busy");
  return act(`${api}/${path}`, body, world);
}

/** What came of an act, said; keys answer again when the view shows it. @param {string} what @param {Outcome | null} outcome */
function finished(what, outcome) {
  if (outcome !== null) said(what, outcome);
  if (outcome && "done" in outcome) {
    if (what === "release") sat = false;
    awaited = { seq: outcome.done.seq, until: performance.now() + SEEN };
    release();
  } else {
    busy = "";
    if (what === "claim" && outcome) sat = false;
  }
}

/** @param {string} what @param {Outcome} outcome */
function said(what, outcome) {
  if (!("done" in outcome)) return tell(refusal(outcome), "no");
  const { done } = outcome;
  // A joint ticket that has left the window has moved on; else others were called to it.
  const detailed = what === "carry_on" && !done.window ? "console.did.carry_on_moved" : `console.did.${what}_${done.detail}`;
  const key = says(detailed) ? detailed : `console.did.${what}`;
  tell(say(key, { number: "", window: 0, ahead: 0, ...done, what: done.detail ?? "" }));
}

function release() {
  if (awaited === null) return;
  if ((scene.view?.seq ?? 0) >= awaited.seq || !scene.up || performance.now() > awaited.until) {
    awaited = null;
    busy = "";
  }
}

function show() {
  scene.now = live?.now ?? Date.now();
  paintLink(scene.up, scene.view !== null);
  paint(scene, { busy, clock: live?.clock(scene.now) ?? "" });
}
