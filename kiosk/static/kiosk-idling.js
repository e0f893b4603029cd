/** Watches for a kiosk left alone: warns, counts down, and hands it to the next visitor. */

import { idlePhase } from "./kiosk-idle.js";

/**
 * @typedef {object} Watched
 * @property {() => boolean} untouched nothing stands there that idling would wipe
 * @property {() => boolean} onlyNumber a number without paper stands there: it is not covered by a question
 * @property {(left: number | null) => void} count seconds left for such a number, null while there are enough
 * @property {() => boolean} large large type is on: everything takes twice as long
 * @property {(left: number | null) => void} warn seconds left, null when the warning ends
 * @property {() => void} over nobody is there any more
 */

const LOOKS_EVERY_MS = 200;

/** @param {Watched} watched @returns {() => void} call it when the page did something for the visitor by itself */
export function watchIdle(watched) {
  let touchedAt = performance.now();
  const touch = () => {
    touchedAt = performance.now();
    watched.warn(null);
    watched.count(null);
  };
  for (const name of ["pointerdown", "keydown"]) document.addEventListener(name, touch, { capture: true });
  setInterval(() => {
    if (watched.untouched()) return;
    const onlyNumber = watched.onlyNumber();
    const phase = idlePhase(performance.now() - touchedAt, watched.large(), onlyNumber);
    if (phase.phase === "over") watched.over();
    const left = phase.phase === "warning" ? phase.left : null;
    watched.warn(onlyNumber ? null : left);
    watched.count(onlyNumber ? left : null);
  }, LOOKS_EVERY_MS);
  return touch;
}
