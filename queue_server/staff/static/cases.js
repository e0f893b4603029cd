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
import { pick, several } from "./staff-dialog.js";
import { act, whyNot as refusal } from "./staff-hand.js";
import { Listed } from "./staff-listed.js";
import { api, config, learn, tell } from "./staff-page.js";
import { shelf } from "./staff-typed.js";
import { say } from "./staff-words.js";

/** @type {Scene} */
const scene = {
  hall: config.hall, department: config.department, may: config.may, view: null, at: "", closed: false, up: false, now: Date.now(),
};

/** @type {import("./cases-flows.js").Ask} */
const ask = {
  scene: () => scene,
  pick,
  several,
  shelf,
  look: (id) => learn(`cases/${id}`),
  lists: async () => (await learn("paper-lists"))?.lists ?? null,
};

const desk = new Listed({
  keys: KEYS,
  more: MORE,
  mayDo: (act) => mayDo(act, scene),
  meaning: (act) => meaning(act, scene),
  whyNot: (act) => whyNot(act, scene),
  ids: () => listed(scene).map((each) => each.id),
  marked: () => marked(scene)?.id ?? "",
  mark: (id) => void (scene.at = id),
  perform,
  show,
});

const watch = new Watch(
  () => scene.closed,
  (view) => void (scene.view = view),
  (up) => {
    scene.up = up;
    show();
  },
);
desk.begin();

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
  paint(scene, desk, watch?.clock() ?? "");
}
