/**
 * The browser's storage, or one that lasts as long as the page where the browser allows none.
 * @returns {Storage}
 */
export function openStorage() {
  try {
    localStorage.setItem("qianchang.try", "1");
    localStorage.removeItem("qianchang.try");
    return localStorage;
  } catch {
    return memory();
  }
}

/** @returns {Storage} */
export function memory() {
  const values = new Map();
  return {
    get length() {
      return values.size;
    },
    key: (n) => [...values.keys()][n] ?? null,
    getItem: (key) => values.get(key) ?? null,
    setItem: (key, value) => void values.set(key, String(value)),
    removeItem: (key) => void values.delete(key),
    clear: () => values.clear(),
  };
}
