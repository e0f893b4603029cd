/**
 * Draws the floor staff's page: the categories as tiles, and the lists of people.
 *
 * @typedef {import("./floor-lists.js").Row} Row
 * @typedef {import("./floor-lists.js").Work} Work
 */

import { made, part, write } from "./staff-page.js";
import { named, say } from "./staff-words.js";

/** @param {Work} shown */
export function tiles({ categories }) {
  const place = part(document, "[data-tiles]");
  const key = JSON.stringify(categories);
  if (place.dataset.shown === key) return;
  place.dataset.shown = key;
  place.replaceChildren(
    ...categories.map((each) => {
      const tile = made("button", "tile");
      tile.setAttribute("type", "button");
      tile.dataset.category = each.category;
      tile.setAttribute("aria-disabled", String(!each.open));
      const count = each.open ? say("console.panel.queue", { n: each.waiting }) : say("staff.closed");
      tile.append(made("b", "", each.category), made("span", "name", named(each.name)), made("small", "", count));
      return tile;
    }),
  );
}

/** A list whose rows are kept while only their times run on. @param {string} name @param {Row[]} shown @param {string} empty */
export function rows(name, shown, empty) {
  const list = part(document, `[data-${name}]`);
  write(part(document, `[data-${name}-count]`), shown.length ? String(shown.length) : "");
  const key = JSON.stringify(shown.map((row) => [row.id, row.act, row.key, row.head]));
  if (list.dataset.shown !== key) {
    list.dataset.shown = key;
    list.replaceChildren(...(shown.length ? shown.map(drawn) : [made("li", "none", empty)]));
  }
  for (const row of shown) write(part(list, `[data-row="${CSS.escape(row.id)}"] .about`), row.about);
}

/** @param {Row} row */
function drawn(row) {
  const line = made("li", row.urgent ? "urgent" : "");
  line.dataset.row = row.id;
  const told = made("div", "");
  const about = made("span", "about", row.about);
  about.setAttribute("aria-live", "off"); // the time runs on; nobody wants to hear each second
  told.append(made("b", "", row.head), about);
  line.append(told);
  if (row.key) {
    const key = made("button", row.urgent ? "primary" : "", row.key);
    key.setAttribute("type", "button");
    Object.assign(key.dataset, { act: row.act, id: row.id });
    key.setAttribute("aria-label", `${row.head} ${row.key}`);
    line.append(key);
  }
  return line;
}
