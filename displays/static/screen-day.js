// When a screen's page may load itself anew: pure, so that node tests it.

/** Hours after midnight when a screen loads anew each night: the business day has turned by then. */
export const NIGHT_HOUR = 4;
/** Screens spread their nightly reload over this long (ms), so that a thousand do not come back at once. */
export const SPREAD = 20 * 60_000;

/**
 * The night a moment belongs to, as a date: it changes at NIGHT_HOUR in the hall's time.
 * @param {number} at ms
 * @param {string} timezone
 * @returns {string}
 */
export function nightOf(at, timezone) {
  const shape = /** @type {const} */ ({ year: "numeric", month: "2-digit", day: "2-digit", timeZone: timezone });
  return new Intl.DateTimeFormat("en-CA", shape).format(at - NIGHT_HOUR * 3_600_000);
}

/**
 * Whether a page that was opened at one time should load anew at another, for a night lies between.
 * @param {number} opened server's time, ms
 * @param {number} now server's time, ms
 * @param {number} chance a random number in [0, 1) that this page keeps
 * @param {string} timezone
 * @returns {boolean}
 */
export function nightlyDue(opened, now, chance, timezone) {
  return nightOf(now - chance * SPREAD, timezone) > nightOf(opened, timezone);
}

/**
 * Why a page should load itself anew, "" for no reason. Each reason is tried once.
 * @param {{version: string, offered: string, opened: number, now: number, chance: number, timezone: string}} page
 * @returns {string}
 */
export function renewal({ version, offered, opened, now, chance, timezone }) {
  if (offered && offered !== version) return `version ${offered}`;
  return nightlyDue(opened, now, chance, timezone) ? `night ${nightOf(now, timezone)}` : "";
}
