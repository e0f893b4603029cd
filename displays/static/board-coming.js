// The row 请准备: the next numbers, and where to go. What does not fit takes turns.

import { copyOf, part, setText } from "./board-calls.js";
import { pages, way } from "./board-day.js";

/** @typedef {import("./board-day.js").Next} Next */
/** @typedef {import("./board-day.js").Text} Text */

const ARROWS = { left: "←", right: "→", ahead: "↑", behind: "↓", up: "⇧", down: "⇩" };

export class BoardComing extends HTMLElement {
  /** @type {Next[][]} */
  pages = [[]];
  page = 0;
  size = 1;
  /** @type {Record<string, keyof typeof ARROWS>} direction by area or floor */
  directions = {};
  /** @type {Record<string, Text>} */
  words = {};
  language = "zh";

  /** @param {number} size numbers that stand in the row at once */
  prepare(size) {
    this.size = size;
    part(this, "ol").replaceChildren(...Array.from({ length: size }, () => copyOf("coming-row")));
  }

  /** @param {Next[]} coming */
  show(coming) {
    this.pages = pages(coming, this.size);
    this.hidden = false;
    this.draw();
  }

  turn() {
    this.page = (this.page + 1) % this.pages.length;
    this.draw();
  }

  draw() {
    this.page = Math.min(this.page, this.pages.length - 1);
    [...part(this, "ol").children].forEach((row, place) => this.fillRow(/** @type {HTMLElement} */ (row), this.pages[this.page][place]));
  }

  /** @param {HTMLElement} row @param {Next | undefined} next */
  fillRow(row, next) {
    row.hidden = next === undefined;
    if (next === undefined) return;
    row.dataset.number = next.number;
    setText(part(row, ".number"), next.number);
    const [where, direction] = part(row, ".place").children;
    const floor = this.words.floor[this.language];
    setText(where, [/^\w{1,3}$/.test(next.floor) ? floor.replace("{n}", next.floor) : next.floor, next.area].filter(Boolean).join(" "));
    const to = way(next, this.directions);
    setText(direction, to ? `${ARROWS[to]} ${this.words[`to_${to}`][this.language]}` : "");
  }
}
