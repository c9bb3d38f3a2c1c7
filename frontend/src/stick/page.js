/** Small things about the page: finding, showing, saying. Everything that is said stands in the page already. */

/** @param {string} id @returns {any} */
export function byId(id) {
  return document.getElementById(id);
}

/** @param {any} element @param {boolean} shown */
export function show(element, shown) {
  if (element) element.style.display = shown ? "" : "none";
}

/** @param {string} name @returns {string} a sentence of the page, translated where it was made */
export function word(name) {
  return byId("words").getAttribute("data-" + name) || "";
}

/** @param {string} name @param {Record<string, any>} values @returns {string} the sentence with its values */
export function sentence(name, values) {
  return Object.keys(values).reduce(function (text, key) {
    return text.split("{" + key + "}").join(String(values[key]));
  }, word(name));
}

/** @param {any} element @param {string} text */
export function say(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** @param {any} parent @param {string} tag @param {string} text @param {string} [className] @returns {any} */
export function add(parent, tag, text, className) {
  var made = document.createElement(tag);
  if (text) made.appendChild(document.createTextNode(text));
  if (className) made.className = className;
  parent.appendChild(made);
  return made;
}

/** @param {string} tag @param {any} parent @param {string} text @param {() => void} press @returns {any} */
export function button(tag, parent, text, press) {
  var made = add(parent, "button", text, tag);
  made.type = "button";
  made.addEventListener("click", press);
  return made;
}

/**
 * Let the browser save a text as a file.
 * @param {string} name @param {string} text
 * @returns {boolean} false: it does not know how, and would open the text in place of the page
 */
export function saveFile(name, text) {
  var link = document.createElement("a");
  var old = /** @type {any} */ (window.navigator);
  if (!window.Blob || !(old.msSaveBlob || ("download" in link && window.URL))) return false;
  var blob = new Blob([text], { type: "application/json" });
  if (old.msSaveBlob) return old.msSaveBlob(blob, name);
  link.href = URL.createObjectURL(blob);
  link.setAttribute("download", name);
  link.style.display = "none";
  document.body.appendChild(link);
  link.click();
  setTimeout(function () {
    document.body.removeChild(link);
    URL.revokeObjectURL(link.href);
  }, 60000);
  return true;
}
