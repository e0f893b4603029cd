/** The keys of a window's page, explained. */

import { read } from "./staff-dialog.js";
import { made } from "./staff-page.js";
import { say } from "./staff-words.js";
import { KEYS, meaning, whyNot } from "./window-acts.js";

/** What each key does, and why it cannot be used just now. @param {import("./window-scene.js").Scene} scene */
export async function help(scene) {
  const list = made("dl", "keys-help");
  for (const [each, key] of Object.entries(KEYS)) {
    const why = each === "more" ? null : whyNot(each, scene);
    const told = made("dd", "", say(`console.tip.${meaning(each, scene)}`));
    if (why) told.append(made("small", "", say(`console.why.${why.code}`, why.values)));
    list.append(made("dt", "", `${key}  ${say(`console.act.${meaning(each, scene)}`)}`), told);
  }
  await read(say("console.title.help"), [list]);
}
