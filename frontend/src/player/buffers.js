/**
 * One change of what the browser keeps.
 * @param {SourceBuffer} buffer
 * @param {(buffer: SourceBuffer) => void} act
 * @returns {Promise<void>} when the browser has done it
 */
export function changed(buffer, act) {
  return new Promise((resolve, reject) => {
    const leave = () => ["updateend", "error"].forEach((name) => buffer.removeEventListener(name, done));
    const done = (/** @type {Event} */ { type }) => {
      leave();
      if (type === "error") reject(new Error("not appended"));
      else resolve();
    };
    for (const name of ["updateend", "error"]) buffer.addEventListener(name, done);
    try {
      act(buffer);
    } catch (error) {
      leave();
      reject(error);
    }
  });
}
