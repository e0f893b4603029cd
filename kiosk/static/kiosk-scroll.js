/** A list, or a whole step, that may be longer than its place: then two large buttons turn its pages. */

import { part } from "./kiosk-parts.js";

/** A row and its gaps (px): what a turn leaves standing, so that each row stands whole on one of the pages. */
const ROW = 112;

export class Scroll extends HTMLElement {
  connectedCallback() {
    const list = part(this, ":scope > :first-child");
    let asked = 0;
    const look = () => {
      cancelAnimationFrame(asked);
      asked = requestAnimationFrame(() => this.look(list));
    };
    new ResizeObserver(look).observe(list);
    new MutationObserver(look).observe(list, { childList: true, subtree: true, attributeFilter: ["hidden"] });
    list.addEventListener("scroll", look, { passive: true });
    this.addEventListener("click", (event) => this.turn(list, event));
  }

  /** @param {HTMLElement} list */
  look(list) {
    if (!this.checkVisibility()) return;
    const pager = part(this, ":scope > .pager");
    const room = this.clientHeight;
    const long = list.scrollHeight > room + 2;
    pager.hidden = !long;
    list.tabIndex = long ? 0 : -1;
    const last = list.scrollTop + list.clientHeight >= list.scrollHeight - 2;
    this.toggleAttribute("data-more", long && !last);
    this.button(-1).toggleAttribute("data-end", list.scrollTop <= 2);
    this.button(1).toggleAttribute("data-end", last);
  }

  /** @param {number} way */
  button(way) {
    return part(this, `:scope > .pager [data-page="${way}"]`);
  }

  /** @param {HTMLElement} list @param {Event} event */
  turn(list, event) {
    const button = event.target instanceof Element ? event.target.closest("[data-page]") : null;
    if (button?.closest("yc-scroll") !== this) return;
    const way = Number(button.getAttribute("data-page"));
    const room = list.clientHeight;
    const turned = Math.max(room / 2, Math.min(room * 0.8, room - ROW));
    list.scrollBy({ top: way * turned, behavior: "instant" });
  }
}
