/**
 * What the hall offers: the tiles of the start page, and the matters of one category.
 *
 * @typedef {import("./kiosk-state.js").State} State
 * @typedef {import("./kiosk-state.js").Choice} Choice
 * @typedef {import("./kiosk-state.js").Matter} Matter
 * @typedef {import("./kiosk-paint.js").Hall} Hall
 * @typedef {import("./kiosk-words.js").Text} Text
 */

import { matched, part } from "./kiosk-parts.js";
import { clockTime, inLanguage, listed, say, write } from "./kiosk-words.js";

/**
 * How many wait and where they are called: two short facts, and each as a bare figure for a small tile.
 * @param {Hall} hall @param {Choice} choice
 */
export function factsOf(hall, choice) {
  const waiting = say(hall.words, "kiosk.waiting", { n: choice.waiting });
  const open = choice.windows.length;
  if (open > 0 || choice.calling_from === null) {
    const windows = open > 0 ? say(hall.words, "kiosk.windows", { n: open }) : say(hall.words, "kiosk.no_window");
    return { waiting, windows, figures: { waiting: String(choice.waiting), windows: String(open) } };
  }
  const time = clockTime(choice.calling_from, hall.menu.timezone);
  const windows = say(hall.words, "kiosk.from", { time });
  return { waiting, windows, figures: { waiting: String(choice.waiting), windows: time } };
}

/** What a reader says of a tile. @param {Hall} hall @param {Choice} choice */
export function labelOf(hall, choice) {
  if (choice.closed !== "") return say(hall.words, "kiosk.closed_label", { name: choice.name });
  const { waiting, windows } = factsOf(hall, choice);
  return say(hall.words, "kiosk.tile_label", { name: choice.name, waiting, windows });
}

/** @param {HTMLElement} root @param {Hall} hall @param {string} lang */
export function paintTiles(root, hall, lang) {
  const tiles = part(root, "[data-tiles]");
  const kept = matched(tiles, hall.menu.choices.map((choice) => choice.category), "tile", "category");
  hall.menu.choices.forEach((choice, i) => paintTile(kept[i], hall, choice, lang));
}

/** @param {HTMLElement} tile @param {Hall} hall @param {Choice} choice @param {string} lang */
function paintTile(tile, hall, choice, lang) {
  const facts = factsOf(hall, choice);
  part(tile, ".letter").textContent = choice.category;
  write(part(tile, ".name"), choice.name, lang, hall.paired);
  for (const fact of /** @type {const} */ (["waiting", "windows"])) {
    write(part(tile, `[data-fact=${fact}] > .long`), facts[fact], lang, []);
    part(tile, `[data-fact=${fact}] > .count`).textContent = facts.figures[fact];
    part(tile, `[data-fact=${fact}]`).toggleAttribute("data-time", facts.figures[fact].includes(":"));
  }
  const shut = choice.closed !== "";
  tile.toggleAttribute("data-shut", shut);
  part(tile, ".facts").hidden = shut;
  const why = part(tile, ".why");
  why.hidden = !shut;
  if (shut) {
    const reason = choice.why.zh ? choice.why : say(hall.words, "kiosk.refused");
    write(part(why, ".short"), say(hall.words, "kiosk.closed"), lang, []);
    write(part(why, ".whole"), reason, lang, []);
  }
  tile.setAttribute("aria-label", inLanguage(labelOf(hall, choice), lang));
}

/** @param {HTMLElement} root @param {Hall} hall @param {State} state @param {Choice | undefined} choice */
export function paintMatters(root, hall, state, choice) {
  const { lang } = state;
  const { words, paired } = hall;
  const matters = choice?.matters ?? [];
  const shut = choice === undefined || choice.closed !== "";
  const asked = matters.length ? "kiosk.pick" : "kiosk.no_matters";
  part(root, "[data-pick]").dataset.saying = asked;
  write(part(root, "[data-pick]"), say(words, asked), lang, paired);
  const list = part(root, "[data-matters]");
  const kept = matched(list, matters.map((matter) => matter.id), "matter", "of");
  matters.forEach((matter, i) => paintMatter(kept[i], hall, matter, state));
  const actions = part(root, ".actions");
  const facts = choice ? factsOf(hall, choice) : null;
  for (const fact of /** @type {const} */ (["waiting", "windows"])) {
    if (facts) write(part(actions, `[data-fact=${fact}]`), facts[fact], lang, []);
  }
  part(root, ".category").toggleAttribute("data-shut", shut);
  part(actions, "[data-closed]").hidden = !shut;
  if (shut) write(part(actions, "[data-why]"), choice?.why.zh ? choice.why : say(words, "kiosk.refused"), lang, paired);
  for (const button of actions.querySelectorAll("[data-do=take]")) button.toggleAttribute("hidden", shut || state.moving);
  part(actions, "[data-move]").hidden = shut || !state.moving;
  const chosen = state.taking
    ? say(words, "kiosk.taking")
    : state.matters.length
      ? say(words, "kiosk.take_chosen", { n: state.matters.length })
      : say(words, "kiosk.take_none");
  write(part(actions, "[data-chosen]"), chosen, lang, []);
  const kinds = listed(hall.menu.priority_kinds, hall.menu.languages);
  write(part(actions, "[data-kinds]"), say(words, "kiosk.priority_who", { kinds }), lang, []);
}

/** @param {HTMLElement} row @param {Hall} hall @param {Matter} matter @param {State} state */
function paintMatter(row, hall, matter, state) {
  const picked = state.matters.includes(matter.id);
  const [pick, guide] = [part(row, "[data-do=matter]"), part(row, "[data-do=guide]")];
  pick.dataset.matter = guide.dataset.guide = matter.id;
  pick.setAttribute("aria-pressed", String(picked));
  guide.hidden = !hall.catalogue?.guides.some((one) => one.id === matter.id);
  write(part(guide, ".label"), say(hall.words, "kiosk.guide"), state.lang, []);
  guide.setAttribute("aria-label", inLanguage(say(hall.words, "kiosk.guide_of", { name: matter.name }), state.lang));
  write(part(row, ".name"), matter.name, state.lang, hall.paired);
  const needs = part(row, ".needs");
  needs.hidden = !picked || matter.materials.length === 0;
  write(needs, say(hall.words, "kiosk.materials", { list: listed(matter.materials, hall.menu.languages) }), state.lang, []);
}
