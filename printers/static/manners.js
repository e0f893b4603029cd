// @ts-check
/** The switches of a virtual printer: each lets it misbehave in one way, as printers in halls do. */

const LOOKS_EVERY_MS = 2000;

class PrinterManners extends HTMLElement {
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

  /** Show how the printer behaves, after telling it how it should. @param {RequestInit} request */
  async ask(request) {
    try {
      const answer = await fetch(this.dataset.at ?? "", { ...request, signal: AbortSignal.timeout(5000) });
      if (!answer.ok) throw new Error(`the printer answered ${answer.status}`);
      const manners = /** @type {string[]} */ (await answer.json());
      for (const key of this.switches) key.setAttribute("aria-pressed", String(manners.includes(key.value)));
    } catch (error) {
      console.warn("no news from the printer", error);
    }
  }
}

customElements.define("printer-manners", PrinterManners);
