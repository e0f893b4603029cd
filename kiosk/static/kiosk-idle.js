/**
 * How long a kiosk stays as a visitor left it: 60 s, then a warning of 20 s; twice that in large type.
 * A number that is on no paper stays 60 s in all, the last 20 of them counted down.
 */

const QUIET_S = 60;
const WARNING_S = 20;

/**
 * @param {number} quiet ms since the last touch @param {boolean} large large type is on
 * @param {boolean} [onlyNumber] a number without paper fills the screen
 * @returns {{phase: "active"} | {phase: "warning", left: number} | {phase: "over"}} `left` in whole seconds
 */
export function idlePhase(quiet, large, onlyNumber = false) {
  const factor = large ? 2 : 1;
  const seconds = quiet / 1000;
  const silent = (onlyNumber ? QUIET_S - WARNING_S : QUIET_S) * factor;
  if (seconds < silent) return { phase: "active" };
  const left = Math.ceil(silent + WARNING_S * factor - seconds);
  return left > 0 ? { phase: "warning", left } : { phase: "over" };
}
