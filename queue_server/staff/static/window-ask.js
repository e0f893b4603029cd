/**
 * The clerk as the flows see one: what is known, what is asked, and what the hall is asked meanwhile.
 *
 * @typedef {import("./window-flows.js").Ask & import("./window-exit.js").AtTheExit} Asking
 * @typedef {import("./window-scene.js").Scene} Scene
 * @typedef {import("./window-flows.js").Request} Request
 */

import { pick, results, several } from "./staff-dialog.js";
import { learn } from "./staff-page.js";
import { actLine, caseNumber, code, find, number } from "./staff-typed.js";
import { say } from "./staff-words.js";
import { KEYS, MORE, meaning, whyNot } from "./window-acts.js";
import { labelled } from "./window-picks.js";
import { matterName } from "./window-scene.js";

/** @param {Scene} scene @param {(request: Request) => Promise<boolean>} sent @returns {Asking} */
export function asking(scene, sent) {
  return {
    scene: () => scene,
    pick,
    several,
    code,
    caseNumber,
    sent,
    number: (title, about) => number(title, about, scene.hall.categories.map((each) => each.code)),
    outcomes: (here, open) => {
      const matters = open.map((id) => ({ id, name: matterName(scene, id) }));
      return results(say("console.title.finish", { number: here.number }), matters, labelled(scene.hall.outcomes));
    },
    printers: async () => (await learn("printers"))?.printers ?? null,
    cases: async (ticket) => (await learn(`tickets/${ticket}/cases`))?.cases ?? null,
  };
}

/** Why an act cannot be done now, in a sentence; "" when it can. @param {string} act @param {Scene} scene */
export function whySaid(act, scene) {
  const why = whyNot(act, scene);
  return why ? say(`console.why.${why.code}`, why.values) : "";
}

/** One of what the last key offers. @param {Scene} scene */
export function more(scene) {
  const choices = MORE.map((each) => ({ value: each, label: say(`console.act.${each}`), why: whySaid(each, scene) }));
  return pick(say("console.act.more"), choices);
}

/** Any act by its name, its pinyin or its key. @param {Scene} scene */
export function findAct(scene) {
  const every = [...Object.keys(KEYS), ...MORE].filter((each) => each !== "more");
  const choices = every.map((each) => actLine(each, meaning(each, scene), KEYS[each] ?? "", whySaid(each, scene)));
  return find(say("console.title.find"), choices);
}
