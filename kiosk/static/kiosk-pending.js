/**
 * The request under way, kept in this tab so that a reload takes it up under the same key.
 *
 * @typedef {import("./kiosk-state.js").Taking} Taking
 */

const PLACE = "yichuang.kiosk.taking";
/** Older than this (ms) nobody stands there any more. */
const FORGOTTEN_AFTER = 120_000;

/** @param {Taking} taking */
export function remember(taking) {
  sessionStorage.setItem(PLACE, JSON.stringify({ taking, at: Date.now() }));
}

export function forget() {
  sessionStorage.removeItem(PLACE);
}

/** @returns {Taking | null} what was under way when the page was reloaded */
export function remembered() {
  const { taking, at } = JSON.parse(sessionStorage.getItem(PLACE) ?? "{}");
  if (taking && Date.now() - at < FORGOTTEN_AFTER) return { ...taking, link: true };
  forget();
  return null;
}
