/** Whether the hall knows this machine: without a valid token no touch can succeed, so nobody is let to try. */

import { deviceToken, get } from "./kiosk-network.js";

/** How often (ms) a machine that is not known looks again: staff may have registered it meanwhile. */
const LOOKS_EVERY_MS = 15_000;

/**
 * @param {string} hall @param {(known: boolean, me: string) => void} tell whether, and as which kiosk
 * @returns {() => Promise<void>} asks the server; one that does not answer changes nothing
 */
export function watchRegistration(hall, tell) {
  let known = true;
  const look = async () => {
    const answer = await get(`/api/halls/${encodeURIComponent(hall)}/me`, deviceToken() ?? "");
    if (answer === null || ![200, 401, 403].includes(answer.status)) return;
    const me = /** @type {{role?: string, id?: string} | null} */ (answer.body);
    known = answer.status === 200 && me?.role === "kiosk";
    tell(known, (me?.id ?? "").replace(/^device:/, ""));
  };
  setInterval(() => known || void look(), LOOKS_EVERY_MS);
  return look;
}
