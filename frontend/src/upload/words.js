// The page's words. They come from a <template> that the server filled, so that the script holds no language.

/** Read every `[data-say]` of a template into one object. */
export function wordsOf(template) {
  const words = {};
  for (const each of template.content.querySelectorAll("[data-say]")) words[each.dataset.say] = each.textContent.trim();
  return words;
}

/** Put values at the places of a sentence: fill("{n} left", { n: 3 }). */
export function fill(sentence, values = {}) {
  return (sentence || "").replace(/\{(\w+)\}/g, (place, name) => (name in values ? String(values[name]) : place));
}
