/** How long a kiosk stays as a visitor left it: 60 s, then a warning of 20 s; twice that in large type. */

const QUIET_S = 60;
const WARNING_S = 20;

/**
 * @param {number} quiet ms since the last touch @param {boolean} large large type is on
 * @returns {{phase: "active"} | {phase: "warning", left: number} | {phase: "over"}} `left` in whole seconds
 */
export function idlePhase(quiet, large) {
  const factor = large ? 2 : 1;
  const seconds = quiet / 1000;
  if (seconds < QUIET_S * factor) return { phase: "active" };
  const left = Math.ceil((QUIET_S + WARNING_S) * factor - seconds);
  return left > 0 ? { phase: "warning", left } : { phase: "over" };
}
