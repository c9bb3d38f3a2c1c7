/**
 * Keys, only while the focus is in the player, and never those that a field or button needs itself.
 * @param {HTMLElement} section
 * @param {Record<string, () => void>} actions by KeyboardEvent.key, letters in lower case
 */
export function listenForKeys(section, actions) {
  section.addEventListener("keydown", (event) => {
    const target = /** @type {HTMLElement} */ (event.target);
    const type = (target.getAttribute("type") || "text").toLowerCase();
    const field = target.tagName === "SELECT" || (target.tagName === "INPUT" && type !== "range" && type !== "radio");
    if (field || event.ctrlKey || event.altKey || event.metaKey || event.defaultPrevented) return;
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    if (key === " " && /^(BUTTON|A|INPUT)$/.test(target.tagName) && type !== "range") return;
    if (key.startsWith("Arrow") && type === "radio" && target.tagName === "INPUT") return;
    if (!Object.prototype.hasOwnProperty.call(actions, key)) return;
    event.preventDefault();
    actions[key]();
  });
}
