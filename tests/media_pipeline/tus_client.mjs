// tus-js-client in node, as a program that can be killed. One JSON line for each thing that happens.
//
//   node tus_client.mjs '{"endpoint", "file", "headers", "memory", "chunk", "pause", "digest", "url"}'
//
// `memory`: the file in which it remembers its uploads, so that another process goes on where this one was killed.
// `pause`: milliseconds before each block. `digest`: what it says the whole file is, with the last block.

import { createReadStream, statSync } from "node:fs";
import { createRequire } from "node:module";
import { basename } from "node:path";

const require = createRequire(new URL("../../frontend/package.json", import.meta.url));
const { FileUrlStorage, Upload } = require("tus-js-client");
const wish = JSON.parse(process.argv[2]);
const size = statSync(wish.file).size;
const say = (what) => console.log(JSON.stringify(what));
let first = true;

const upload = new Upload(createReadStream(wish.file), {
  endpoint: wish.endpoint,
  uploadUrl: wish.url || null,
  uploadSize: size,
  chunkSize: wish.chunk,
  headers: wish.headers,
  metadata: { filename: basename(wish.file) },
  urlStorage: new FileUrlStorage(wish.memory),
  fingerprint: () => Promise.resolve(`${basename(wish.file)}-${size}`),
  storeFingerprintForResuming: true,
  removeFingerprintOnSuccess: true,
  retryDelays: Array.from({ length: 60 }, () => 300),
  // Node reports every fault of the line as an error without an answer; a conflict, a lock or a full disk may pass.
  onShouldRetry: (error) => !error.originalResponse || [409, 423, 460, 507].includes(error.originalResponse.getStatus()),
  async onBeforeRequest(request) {
    if (request.getMethod() !== "PATCH") return;
    const offset = Number(request.getHeader("Upload-Offset"));
    if (first) say({ from: offset });
    first = false;
    if (wish.digest && offset + wish.chunk >= size) request.setHeader("Repr-Digest", wish.digest);
    if (wish.pause) await new Promise((done) => setTimeout(done, wish.pause));
  },
  onAfterResponse: (request, response) => say({ method: request.getMethod(), status: response.getStatus() }),
  onChunkComplete: (_block, sent) => say({ sent }),
  onSuccess: () => say({ done: upload.url }),
  onError(error) {
    const answer = error.originalResponse;
    say({ error: answer ? answer.getStatus() : String(error), body: answer ? answer.getBody() : "" });
    process.exitCode = 1;
  },
});
const before = await upload.findPreviousUploads();
if (before.length) upload.resumeFromPreviousUpload(before[0]);
upload.start();
