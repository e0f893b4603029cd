/** Watches for a kiosk left alone: warns, counts down, and hands it to the next visitor. */

import { idlePhase } from "./kiosk-idle.js";

/**
 * @typedef {object} Watched
 * @property {() => boolean} untouched nothing stands there that idling would wipe
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
  };
  for (const name of ["pointerdown", "keydown"]) document.addEventListener(name, touch, { capture: true });
  setInterval(() => {
    if (watched.untouched()) return;
    const phase = idlePhase(performance.now() - touchedAt, watched.large());
    if (phase.phase === "over") watched.over();
    watched.warn(phase.phase === "warning" ? phase.left : null);
  }, LOOKS_EVERY_MS);
  return touch;
}
