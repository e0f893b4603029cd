/** A QR code in a dialog, for a phone that is held before the screen. */

import { drawn, qrCode } from "./kiosk-qr.js";
import { made } from "./staff-page.js";

/** The place where the code of a ticket's address will stand. @param {string} address @param {string} label
 * @param {() => boolean} open whether the dialog still stands */
export function picture(address, label, open) {
  const place = made("div", "qr");
  void qrCode(address, open).then((svg) => put(place, svg, label));
  return place;
}

/** A code that came with the answer. @param {string} svg @param {string} label */
export function pictureOf(svg, label) {
  const place = made("div", "qr");
  put(place, drawn(svg), label);
  return place;
}

/** @param {HTMLElement} place @param {Element | null} svg @param {string} label */
function put(place, svg, label) {
  if (!svg) return;
  svg.setAttribute("role", "img");
  svg.setAttribute("aria-label", label);
  place.append(svg);
}
