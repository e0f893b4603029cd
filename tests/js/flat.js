// The server serves the static directories of all packages as one: let node find a module as a page does.

import { existsSync } from "node:fs";
import { basename } from "node:path";
import { fileURLToPath } from "node:url";

const DIRECTORIES = ["kiosk", "displays", "printers", "queue_server", "queue_server/staff"].map((name) => new URL(`../../${name}/static/`, import.meta.url));

export async function resolve(specifier, context, next) {
  if (!specifier.startsWith("./") || existsSync(fileURLToPath(new URL(specifier, context.parentURL)))) return next(specifier, context);
  const found = DIRECTORIES.map((place) => new URL(basename(specifier), place)).find((place) => existsSync(fileURLToPath(place)));
  return next(found?.href ?? specifier, context);
}
