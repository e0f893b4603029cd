/**
 * Keys instead of touches: a keypad (up, down, choose, back), and readers that type like a keyboard.
 */

/** A person does not type this fast (ms between two characters). */
const BURST_MS = 40;
const SHORTEST = 6;
const FORWARD = new Set(["ArrowDown", "ArrowRight"]);
const BACKWARD = new Set(["ArrowUp", "ArrowLeft"]);

/** Collects what comes faster than fingers; pure. */
export class Burst {
  constructor() {
    this.text = "";
    this.at = -Infinity;
  }

  /** @param {string} key @param {number} now ms @returns {string} what was read once its Enter comes, else "" */
  hear(key, now) {
    const fast = now - this.at < BURST_MS;
    this.at = now;
    if (key === "Enter") {
      const read = fast && this.text.length >= SHORTEST ? this.text : "";
      this.text = "";
      return read;
    }
    if (key.length === 1) this.text = fast ? this.text + key : key;
    return "";
  }
}

/** The buttons that can be chosen now, as they stand in the page. @param {HTMLElement} root @returns {HTMLElement[]} */
export function choosable(root) {
  const cover = [...root.querySelectorAll(".cover")].find((one) => one instanceof HTMLElement && !one.hidden);
  const all = [...root.querySelectorAll("button")].filter((one) => one.checkVisibility() && !one.closest("[inert]"));
  return cover ? all.filter((one) => cover.contains(one) || one.closest(".dock")) : all;
}

/**
 * @param {HTMLElement} root
 * @param {{back: () => void, read: (text: string) => void, typed: (key: string) => void,
 *   at: (button: HTMLElement) => void}} ways `at` is told of the button that the keypad stands at
 */
export function listenToKeys(root, ways) {
  const burst = new Burst();
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
    const read = burst.hear(event.key, event.timeStamp);
    if (read) {
      event.preventDefault();
      ways.read(read);
    } else if (FORWARD.has(event.key) || BACKWARD.has(event.key)) move(root, event, ways.at);
    else if (event.key === "Escape") ways.back();
    else if (!(event.target instanceof HTMLInputElement)) ways.typed(event.key);
  });
}

/** @param {HTMLElement} root @param {KeyboardEvent} event @param {(button: HTMLElement) => void} at */
function move(root, event, at) {
  const inText = event.target instanceof HTMLInputElement && ["ArrowLeft", "ArrowRight"].includes(event.key);
  const buttons = choosable(root);
  if (inText || buttons.length === 0) return;
  event.preventDefault();
  const here = buttons.indexOf(/** @type {HTMLElement} */ (document.activeElement));
  const first = FORWARD.has(event.key) ? 0 : buttons.length - 1;
  const next = here < 0 ? first : (here + (FORWARD.has(event.key) ? 1 : -1) + buttons.length) % buttons.length;
  buttons[next].focus();
  buttons[next].scrollIntoView({ block: "nearest" });
  at(buttons[next]);
}
