/**
 * What this computer keeps of a stick. A page that was opened from a file may have no storage, or lose it when the
 * window closes: then everything is in memory only, and the page says that the record has to be saved as a file.
 *
 * Every opening of the page is a run of its own with numbers of its own, so that two windows, two computers and a
 * computer that forgot everything take nothing from each other.
 *
 * @typedef {import("./record.js").Run} Run
 */

/** @returns {Storage | null} null: there is none, or nothing can be kept in it */
export function storageOf(/** @type {any} */ window) {
  try {
    var storage = window.localStorage;
    storage.setItem("qianchang.probe", "1");
    storage.removeItem("qianchang.probe");
    return storage;
  } catch (error) {
    return null;
  }
}

/** @returns {string} sixteen letters that no other opening has */
export function newRun(/** @type {any} */ window) {
  var letters = "0123456789abcdef";
  var found = "";
  var source = window.crypto || window.msCrypto;
  var bytes = source && source.getRandomValues ? source.getRandomValues(new Uint8Array(16)) : null;
  for (var n = 0; n < 16; n += 1) found += letters.charAt(bytes ? bytes[n] % 16 : Math.floor(Math.random() * 16));
  return found;
}

/** @param {Storage | null} storage @param {string} id the stick's @param {string} run this opening's */
export function makeMemory(storage, id, run) {
  var prefix = "qianchang.stick." + id + ".";

  /** @param {string} name @param {any} value @returns {boolean} whether it will be there after a restart */
  function put(name, value) {
    if (!storage) return false;
    try {
      storage.setItem(prefix + name, JSON.stringify(value));
      return true;
    } catch (error) {
      return false;
    }
  }

  /** @param {string} name @returns {any} */
  function get(name) {
    try {
      return storage ? JSON.parse(storage.getItem(prefix + name) || "null") : null;
    } catch (error) {
      return null;
    }
  }

  /** @returns {Run[]} what other openings on this computer left */
  function others() {
    /** @type {Run[]} */
    var found = [];
    for (var n = 0; storage && n < storage.length; n += 1) {
      var key = storage.key(n) || "";
      if (key.indexOf(prefix + "run.") !== 0 || key === prefix + "run." + run) continue;
      var other = get(key.slice(prefix.length));
      if (other) found.push(other);
    }
    return found;
  }

  /** Nothing of this stick stays in this browser. */
  function forget() {
    var keys = [];
    for (var n = 0; storage && n < storage.length; n += 1) keys.push(storage.key(n) || "");
    keys.forEach(function (key) {
      if (key.indexOf(prefix) === 0) /** @type {Storage} */ (storage).removeItem(key);
    });
  }

  /** @returns {number} the last moment that an earlier opening on this computer tells of; no clock goes back behind it */
  function latest() {
    return others().reduce(function (last, run) {
      return run.spans.reduce(function (later, span) {
        return Math.max(later, span[5]);
      }, last);
    }, 0);
  }

  return { put: put, get: get, others: others, latest: latest, forget: forget };
}
