/**
 * An agent's page (全程代办): the tickets of all principals in one list, and new ones taken at once, as at the agent's
 * console and over the same operations.
 *
 * @typedef {import("./agent-scene.js").Scene} Scene
 */

import { KEYS, MORE, mayDo, meaning, whyNot } from "./agent-acts.js";
import { giveUp, take } from "./agent-flows.js";
import { paint, phone } from "./agent-paint.js";
import { listed, marked } from "./agent-scene.js";
import { pick } from "./staff-dialog.js";
import { act, whyNot as refusal } from "./staff-hand.js";
import { Listed } from "./staff-listed.js";
import { Live } from "./staff-live.js";
import { api, config, tell } from "./staff-page.js";
import { shelf } from "./staff-typed.js";
import { say } from "./staff-words.js";

/** @type {Scene} */
const scene = { hall: config.hall, may: config.may, view: null, at: "", up: false, now: Date.now() };
const ask = { scene: () => scene, pick, shelf };

const desk = new Listed({
  keys: KEYS,
  more: MORE,
  mayDo: (act) => mayDo(act, scene),
  meaning,
  whyNot: (act) => whyNot(act, scene),
  ids: () => listed(scene).map((each) => each.ticket),
  marked: () => marked(scene)?.ticket ?? "",
  mark: (id) => void (scene.at = id),
  perform,
  show,
});

const live = new Live("agent-tickets/live", {
  onState: (newer) => {
    scene.view = newer;
    show();
  },
  onLink: (fresh) => {
    scene.up = fresh;
    show();
  },
});
desk.begin();

/** @param {string} doing */
async function perform(doing) {
  const ticket = marked(scene);
  if (doing === "agent_phone") return ticket ? phone(ticket) : undefined;
  const request = doing === "agent_take" ? await take(ask) : ticket && (await giveUp(ask, ticket));
  if (!request) return;
  // The link may have gone while somebody was picking: nothing is sent on a guess.
  if (!scene.up) return tell(say("console.why.link"), "no");
  tell(say("console.said.busy", { act: say(`console.act.${doing}`) }), "busy");
  const outcome = await act(`${api}/${request.path}`, request.body);
  if (!("done" in outcome)) return tell(refusal(outcome), "no");
  const { number = "", tickets = [] } = outcome.done;
  const numbers = tickets.map((/** @type {{number: string}} */ each) => each.number).join("  ");
  tell(say(`console.did.${request.act}`, { number, numbers }));
}

function show() {
  scene.now = live?.now ?? Date.now();
  paint(scene, desk, live?.clock() ?? "");
}
