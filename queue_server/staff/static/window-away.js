/**
 * Leaving a window: signing out of it, or handing it to a colleague who signs in here and goes on (交接).
 *
 * @typedef {import("./window-flows.js").Ask} Ask
 * @typedef {import("./staff-hand.js").Outcome} Outcome
 */

import { handOn } from "./staff-handed.js";
import { signOut } from "./staff-page.js";
import { say } from "./staff-words.js";
import { release } from "./window-desk.js";
import { present, seated } from "./window-scene.js";

/**
 * Leaving the window or keeping it, then signing out.
 * @param {Ask} ask @param {(path: string, body: unknown) => Promise<Outcome>} send
 * @returns {Promise<Outcome | null>} what kept us here; null when somebody went back
 */
export async function leave(ask, send) {
  const scene = ask.scene();
  if (seated(scene) && scene.up) {
    const picked = await ask.pick(say("staff.sign_out"), [
      { value: "release", label: say("console.pick.quit_release") },
      { value: "keep", label: say("console.pick.quit_keep") },
    ]);
    const request = picked === "release" ? await release(ask) : null;
    if (picked === null || (picked === "release" && request === null)) return null;
    const outcome = request && (await send(request.path, request.body));
    if (outcome && !("done" in outcome)) return outcome;
  }
  await signOut();
  return null;
}

/** @param {Ask} ask @returns {Promise<null>} */
export async function handOver(ask) {
  const here = present(ask.scene());
  const about = here ? say("console.pick.hand_over_visitor", { number: here.number }) : say("console.pick.hand_over");
  const picked = await ask.pick(
    say("console.title.hand_over"),
    [
      { value: "yes", label: say("console.pick.hand_over_yes") },
      { value: "no", label: say("console.pick.stay") },
    ],
    about,
  );
  if (picked === "yes") {
    handOn(ask.scene().window);
    await signOut(location.pathname + location.search);
  }
  return null;
}
