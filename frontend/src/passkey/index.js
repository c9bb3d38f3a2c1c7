/**
 * What allauth's script leaves to the browser's console is said on the page: that there are no passkeys here, or that
 * the browser gave none.
 */

/**
 * @param {Document} page
 * @param {{PublicKeyCredential?: unknown}} browser
 */
export function listen(page, browser) {
  const failed = page.getElementById("passkey-failed");
  const none = page.getElementById("passkey-none");
  if (none && !browser.PublicKeyCredential) {
    none.hidden = false;
    for (const name of ["mfa_webauthn_add", "mfa_webauthn_authenticate", "mfa_webauthn_reauthenticate"]) {
      const button = /** @type {HTMLButtonElement | null} */ (page.getElementById(name));
      if (button) button.disabled = true;
    }
  }
  page.addEventListener("allauth.error", (event) => {
    event.preventDefault();
    if (failed) failed.hidden = false;
  });
}

if (typeof document !== "undefined") listen(document, window);
