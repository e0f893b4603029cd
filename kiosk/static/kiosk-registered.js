/** Whether the hall knows this machine: without a valid token no touch can succeed, so nobody is let to try. */

import { deviceToken, get } from "./kiosk-network.js";

/** How often (ms) a machine that is not known looks again: staff may have registered it meanwhile. */
const LOOKS_EVERY_MS = 15_000;

/**
 * @param {string} hall @param {(known: boolean) => void} tell
 * @returns {() => Promise<void>} asks the server; one that does not answer changes nothing
 */
export function watchRegistration(hall, tell) {
  let known = true;
  const look = async () => {
    const answer = await get(`/api/halls/${encodeURIComponent(hall)}/me`, deviceToken() ?? "");
    if (answer === null || ![200, 401, 403].includes(answer.status)) return;
    const role = /** @type {{role?: string} | null} */ (answer.body)?.role;
    known = answer.status === 200 && role === "kiosk";
    tell(known);
  };
  setInterval(() => known || void look(), LOOKS_EVERY_MS);
  return look;
}
