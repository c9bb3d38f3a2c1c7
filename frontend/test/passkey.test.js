// Passkeys: what went wrong stands on the page, not in the console.
import assert from "node:assert/strict";
import { test } from "node:test";

import { listen } from "../src/passkey/index.js";

function pageWith(...ids) {
  const parts = Object.fromEntries(ids.map((id) => [id, { hidden: true, disabled: false }]));
  const heard = {};
  return {
    parts,
    getElementById: (id) => parts[id] ?? null,
    addEventListener: (name, call) => (heard[name] = call),
    fire: (name, event) => heard[name](event),
  };
}

test("a passkey that was not given is said so, once, without noise in the console", () => {
  const page = pageWith("passkey-failed", "passkey-none", "mfa_webauthn_add");
  listen(page, { PublicKeyCredential: class {} });
  assert.equal(page.parts["passkey-failed"].hidden, true);

  let prevented = false;
  page.fire("allauth.error", { preventDefault: () => (prevented = true) });

  assert.equal(page.parts["passkey-failed"].hidden, false);
  assert.equal(page.parts["passkey-none"].hidden, true);
  assert.equal(page.parts["mfa_webauthn_add"].disabled, false);
  assert.equal(prevented, true);
});

test("a browser without passkeys says so and offers no dead button", () => {
  const page = pageWith("passkey-none", "mfa_webauthn_add");
  listen(page, {});

  assert.equal(page.parts["passkey-none"].hidden, false);
  assert.equal(page.parts["mfa_webauthn_add"].disabled, true);
});
