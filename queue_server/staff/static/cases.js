/**
 * The page of the cases (后台办理): a department's cases by their last day, and every step of the marked one a key, as
 * at its console and over the same operations.
 *
 * @typedef {import("./cases-scene.js").Scene} Scene
 * @typedef {import("./staff-hand.js").Outcome} Outcome
 */

import { KEYS, MORE, mayDo, meaning, whyNot } from "./cases-acts.js";
import { FLOWS, papers } from "./cases-flows.js";
import { Watch } from "./cases-list.js";
import { history, paint } from "./cases-paint.js";
import { listed, marked } from "./cases-scene.js";
import { listen, pick, several } from "./staff-dialog.js";
import { act, whyNot as refusal } from "./staff-hand.js";
import { api, config, hush, learn, part, signOut, tell } from "./staff-page.js";
import { actLine, find, shelf } from "./staff-typed.js";
import { say } from "./staff-words.js";
import { keysHelp } from "./window-help.js";

/** @type {Scene} */
const scene = {
  hall: config.hall, department: config.department, may: config.may, view: null, at: "", closed: false, up: false, now: Date.now(),
};
let busy = "";

/** @type {import("./cases-flows.js").Ask} */
const ask = {
  scene: () => scene,
  pick,
  several,
  shelf,
  look: (id) => learn(`cases/${id}`),
  lists: async () => (await learn("paper-lists"))?.lists ?? null,
};

const watch = new Watch(
  () => scene.closed,
  (view) => void (scene.view = view),
  (up) => {
    scene.up = up;
    show();
  },
);

document.addEventListener("keydown", pressed);
document.addEventListener("click", (event) => {
  const found = event.target instanceof Element ? event.target.closest("button, [data-case]") : null;
  if (!(found instanceof HTMLElement)) return;
  if (found.dataset.case) mark(found.dataset.case);
  else if (found.dataset.act) press(found.dataset.act);
  else if (found.dataset.do === "help") void keysHelp(offered(Object.keys(KEYS)).map((each) => [KEYS[each], meaning(each, scene), whySaid(each)]));
  else if (found.dataset.do === "sign-out") void signOut();
});
listen();
setInterval(() => (hush(), show()), 1000);
show();

/** @param {KeyboardEvent} event */
function pressed(event) {
  if (part(document, "dialog[data-ask]").hasAttribute("open")) return;
  const searches = event.ctrlKey && event.key === "p";
  const found = searches ? "find" : Object.keys(KEYS).find((each) => KEYS[each] === event.key);
  const moves = { ArrowDown: 1, ArrowUp: -1, PageDown: 10, PageUp: -10 }[event.key];
  if (event.altKey || event.metaKey || event.shiftKey || (event.ctrlKey && !searches)) return;
  if (event.key !== "F1" && !found && !moves) return;
  event.preventDefault(); // else F3 searches, F5 loads anew, Ctrl+P prints
  if (moves) move(moves);
  else if (event.key === "F1") part(document, "[data-do=help]").click();
  else if (found && !event.repeat) press(found);
}

/** @param {number} by */
function move(by) {
  const [cases, line] = [listed(scene), marked(scene)];
  if (line) mark(cases[Math.min(Math.max(0, cases.indexOf(line) + by), cases.length - 1)].id);
}

/** @param {string} id */
function mark(id) {
  scene.at = id;
  show();
  document.getElementById(`case-${id}`)?.scrollIntoView({ block: "nearest" });
}

/** @param {string[]} acts those that whoever looks has the right to */
function offered(acts) {
  return acts.filter((each) => mayDo(each, scene));
}

/** @param {string} doing why it cannot be done now, "" when it can */
function whySaid(doing) {
  const why = whyNot(doing, scene);
  return why ? say(`console.why.${why.code}`, why.values) : "";
}

/** @param {string} chosen */
function press(chosen) {
  if (!mayDo(chosen, scene)) return;
  const why = chosen === "more" ? "" : whySaid(chosen);
  if (busy) tell(say("console.why.busy", { act: say(`console.act.${busy}`) }), "no");
  else if (why) tell(why, "no");
  else void go(chosen);
}

/** @param {string} chosen */
async function go(chosen) {
  busy = meaning(chosen, scene);
  show();
  try {
    const doing = chosen === "more" ? await more() : chosen === "find" ? await findAct() : chosen;
    if (doing !== null) await perform(doing);
  } finally {
    busy = "";
    show();
  }
}

function more() {
  return pick(say("console.act.more"), offered(MORE).map((each) => ({ value: each, label: say(`console.act.${meaning(each, scene)}`), why: whySaid(each) })));
}

function findAct() {
  const every = offered([...Object.keys(KEYS), ...MORE]).filter((each) => each !== "more");
  const choices = every.map((each) => actLine(each, meaning(each, scene), KEYS[each] ?? "", whySaid(each)));
  return find(say("console.title.find"), choices);
}

/** @param {string} doing */
async function perform(doing) {
  if (doing === "case_closed") {
    scene.closed = !scene.closed;
    return watch.look();
  }
  const line = marked(scene);
  if (doing === "case_history") {
    const known = line && (await ask.look(line.id));
    return known ? history(scene, known) : undefined;
  }
  const request = doing === "case_papers" ? await papers(ask) : line && (await FLOWS[doing](ask, line));
  if (!request) return;
  // The link may have gone while somebody was picking: nothing is sent on a guess.
  if (!scene.up) return tell(say("console.why.link"), "no");
  tell(say("console.said.busy", { act: say(`console.act.${meaning(doing, scene)}`) }), "busy");
  /** @type {Outcome} */
  const outcome = await act(`${api}/${request.path}`, request.body);
  await watch.look();
  if ("done" in outcome) tell(say(`console.did.${request.act}`, { number: "", ...outcome.done }));
  else tell(refusal(outcome), "no");
}

function show() {
  scene.now = watch?.now ?? Date.now();
  paint(scene, { busy, clock: watch?.clock() ?? "" });
}
