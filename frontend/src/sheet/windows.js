/**
 * One window of a computer keys a sheet: two would write the same draft, and the later key would take the other's rows.
 * The second window says so, and goes on with the draft as it is then when the first one is closed.
 */
const PATIENCE_MS = 1000;

/**
 * @param {string} name of the sheet @param {() => void} wait what is done while another window has it
 * @param {LockManager | null} [locks]
 * @returns {Promise<boolean>} whether this window had to wait; a browser without locks never waits
 */
export async function alone(name, wait, locks = navigator.locks || null) {
  if (!locks) return false;
  let waited = false;
  const timer = setTimeout(() => {
    waited = true;
    wait();
  }, PATIENCE_MS);
  await new Promise((begin) => {
    // Held until this page goes.
    const held = locks.request(name, () => new Promise(() => begin(undefined)));
    held.catch(() => begin(undefined));
  });
  clearTimeout(timer);
  return waited;
}
