/**
 * The QR code of a ticket's address on the phone: the server draws it for whoever holds the ticket.
 */

import { get } from "./kiosk-network.js";

const AGAIN_MS = 1000;
const LONGEST_MS = 8000;

/**
 * Asks until the picture has come or is not wanted any more; a ticket without a picture is still one.
 * @param {string} address such as `https://hall.example/t/HALL/TICKET#SECRET`
 * @param {() => boolean} wanted
 * @returns {Promise<Element | null>}
 */
export async function qrCode(address, wanted) {
  const found = /\/t\/([^/]+)\/([^/#]+)#(.+)$/.exec(address);
  if (found === null) return null;
  const [, hall, ticket, secret] = found;
  for (let wait = AGAIN_MS; wanted(); wait = Math.min(2 * wait, LONGEST_MS)) {
    const answer = await get(`/api/halls/${hall}/tickets/${ticket}/qr`, `${ticket}.${secret}`);
    if (answer !== null && answer.status < 500) return wanted() ? drawn(svgOf(answer.body)) : null;
    await new Promise((resolve) => setTimeout(resolve, wait));
  }
  return null;
}

/** @param {unknown} body */
function svgOf(body) {
  return body !== null && typeof body === "object" && "svg" in body ? String(body.svg) : "<none/>";
}

/** A picture that the server drew. @param {string} svg @returns {Element | null} */
export function drawn(svg) {
  const element = new DOMParser().parseFromString(svg, "image/svg+xml").documentElement;
  return element.nodeName === "svg" ? element : null;
}
