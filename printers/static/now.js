// @ts-check
/** How a virtual printer is: its state, its last jobs, and switches that let it misbehave as printers do. */

/** @typedef {{time: string, size: number, fate: string, says: string}} ShownJob */
/** @typedef {{manners: string[], state: string, says: string, jobs: ShownJob[]}} Now */

const LOOKS_EVERY_MS = 1000;

class PrinterNow extends HTMLElement {
  connectedCallback() {
    this.running = true;
    this.addEventListener("click", (event) => void this.touched(event));
    void this.follow();
  }

  disconnectedCallback() {
    this.running = false;
  }

  get switches() {
    return [...this.querySelectorAll("button")];
  }

  async follow() {
    while (this.running) {
      await this.ask({});
      await new Promise((resolve) => setTimeout(resolve, LOOKS_EVERY_MS));
    }
  }

  /** @param {Event} event */
  async touched(event) {
    const touched = event.target instanceof Element ? event.target.closest("button") : null;
    if (touched === null) return;
    const on = (/** @type {HTMLButtonElement} */ key) => key.getAttribute("aria-pressed") === "true";
    const wanted = this.switches.filter((key) => (key === touched ? !on(key) : on(key)));
    const body = JSON.stringify(wanted.map((key) => key.value));
    await this.ask({ method: "POST", body, headers: { "content-type": "application/json" } });
  }

  /** Show how the printer is, after telling it how to behave. @param {RequestInit} request */
  async ask(request) {
    try {
      const answer = await fetch(this.dataset.at ?? "", { ...request, signal: AbortSignal.timeout(5000) });
      if (!answer.ok) throw new Error(`the printer answered ${answer.status}`);
      this.show(/** @type {Now} */ (await answer.json()));
    } catch (error) {
      console.warn("no news from the printer", error);
    }
  }

  /** @param {Now} now */
  show(now) {
    for (const key of this.switches) key.setAttribute("aria-pressed", String(now.manners.includes(key.value)));
    const state = document.querySelector(".state");
    if (state instanceof HTMLElement && state.dataset.state !== now.state) {
      state.dataset.state = now.state;
      state.textContent = now.says;
    }
    this.querySelector("ol")?.replaceChildren(...now.jobs.map((job) => this.line(job)));
    const none = this.querySelector(".no-jobs");
    if (none instanceof HTMLElement) none.hidden = now.jobs.length > 0;
  }

  /**
   * @param {ShownJob} job
   * @returns {Node}
   */
  line(job) {
    const template = /** @type {HTMLTemplateElement} */ (this.querySelector("template"));
    const copy = /** @type {DocumentFragment} */ (template.content.cloneNode(true));
    const item = /** @type {HTMLElement} */ (copy.querySelector("li"));
    item.dataset.fate = job.fate;
    for (const [place, text] of Object.entries({ time: job.time, ".size": String(job.size), ".fate": job.says })) {
      const said = copy.querySelector(place);
      if (said !== null) said.textContent = text;
    }
    return copy;
  }
}

customElements.define("printer-now", PrinterNow);
