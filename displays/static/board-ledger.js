// What this loudspeaker has said: kept over a reload, so that nothing is ever said twice.

/** Utterances remembered, and for how long (ms): far beyond anything that could be asked for again. */
export const MOST = 200;
export const KEPT = 30 * 60_000;
const PLACE = "yichuang.voice.said";

/** @typedef {{getItem: (key: string) => string | null, setItem: (key: string, text: string) => void}} Shelf */

export class Ledger {
  /**
   * @param {Shelf | null} shelf where it outlives the page; null where the browser keeps nothing
   * @param {() => number} now ms
   */
  constructor(shelf, now = Date.now) {
    this.shelf = shelf;
    this.now = now;
    /** @type {Map<string, number>} when each was said to its end */
    this.said = new Map(kept(shelf));
  }

  /** @param {string} id */
  has(id) {
    return this.said.has(id);
  }

  /** Notes that it was said to its end, before anybody is told. @param {string} id */
  add(id) {
    const now = this.now();
    this.said.set(id, now);
    for (const [old, at] of this.said) {
      if (this.said.size <= MOST && Math.abs(now - at) < KEPT) break;
      this.said.delete(old);
    }
    this.shelf?.setItem(PLACE, JSON.stringify([...this.said]));
  }

  /** How long ago (ms) it was said. @param {string} id */
  ago(id) {
    return Math.max(0, Math.round(this.now() - (this.said.get(id) ?? this.now())));
  }

  /** @returns {{id: string, ago: number}[]} all of it, for whoever comes to rule this loudspeaker */
  all() {
    return [...this.said.keys()].map((id) => ({ id, ago: this.ago(id) }));
  }
}

/** @param {Shelf | null} shelf @returns {[string, number][]} */
function kept(shelf) {
  let found;
  try {
    found = JSON.parse(shelf?.getItem(PLACE) ?? "[]");
  } catch {
    return [];
  }
  const whole = /** @param {any} each */ (each) => Array.isArray(each) && typeof each[0] === "string" && Number.isFinite(each[1]);
  return Array.isArray(found) ? found.filter(whole) : [];
}
