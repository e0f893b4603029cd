/**
 * A ticket for a visitor who does not stand at a kiosk: asked in one form, shown with its QR code.
 *
 * @typedef {import("./floor-lists.js").Offer} Offer
 * @typedef {import("./window-scene.js").Hall} Hall
 */

import { choose, read } from "./staff-dialog.js";
import { made } from "./staff-page.js";
import { picture } from "./staff-qr.js";
import { named, say } from "./staff-words.js";

const NEEDS = ["guide", "writing", "wheelchair", "korean"];

/**
 * What the visitor wants; everything not touched is the usual.
 * @param {Hall} hall @param {Offer} offer @param {string} lang
 * @returns {Promise<Record<string, unknown> | null>}
 */
export async function wish(hall, offer, lang) {
  const kinds = hall.kinds.map((each) => ({ value: each.code, label: named(each.name) }));
  const matters = hall.matters.filter((each) => each.category === offer.category).map((each) => ({ value: each.id, label: named(each.name) }));
  const chosen = await choose(`${offer.category}  ${named(offer.name)}`, say("staff.take"), [
    { name: "kind", title: say("staff.class"), several: false, choices: [{ value: "", label: say("console.class.ordinary") }, ...kinds] },
    { name: "language", title: say("staff.visitors_language"), several: false, choices: hall.languages.map((each) => ({ value: each, label: say(`console.language.${each}`) })), first: lang },
    { name: "matters", title: say("staff.matters"), several: true, choices: matters },
    { name: "needs", title: say("staff.needs"), several: true, choices: NEEDS.map((each) => ({ value: each, label: say(`console.need.${each}`) })) },
  ]);
  if (chosen === null) return null;
  const kind = chosen.kind[0] ?? "";
  const cls = kind ? "priority" : "ordinary";
  return { category: offer.category, cls, kind, language: chosen.language[0] ?? lang, matters: chosen.matters, needs: chosen.needs };
}

/**
 * The ticket as the visitor should see it on the tablet.
 * @param {{number: string, ahead: number, windows: number[], code: string, url: string}} receipt @param {() => void} print
 */
export async function hand(receipt, print) {
  const card = made("div", "receipt");
  const told = made("div", "told");
  const windows = receipt.windows.length ? say("staff.at_windows", { windows: receipt.windows.join("、") }) : "";
  told.append(made("p", "number", receipt.number), made("p", "", say("staff.ahead", { n: receipt.ahead })), made("p", "", windows), made("p", "", say("staff.code", { code: receipt.code })));
  const key = /** @type {HTMLButtonElement} */ (made("button", "primary", say("staff.print")));
  key.type = "button";
  key.addEventListener("click", print);
  told.append(key);
  let open = true;
  card.append(told, picture(receipt.url, say("staff.qr"), () => open));
  await read(say("staff.taken"), [card]);
  open = false;
}
