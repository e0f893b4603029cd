/**
 * A ticket that its holder has opened at the kiosk: where it stands, why, and what can be done with it.
 *
 * @typedef {import("./kiosk-state.js").State} State
 * @typedef {import("./kiosk-paint.js").Hall} Hall
 */

import { ownPaper } from "./kiosk-paper.js";
import { part } from "./kiosk-parts.js";
import { erase, say, write } from "./kiosk-words.js";
import { cancellable, told } from "./phone-place.js";

/** @param {HTMLElement} root @param {Hall} hall @param {State} state */
export function paintHeld(root, hall, state) {
  const page = part(root, ".step.held");
  const place = state.held?.place ?? null;
  const { lang } = state;
  part(page, "[data-held-number]").textContent = place?.number ?? "";
  if (place === null) {
    for (const name of ["headline", "category", "said"]) erase(part(page, `[data-held-${name}]`));
    erase(part(page, "[data-held-why]"));
    return;
  }
  const { menu, words } = hall;
  const said = told({ words, languages: menu.languages, timezone: menu.timezone, credit: menu.credit }, place);
  write(part(page, "[data-held-category]"), place.category_name, lang, hall.paired);
  write(part(page, "[data-held-headline]"), said.headline, lang, hall.paired);
  part(page, "[data-held-reasons]").hidden = said.why.length === 0 || place.state === "ended";
  lines(part(page, "[data-held-why]"), said.why, lang);
  write(part(page, "[data-held-said]"), state.errand ? say(words, "kiosk.asking") : (state.said ?? { zh: "" }), lang, []);
  const paper = ownPaper(menu, hall.me ?? "");
  const waits = place.state === "waiting";
  const offered = {
    return: place.state === "missed",
    move: waits && menu.choices.length > 1,
    again: place.state !== "ended",
    reprint: Boolean(state.held?.code) && (paper?.can_print ?? true) && !["ended", "serving"].includes(place.state),
    cancel: cancellable(place),
  };
  for (const [name, shown] of Object.entries(offered)) part(page, `[data-offer=${name}]`).hidden = !shown;
}

/** @param {HTMLElement} list @param {import("./kiosk-words.js").Text[]} sentences @param {string} lang */
function lines(list, sentences, lang) {
  const wanted = sentences.map((_, i) => list.children[i] ?? list.appendChild(document.createElement("p")));
  while (list.children.length > wanted.length) list.lastElementChild?.remove();
  wanted.forEach((line, i) => write(line, sentences[i], lang, []));
}
