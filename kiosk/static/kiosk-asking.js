/**
 * What the kiosk waits for: tickets and their slips, errands, the guides, and where an opened ticket stands.
 *
 * @typedef {import("./kiosk-state.js").State} State
 * @typedef {import("./kiosk-state.js").Taking} Taking
 * @typedef {import("./kiosk-ways.js").Errand} Errand
 * @typedef {import("./kiosk-ways.js").Held} Held
 * @typedef {{id: string, root: HTMLElement, hall: import("./kiosk-paint.js").Hall, state: State, act: (act: import("./kiosk-state.js").Act)
 *   => void, stir: () => void, show: () => void, checkRegistration: () => Promise<void>}} Machine
 */

import { asksForClerk, doneText, placeOf, readCode, requestOf, run } from "./kiosk-errands.js";
import { deviceToken, get, newKey, postTicket } from "./kiosk-network.js";
import { remember } from "./kiosk-pending.js";
import { onlyNumber, printThere, watchSlip } from "./kiosk-slip.js";
import { asProblem, getTicket } from "./kiosk-taking.js";
import { say } from "./kiosk-words.js";

/** After this long (ms) without an answer the visitor is told that the link is slow. */
const SLOW_MS = 2500;
/** The start page is painted first (ms after it began to load); nobody asks for a guide before. */
const AFTER_PAINT_MS = 1200;
/** How often (ms) an opened ticket's place is asked for. */
const PLACE_MS = 3000;

export class Asking {
  /** @param {Machine} machine */
  constructor(machine) {
    this.machine = machine;
    this.fetching = false;
    /** What a reader has just read, until it is sent; nowhere else. @type {{card: string, slip: Held | null}} */
    this.read = { card: "", slip: null };
    setInterval(() => void this.place(), PLACE_MS);
  }

  /** Begins what a new state asks for. @param {State} before @param {State} now */
  follow(before, now) {
    if (now.taking && now.taking.key !== before.taking?.key) void this.ticket(now.taking);
    if (now.errand && now.errand.key !== before.errand?.key) void this.errand(now.errand);
    if (now.held && now.held.ticket !== before.held?.ticket) void this.place();
    if (now.receipt && now.receipt !== before.receipt) void this.slip(now.receipt);
  }

  /** @param {Taking} taking */
  async ticket(taking) {
    const { machine } = this;
    const { key } = taking;
    remember(taking);
    const wanted = () => machine.state.taking?.key === key;
    const link = (/** @type {boolean} */ up) => machine.act({ do: "link", key, up });
    const slow = setTimeout(() => link(false), SLOW_MS);
    const outcome = await getTicket(taking.wish, key, {
      post: (wish, attempt) => postTicket(machine.id, wish, attempt),
      pause: (ms) => new Promise((done) => setTimeout(done, ms)),
      wanted,
      link,
    });
    clearTimeout(slow);
    if (outcome === null || !wanted()) return;
    machine.stir();
    if ("problem" in outcome && [401, 403].includes(outcome.problem.status)) await machine.checkRegistration();
    machine.act("receipt" in outcome ? { do: "issued", key, ...outcome } : { do: "refused", key, ...outcome });
  }

  /** What becomes of a ticket's slip, while its number stands there. @param {import("./kiosk-state.js").Receipt} receipt */
  async slip(receipt) {
    const { machine } = this;
    const { ticket } = receipt;
    await watchSlip(receipt, () => machine.state.receipt?.ticket === ticket, (slip) => {
      const before = onlyNumber(machine.root, machine.state);
      machine.act({ do: "slip", ticket, slip });
      if (!before && onlyNumber(machine.root, machine.state)) machine.stir();
    });
  }

  /** Another kiosk prints the slip. @param {{printer: string, key: string}} asked */
  async print({ printer, key }) {
    const { id, state } = this.machine;
    if (state.receipt) await printThere(id, state.receipt, printer, deviceToken() ?? "", key);
  }

  /** @param {Errand} errand */
  async errand({ key, kind }) {
    const { machine } = this;
    const wanted = () => machine.state.errand?.key === key;
    const link = (/** @type {boolean} */ up) => machine.act({ do: "errand-link", key, up });
    const slow = setTimeout(() => link(false), SLOW_MS);
    const { slip } = this.read;
    const request = requestOf(machine.id, kind, machine.state, this.read);
    this.read = { card: "", slip: null };
    const answer = await run(request, key, { wanted, link });
    clearTimeout(slow);
    if (answer === null || !wanted()) return;
    machine.stir();
    if (answer.status >= 300) {
      const problem = asProblem(answer);
      const sentence = kind === "open" ? say(machine.hall.words, "kiosk.slip_unknown") : problem.sentence;
      return machine.act({ do: "errand-refused", key, problem: { ...problem, sentence } });
    }
    machine.act({ do: "errand-done", key, said: doneText(machine.hall.words, kind, answer.body) });
    const body = /** @type {any} */ (answer.body);
    if (kind === "person") machine.act({ do: "person", person: body.person, key: newKey() });
    if (kind === "receipt") machine.act(asksForClerk(body) ? { do: "sure", what: "clerk" } : { do: "pick-up", key: newKey(), same: false });
    if (kind === "help") machine.act({ do: "sheet", name: "staff" });
    if (kind === "claim") return this.open({ ticket: body.ticket, secret: body.secret, place: null, code: machine.state.code });
    if (slip) return machine.act({ do: "opened", held: { ...slip, place: body } });
    if (kind === "transfer" && machine.state.held) machine.act({ do: "opened", held: machine.state.held });
    await this.place(body.seq ?? 0);
  }

  /** An identity card lies on the reader. @param {string} number "" for one that cannot be read */
  laid(number) {
    const { machine } = this;
    if (!machine.state.card || machine.state.errand || machine.state.taking) return;
    machine.stir();
    if (!number) return machine.act({ do: "card-said", said: say(machine.hall.words, "kiosk.card_unreadable") });
    this.read = { card: number, slip: null };
    machine.act({ do: "errand", kind: "person", key: newKey() });
  }

  /** A slip's, a booking's or a card's code was read. @param {string[]} texts as it may have been meant */
  scanned(texts) {
    const { machine } = this;
    const read = texts.map(readCode).find((one) => one !== null) ?? null;
    if (machine.state.taking || machine.state.receipt) return;
    if (read === null) return this.unread();
    if ("card" in read) return this.laid(read.card);
    if ("held" in read) return this.open(read.held);
    machine.act({ do: "start" });
    if ("receipt" in read) return machine.act({ do: "receipt", ...read.receipt, key: newKey() });
    machine.act({ do: "way", way: "booked" });
    for (const key of read.booking) machine.act({ do: "key", key });
    machine.act({ do: "check-in", key: newKey() });
  }

  /** Nothing of ours: the visitor holds another code before the reader, or the wrong thing. */
  unread() {
    const { machine } = this;
    machine.stir();
    if (machine.state.card) return this.laid("");
    const sentence = say(machine.hall.words, "kiosk.code_unknown");
    machine.act({ do: "unread", problem: { code: "", sentence, detail: "", status: 0 } });
  }

  /** Opens a ticket once the server knows it. @param {Held} slip */
  open(slip) {
    this.read = { card: "", slip };
    this.machine.act({ do: "errand", kind: "open", key: newKey() });
  }

  /** Where the opened ticket stands now. @param {number} [atLeast] */
  async place(atLeast = 0) {
    const { held } = this.machine.state;
    if (!held || this.machine.state.step !== "held") return;
    const place = await placeOf(this.machine.id, held, atLeast);
    if (place && this.machine.state.held?.ticket === held.ticket) this.machine.act({ do: "place", place });
  }

  /** The guides, once, and again when they have changed. */
  async catalogue() {
    const { machine } = this;
    const { menu, catalogue } = machine.hall;
    if (this.fetching || catalogue?.version === menu.catalogue) return;
    this.fetching = true;
    const early = AFTER_PAINT_MS - performance.now();
    if (early > 0) await new Promise((done) => setTimeout(done, early));
    const answer = await get(`/api/halls/${encodeURIComponent(machine.id)}/catalogue`, "");
    this.fetching = false;
    if (answer?.status !== 200) return;
    machine.hall = { ...machine.hall, catalogue: /** @type {any} */ (answer.body) };
    machine.show();
  }
}
