/** The keys of a page, explained. */

import { read } from "./staff-dialog.js";
import { made } from "./staff-page.js";
import { say } from "./staff-words.js";

/** What each key does, and why it cannot be used just now.
 * @param {string[][]} keys each key, what it means at this moment, why it cannot be used ("" when it can) */
export async function keysHelp(keys) {
  const list = made("dl", "keys-help");
  for (const [key, means, why] of keys) {
    const told = made("dd", "", say(`console.tip.${means}`));
    if (why) told.append(made("small", "", why));
    list.append(made("dt", "", `${key}  ${say(`console.act.${means}`)}`), told);
  }
  list.append(made("dt", "", `Ctrl+P  ${say("console.act.find")}`), made("dd", "", say("console.tip.find")));
  await read(say("console.title.help"), [list]);
}
