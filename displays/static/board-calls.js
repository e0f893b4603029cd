// The present calls: a fixed grid of rows that is filled anew, never rebuilt.

import { inOrder, pages } from "./board-day.js";

/** @typedef {import("./board-day.js").Board} Board */
/** @typedef {import("./board-day.js").Call} Call */

/** How long (ms) a new call stands out and holds its page. */
const STANDS_OUT = 8000;
/** @type {Keyframe[]} */
const FLASH = [{ opacity: 1 }, { opacity: 0.25 }, { opacity: 1 }];

/**
 * @param {string} id of a template with one element
 * @returns {HTMLElement}
 */
export function copyOf(id) {
  const template = /** @type {HTMLTemplateElement} */ (document.getElementById(id));
  return /** @type {HTMLElement} */ (document.importNode(template.content, true).firstElementChild);
}

/**
 * @param {Element} within
 * @param {string} selector
 * @returns {HTMLElement}
 */
export function part(within, selector) {
  return /** @type {HTMLElement} */ (within.querySelector(selector));
}

export class BoardCalls extends HTMLElement {
  /** @type {Call[][]} */
  pages = [[]];
  page = 0;
  /** how a floor that is only a number is named, {n} left open */
  floor = "{n}";
  /** until when (monotonic ms) the first page stays because of a new call */
  heldUntil = 0;
  /** @type {Map<string, {seq: number, until: number}>} what stands out, by number and window */
  fresh = new Map();

  /** @param {number} size calls a page holds */
  prepare(size) {
    const grid = part(this, ".grid");
    grid.replaceChildren(...Array.from({ length: size }, () => copyOf("call-row")));
    for (const row of this.rows) row.hidden = true;
  }

  get rows() {
    return /** @type {HTMLElement[]} */ ([...part(this, ".grid").children]);
  }

  /**
   * @param {Board} board
   * @param {Call[]} announced the calls to announce now
   * @param {number} now monotonic ms
   */
  show(board, announced, now) {
    this.pages = pages(inOrder(board), this.rows.length);
    for (const call of announced) this.fresh.set(keyOf(call), { seq: call.seq, until: now + STANDS_OUT });
    if (announced.length) {
      this.page = 0;
      this.heldUntil = now + STANDS_OUT;
    }
    this.draw(now);
    for (const row of this.rows) if (announced.some((call) => keyOf(call) === row.dataset.key)) flash(row);
  }

  /** Turns the page, unless a new call holds it. @param {number} now monotonic ms */
  turn(now) {
    if (now >= this.heldUntil) this.page = (this.page + 1) % this.pages.length;
    this.draw(now);
  }

  /** @param {number} now monotonic ms */
  draw(now) {
    for (const [key, { until }] of this.fresh) if (now >= until) this.fresh.delete(key);
    this.page = Math.min(this.page, this.pages.length - 1);
    const calls = this.pages[this.page];
    this.rows.forEach((row, place) => this.fillRow(row, calls[place]));
    part(this, ".nobody").hidden = calls.length > 0;
    const label = part(document.body, ".pages");
    label.hidden = this.pages.length < 2;
    label.textContent = `${this.page + 1} / ${this.pages.length}`;
  }

  /** @param {HTMLElement} row @param {Call | undefined} call */
  fillRow(row, call) {
    row.hidden = call === undefined;
    if (call === undefined) {
      delete row.dataset.key;
      return;
    }
    row.dataset.key = keyOf(call);
    row.dataset.state = call.state;
    row.dataset.seq = String(call.seq);
    row.dataset.times = String(call.times);
    row.toggleAttribute("data-fresh", this.fresh.get(keyOf(call))?.seq === call.seq);
    setText(part(row, ".number"), call.number);
    setText(part(row, ".window b"), String(call.window));
    const [floor, area] = part(row, ".place").children;
    setText(floor, /^\w{1,3}$/.test(call.floor) ? this.floor.replace("{n}", call.floor) : call.floor);
    setText(area, call.area);
  }
}

/** @param {Call} call */
function keyOf(call) {
  return `${call.number}>${call.window}`;
}

/** @param {Element} element @param {string} text */
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** @param {HTMLElement} row */
function flash(row) {
  row.dataset.announced = row.dataset.seq;
  if (matchMedia("(prefers-reduced-motion: reduce)").matches) return;
  for (const running of row.getAnimations()) running.cancel();
  row.animate(FLASH, { duration: 900, iterations: 3, easing: "ease-in-out" });
}
