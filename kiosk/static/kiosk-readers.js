/**
 * The readers of a kiosk behind one interface: whatever reads, says what it has read.
 *
 * @typedef {{texts: string[]} | {card: string} | {there: boolean} | {typed: string[]}} Reading `texts` are the
 *   same code as it may have been meant, the likeliest first; `card` an identity number, "" for an unreadable
 *   card; `there` whether a card reader is; `typed` what was a person's typing after all
 * @typedef {{start: (tell: (read: Reading) => void) => void, look: (on: boolean) => void}} Driver `look` says
 *   whether a visitor is asked for a card
 * @typedef {{prefix: string, suffix: string, cards: number}} Settings
 */

/** A person does not type this fast (ms between two characters). */
const BURST_MS = 40;
const SHORTEST = 6;
const AGAIN_MS = 2000;

const ROWS = { Minus: "-_", Equal: "=+", BracketLeft: "[{", BracketRight: "]}", Semicolon: ";:", Quote: "'\"",
  Comma: ",<", Period: ".>", Slash: "/?", Backslash: "\\|", Backquote: "`~", Space: "  " };
const SHIFTED = ")!@#$%^&*(";

/**
 * What a key means on the keyboard that a reader pretends to be, whatever layout the machine is set to.
 * @param {{code: string, key: string, shiftKey: boolean}} event
 */
export function byPlace({ code, key, shiftKey }) {
  const letter = /^Key([A-Z])$/.exec(code)?.[1];
  if (letter) return shiftKey ? letter : letter.toLowerCase();
  const digit = /^(Digit|Numpad)(\d)$/.exec(code);
  if (digit) return digit[1] === "Digit" && shiftKey ? SHIFTED[Number(digit[2])] : digit[2];
  const row = /** @type {Record<string, string>} */ (ROWS)[code];
  return row ? row[Number(shiftKey)] : key;
}

/** Collects what comes faster than fingers; pure. */
export class Burst {
  /** @param {Pick<Settings, "prefix" | "suffix">} [settings] */
  constructor(settings = { prefix: "", suffix: "Enter" }) {
    this.settings = settings;
    /** @type {{key: string, place: string}[]} */
    this.held = [];
    this.at = -Infinity;
  }

  /**
   * @param {{code: string, key: string, shiftKey: boolean}} event @param {number} now ms
   * @returns {string[] | null} what was read once its last key comes; null while there is nothing
   */
  hear(event, now) {
    const fast = now - this.at < BURST_MS;
    this.at = now;
    if (!fast) this.held = [];
    if (event.key === this.settings.suffix) {
      if (this.held.length < SHORTEST) return null;
      const held = this.held;
      this.held = [];
      return this.meant(held);
    }
    if ([...event.key].length === 1 || event.key === "Process") this.held.push({ key: event.key, place: byPlace(event) });
    return null;
  }

  /** @param {{key: string, place: string}[]} held @returns {string[] | null} */
  meant(held) {
    const { prefix } = this.settings;
    const texts = [held.map(({ place }) => place).join(""), held.map(({ key }) => key).join("")];
    const whole = texts.filter((text) => text.startsWith(prefix)).map((text) => text.slice(prefix.length));
    return whole.length ? [...new Set(whole)] : null;
  }

  /** @returns {string[]} what is held when nothing more comes: a person typed it, or it was no whole code */
  let() {
    const keys = this.held.map(({ key }) => key);
    this.held = [];
    return keys.length < SHORTEST ? keys : [];
  }
}

/** A reader that types like a keyboard. @implements {Driver} */
export class TypingReader {
  /** @param {() => Settings} settings of this kiosk, as the hall has them now */
  constructor(settings) {
    this.settings = settings;
    this.burst = new Burst(settings());
    /** @type {ReturnType<typeof setTimeout> | undefined} what is held is told then, unless more comes at once */
    this.later = undefined;
  }

  /** @param {(read: Reading) => void} tell */
  start(tell) {
    document.addEventListener("keydown", (event) => this.hear(event, tell), { capture: true });
  }

  look() {}

  /** @param {KeyboardEvent} event @param {(read: Reading) => void} tell */
  hear(event, tell) {
    if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
    this.burst.settings = this.settings();
    // A busy page comes to its keys before its timers: what a person typed before this key is not lost.
    if (event.timeStamp - this.burst.at >= BURST_MS) this.typed(tell);
    const texts = this.burst.hear(event, event.timeStamp);
    if (texts) {
      clearTimeout(this.later);
      this.later = undefined;
      event.preventDefault();
      event.stopImmediatePropagation();
      tell({ texts });
    } else if (event.key === this.burst.settings.suffix) {
      this.typed(tell);
    } else if (!(event.target instanceof HTMLInputElement) && this.burst.held.length) {
      // Nobody knows yet whether a person types: the page hears of it when the next key has not come at once.
      event.stopImmediatePropagation();
      clearTimeout(this.later);
      this.later = setTimeout(() => this.typed(tell), BURST_MS);
    }
  }

  /** What was held back was a person's. @param {(read: Reading) => void} tell */
  typed(tell) {
    if (this.later === undefined) return;
    clearTimeout(this.later);
    this.later = undefined;
    tell({ typed: this.burst.let() });
  }
}

/** An identity card reader beside this machine, at its agent's socket; asked only while a card is wanted. @implements {Driver} */
export class CardReader {
  /** @param {() => Settings} settings */
  constructor(settings) {
    this.settings = settings;
    this.wanted = false;
    /** @type {WebSocket | null} */
    this.socket = null;
    this.tell = (/** @type {Reading} */ _) => {};
  }

  /** @param {(read: Reading) => void} tell */
  start(tell) {
    this.tell = tell;
  }

  /** @param {boolean} on */
  look(on) {
    if (on === this.wanted) return;
    this.wanted = on;
    if (on) return this.open();
    this.socket?.close();
    this.socket = null;
  }

  open() {
    const { cards } = this.settings();
    if (!cards || !this.wanted) return;
    const socket = new WebSocket(`ws://127.0.0.1:${cards}/`);
    this.socket = socket;
    socket.onopen = () => socket.send(JSON.stringify({ type: "look", on: true }));
    socket.onmessage = ({ data }) => {
      const { type, number, there } = JSON.parse(data);
      if (socket === this.socket) this.tell(type === "card" ? { card: String(number) } : { there: Boolean(there) });
    };
    socket.onclose = () => {
      if (socket !== this.socket) return;
      this.tell({ there: false });
      setTimeout(() => this.open(), AGAIN_MS);
    };
  }
}

/** Plays a reader where there is none: what an event `yc-read` says was read. @implements {Driver} */
export class SimulatedReader {
  /** @param {(read: Reading) => void} tell */
  start(tell) {
    document.addEventListener("yc-read", (event) => tell(/** @type {CustomEvent<Reading>} */ (event).detail));
  }

  look() {}
}

/** The readers of a kiosk; the simulated one only where the machine was set up with `#simulated`.
 * @param {() => Settings} settings @param {boolean} simulated @returns {Driver[]} */
export function readersOf(settings, simulated) {
  return [new TypingReader(settings), new CardReader(settings), ...(simulated ? [new SimulatedReader()] : [])];
}
