/**
 * Keys instead of touches: a keypad (up, down, choose, back).
 */

const FORWARD = new Set(["ArrowDown", "ArrowRight"]);
const BACKWARD = new Set(["ArrowUp", "ArrowLeft"]);

/** The buttons that can be chosen now, as they stand in the page. @param {HTMLElement} root @returns {HTMLElement[]} */
export function choosable(root) {
  const cover = [...root.querySelectorAll(".cover")].find((one) => one instanceof HTMLElement && !one.hidden);
  const all = [...root.querySelectorAll("button")].filter((one) => one.checkVisibility() && !one.closest("[inert]"));
  return cover ? all.filter((one) => cover.contains(one) || one.closest(".dock")) : all;
}

/**
 * @param {HTMLElement} root
 * @param {{back: () => void, typed: (key: string) => void, at: (button: HTMLElement) => void}} ways `at` is told of the button that the keypad stands at
 */
export function listenToKeys(root, ways) {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
    if (FORWARD.has(event.key) || BACKWARD.has(event.key)) move(root, event, ways.at);
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
