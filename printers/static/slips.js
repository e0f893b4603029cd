// @ts-check
/** A virtual printer's paper: asks once a second what came out and puts it before the rest. */

/** @typedef {{name: string, picture: string, time: string, complete: boolean, text: string}} ShownSlip */

const EVERY_MS = 1000;
const SHOWN = 40;

class PrintedSlips extends HTMLElement {
  connectedCallback() {
    this.running = true;
    void this.follow();
  }

  disconnectedCallback() {
    this.running = false;
  }

  async follow() {
    while (this.running) {
      await this.refresh();
      await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
    }
  }

  async refresh() {
    let arrived = true;
    try {
      const answer = await fetch(this.dataset.index ?? "", { signal: AbortSignal.timeout(5000) });
      if (!answer.ok) throw new Error(`the printer answered ${answer.status}`);
      this.show(/** @type {ShownSlip[]} */ (await answer.json()));
    } catch (error) {
      arrived = false;
      console.warn("no news from the printer", error);
    }
    const down = document.querySelector(".down");
    if (down instanceof HTMLElement) down.hidden = arrived;
  }

  /** @param {ShownSlip[]} slips newest first */
  show(slips) {
    const list = this.querySelector("ol");
    const none = this.querySelector(".none");
    if (!list) return;
    const known = new Set([...list.children].map((item) => item.getAttribute("data-name")));
    for (const slip of [...slips].reverse()) {
      if (!known.has(slip.name)) list.prepend(this.paper(slip));
    }
    while (list.children.length > SHOWN) list.lastElementChild?.remove();
    if (none instanceof HTMLElement) none.hidden = list.children.length > 0;
  }

  /**
   * @param {ShownSlip} slip
   * @returns {Node}
   */
  paper(slip) {
    const template = /** @type {HTMLTemplateElement} */ (this.querySelector("template"));
    const copy = /** @type {DocumentFragment} */ (template.content.cloneNode(true));
    const item = /** @type {HTMLElement} */ (copy.querySelector("li"));
    const image = /** @type {HTMLImageElement} */ (copy.querySelector("img"));
    const time = /** @type {HTMLElement} */ (copy.querySelector("time"));
    item.dataset.name = slip.name;
    item.classList.add("fresh");
    item.toggleAttribute("data-torn", !slip.complete);
    image.src = slip.picture;
    if (slip.text) image.alt = slip.text;
    time.textContent = slip.time;
    return copy;
  }
}

customElements.define("printed-slips", PrintedSlips);
