/**
 * A page of one list of which one line is marked: what its keys do with that line, as at the consoles of this kind
 * (`queue_server/console/listed.py`). Arrows or a touch mark a line, F12 and Ctrl+P find the other acts.
 *
 * @typedef {import("./window-acts.js").Why} Why
 * @typedef {{id: string, name: string, cells: string[]}} Line `name` is its class, the first cell its head
 * @typedef {object} Page what a page says for itself
 * @property {Record<string, string>} keys every act of its keys, and the key
 * @property {string[]} more what F12 offers
 * @property {(act: string) => boolean} mayDo whether whoever looks has the right to an act at all
 * @property {(act: string) => string} meaning what a key does at this moment
 * @property {(act: string) => Why | null} whyNot
 * @property {() => string[]} ids of the list, in its order
 * @property {() => string} marked the marked line, "" for none
 * @property {(id: string) => void} mark
 * @property {(act: string) => Promise<void>} perform
 * @property {() => void} show
 */

import { listen, pick, questioned } from "./staff-dialog.js";
import { hush, made, part, redraw, signOut, tell, write } from "./staff-page.js";
import { actLine, find } from "./staff-typed.js";
import { say } from "./staff-words.js";
import { keysHelp } from "./window-help.js";

const MOVES = /** @type {Record<string, number>} */ ({ ArrowDown: 1, ArrowUp: -1, PageDown: 10, PageUp: -10 });

export class Listed {
  /** @param {Page} page */
  constructor(page) {
    this.page = page;
    /** What is being done, "" for nothing. */
    this.busy = "";
  }

  /** Keys and touches count from now on. */
  begin() {
    document.addEventListener("keydown", (event) => this.pressed(event));
    document.addEventListener("click", (event) => this.touched(event));
    listen();
    setInterval(() => (hush(), this.page.show()), 1000);
    this.page.show();
  }

  /** @param {Event} event */
  touched(event) {
    const found = event.target instanceof Element ? event.target.closest("button, [data-line]") : null;
    if (!(found instanceof HTMLElement)) return;
    if (found.dataset.line) this.mark(found.dataset.line);
    else if (found.dataset.act) this.press(found.dataset.act);
    else if (found.dataset.do === "help") void this.help();
    else if (found.dataset.do === "sign-out") void signOut();
  }

  /** @param {KeyboardEvent} event */
  pressed(event) {
    const { keys } = this.page;
    if (questioned()) return;
    const searches = event.ctrlKey && event.key === "p";
    const found = searches ? "find" : Object.keys(keys).find((each) => keys[each] === event.key);
    const moves = MOVES[event.key];
    if (event.altKey || event.metaKey || event.shiftKey || (event.ctrlKey && !searches)) return;
    if (event.key !== "F1" && !found && !moves) return;
    event.preventDefault(); // else F3 searches, F5 loads anew, Ctrl+P prints
    if (moves) this.move(moves);
    else if (event.key === "F1") part(document, "[data-do=help]").click();
    else if (found && !event.repeat) this.press(found);
  }

  /** @param {number} by */
  move(by) {
    const ids = this.page.ids();
    if (ids.length) this.mark(ids[Math.min(Math.max(0, ids.indexOf(this.page.marked()) + by), ids.length - 1)]);
  }

  /** @param {string} id */
  mark(id) {
    this.page.mark(id);
    this.page.show();
    document.getElementById(`line-${id}`)?.scrollIntoView({ block: "nearest" });
  }

  /** Those that whoever looks has the right to. @param {string[]} acts */
  offered(acts) {
    return acts.filter((each) => this.page.mayDo(each));
  }

  /** Why an act cannot be done now, "" when it can. @param {string} act */
  whySaid(act) {
    const why = act === "more" ? null : this.page.whyNot(act);
    return why ? say(`console.why.${why.code}`, why.values) : "";
  }

  help() {
    const { keys, meaning } = this.page;
    return keysHelp(this.offered(Object.keys(keys)).map((each) => [keys[each], meaning(each), this.whySaid(each)]));
  }

  /** @param {string} chosen */
  press(chosen) {
    if (!this.page.mayDo(chosen)) return;
    const why = this.whySaid(chosen);
    if (this.busy) tell(this.busySaid(), "no");
    else if (why) tell(why, "no");
    else void this.go(chosen);
  }

  busySaid() {
    return say("console.why.busy", { act: say(`console.act.${this.busy}`) });
  }

  /** @param {string} chosen */
  async go(chosen) {
    const { meaning, perform, show } = this.page;
    this.busy = meaning(chosen);
    show();
    try {
      const doing = chosen === "more" ? await this.more() : chosen === "find" ? await this.findAct() : chosen;
      if (doing !== null) await perform(doing);
    } finally {
      this.busy = "";
      show();
    }
  }

  more() {
    const { more, meaning } = this.page;
    return pick(say("console.act.more"), this.offered(more).map((each) => ({ value: each, label: say(`console.act.${meaning(each)}`), why: this.whySaid(each) })));
  }

  findAct() {
    const { keys, more, meaning } = this.page;
    const every = this.offered([...Object.keys(keys), ...more]).filter((each) => each !== "more");
    return find(say("console.title.find"), every.map((each) => actLine(each, meaning(each), keys[each] ?? "", this.whySaid(each))));
  }

  /** The list, with its marked line. @param {HTMLElement} list @param {Line[]} lines @param {boolean} known whether the hall has spoken */
  paintLines(list, lines, known) {
    redraw(list, lines, ({ id, name, cells }) => {
      const row = made("li", name);
      row.id = `line-${id}`;
      row.dataset.line = id;
      row.setAttribute("role", "option");
      row.append(...cells.map((cell, place) => made(place ? "span" : "b", "", cell)));
      return row;
    });
    const here = this.page.marked();
    for (const row of list.children) row.setAttribute("aria-selected", String(row.id === `line-${here}`));
    if (here) list.setAttribute("aria-activedescendant", `line-${here}`);
    else list.removeAttribute("aria-activedescendant");
    list.hidden = !lines.length;
    part(document, "[data-none]").hidden = !known || lines.length > 0;
  }

  /** The keys as they are now. */
  paintKeys() {
    const { keys, mayDo, meaning } = this.page;
    document.body.toggleAttribute("data-busy", Boolean(this.busy));
    for (const act of Object.keys(keys)) {
      const key = part(document, `[data-act=${act}]`);
      const said = this.busy ? this.busySaid() : this.whySaid(act);
      key.hidden = !mayDo(act);
      write(part(key, "[data-name]"), say(`console.act.${meaning(act)}`));
      key.setAttribute("aria-disabled", String(Boolean(said)));
      key.title = [say(`console.tip.${meaning(act)}`), said].filter(Boolean).join(" ");
    }
  }
}
