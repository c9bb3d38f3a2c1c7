// What is typed into the form, kept on this computer until the platform has it: a power cut costs no sentence.

const NAMES = ["title", "topic", "category", "introduction", "dvd_consent"];

/** Remember the fields of `form` for one account and one page. */
export function draftOf(form, owner) {
  const key = `qianchang-details-${owner}-${window.location.pathname}`;
  const fields = () => NAMES.map((name) => form.elements[name]).filter(Boolean);

  return {
    /** Tell whether it could be kept: a browser may forbid it, or be full. */
    keep() {
      const values = Object.fromEntries(fields().map((each) => [each.name, each.type === "checkbox" ? each.checked : each.value]));
      try {
        window.localStorage.setItem(key, JSON.stringify(values));
        return true;
      } catch {
        return false;
      }
    },
    /** Put back what was kept, into fields that nobody has touched; tell whether anything changed. */
    restore() {
      let values = {};
      try {
        values = JSON.parse(window.localStorage.getItem(key)) || {};
      } catch {
        return false;
      }
      let changed = false;
      for (const each of fields()) {
        const value = values[each.name];
        if (value === undefined || value === "") continue;
        const before = each.type === "checkbox" ? each.checked : each.value;
        if (before === value) continue;
        if (each.type === "checkbox") each.checked = value;
        else each.value = value;
        changed = true;
      }
      return changed;
    },
    forget() {
      try {
        window.localStorage.removeItem(key);
      } catch {
        return;
      }
    },
  };
}
