// Bundles each page's script into ../static/dist, and fails when one is missing or over its budget.
import { build } from "esbuild";
import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

const here = dirname(fileURLToPath(import.meta.url));
/** @type {Record<string, string>} */
const sources = {
  player: "player/index.js",
  upload: "upload/index.js",
  "lecture-status": "lecture-status/index.js",
  // Download first: its page, the player of a download, what every lawyer's page sends, and the service worker.
  downloads: "offline/downloads.js",
  "pack-player": "offline/watch.js",
  sender: "offline/sender.js",
  worker: "offline/worker.js",
  review: "review/index.js",
  // Says on the page what a passkey left to the console.
  passkey: "passkey/index.js",
  // Makes the photos of a session small before they are sent.
  evidence: "evidence/index.js",
  // A room keyed in: its page, what sends a sheet that waits from every page of the desk, and the service worker.
  sheet: "sheet/index.js",
  "sheet-desk": "sheet/desk.js",
  "sheet-worker": "sheet/worker.js",
  // Lies on a stick and is opened from a file.
  stick: "stick/index.js",
};
const pages = Object.keys(sources);
// What lies on a stick runs in any browser that somebody finds in a county town, opened from a file.
const OLD = ["stick"];
// Budget B1 of the design: what a page's own script may weigh on the wire.
const LIMIT_BYTES = 30 * 1024;

/** @param {string[]} chosen @param {string} target */
const bundle = (chosen, target) => build({
  absWorkingDir: here,
  entryPoints: Object.fromEntries(chosen.map((page) => [page, `src/${sources[page]}`])),
  outdir: join(here, "../static/dist"),
  bundle: true,
  minify: true,
  format: "iife",
  target,
  charset: "utf8",
  legalComments: "none",
  logLevel: "warning",
});
// Windows 7's last Chrome is 109; the Chinese browsers in double-core mode are 86 and later.
await bundle(pages.filter((page) => !OLD.includes(page)), "chrome86");
await bundle(OLD, "es5");

let over = false;
for (const page of pages) {
  const bytes = gzipSync(await readFile(join(here, "../static/dist", `${page}.js`)), { level: 9 }).length;
  console.log(`${page}.js ${(bytes / 1024).toFixed(1)} KB gzip`);
  if (bytes > LIMIT_BYTES) {
    over = true;
    console.error(`${page}.js is over its budget of ${LIMIT_BYTES / 1024} KB`);
  }
}
if (over) process.exit(1);
