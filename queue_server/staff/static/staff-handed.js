/**
 * Which window a colleague takes over in this tab after signing in (交接). It is kept beside the page: an
 * address that says so could be sent by anybody.
 */

const HANDED = "yichuang.handed-over";

/** @param {number} window */
export function handOn(window) {
  sessionStorage.setItem(HANDED, String(window));
}

/** The window that was handed over here, "" for none. */
export function handed() {
  return sessionStorage.getItem(HANDED) ?? "";
}

/** What a colleague asks for first who takes this window over; nothing for anybody else. @param {number} window */
export function firstClaim(window) {
  const mine = handed() === String(window);
  sessionStorage.removeItem(HANDED);
  return mine ? { take_over: true, leftover: "continue" } : null;
}
