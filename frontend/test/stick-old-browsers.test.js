// What lies on a stick runs in any browser that somebody finds in a county town: the script is ES5 and calls nothing that came
// later, its style is plain. Looked for in the file that is shipped, not in its source.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { parse } from "acorn";
import { full } from "acorn-walk";
import * as css from "css-tree";

const SCRIPT = readFileSync(new URL("../../static/dist/stick.js", import.meta.url), "utf8");
const STYLE = readFileSync(new URL("../../static/css/stick.css", import.meta.url), "utf8");

// Of these the oldest browsers that play the films (Chrome 49, Firefox 45, WebKit of 2016) lack at least one.
const LATER_NAMES = new Set(
  ("Promise fetch Symbol Map Set WeakMap WeakSet WeakRef Proxy Reflect BigInt globalThis queueMicrotask structuredClone AbortController URLSearchParams TextEncoder " +
    "TextDecoder IntersectionObserver ResizeObserver BroadcastChannel CompressionStream customElements requestIdleCallback").split(" "),
);
const LATER_MEMBERS = new Set(
  ("includes startsWith endsWith padStart padEnd repeat matchAll replaceAll trimStart trimEnd find findIndex findLast flat flatMap fill at assign entries values fromEntries " +
    "finally allSettled isNaN isInteger append prepend before after replaceWith replaceChildren closest matches toggleAttribute stream text randomUUID subtle " +
    "showOpenFilePicker requestVideoFrameCallback dataset").split(" "),
);

/** @param {string} script */
function later(script) {
  const found = new Set();
  const tree = parse(script, { ecmaVersion: 5 });
  full(tree, (/** @type {any} */ node) => {
    if (node.type === "Identifier" && LATER_NAMES.has(node.name)) found.add(node.name);
    if (node.type !== "MemberExpression") return;
    const name = node.computed ? node.property.value : node.property.name;
    // A word of our own config, or a method that is asked for before it is called, is no call.
    if (LATER_MEMBERS.has(name)) found.add("." + name);
  });
  return [...found].sort();
}

// What a browser of 2012 draws. `flex`, `grid`, `gap`, variables and functions are not among it.
const PROPERTIES = new Set(
  ("background border border-bottom border-collapse border-color border-left border-radius bottom box-shadow box-sizing color cursor display float font font-size font-weight " +
    "height left line-height list-style margin margin-bottom margin-left margin-right max-height max-width min-height min-width outline overflow overflow-x padding position right text-align " +
    "top vertical-align white-space width").split(" "),
);
const UNITS = new Set(["px", "vh"]);
// A selector that a browser does not know takes its whole rule with it, so that each of these stands alone.
const ALONE = new Set(["fullscreen", "-webkit-full-screen", "-moz-full-screen", "-ms-fullscreen"]);
const KNOWN = new Set(["focus", "disabled", "hover", "first-child"]);

/** @param {string} style */
function modern(style) {
  const found = new Set();
  const tree = css.parse(style, { onParseError: (error) => found.add(error.message), parseCustomProperty: true });
  css.walk(tree, (node) => {
    if (node.type === "Declaration" && !PROPERTIES.has(node.property)) found.add(node.property);
    if (node.type === "Dimension" && !UNITS.has(node.unit)) found.add(node.unit);
    if (node.type === "Function") found.add(`${node.name}()`);
    if (node.type === "PseudoElementSelector") found.add(`::${node.name}`);
    if (node.type === "Atrule" && node.name !== "media") found.add(`@${node.name}`);
    if (node.type !== "SelectorList") return;
    const names = css.findAll(node, (each) => each.type === "PseudoClassSelector").map((each) => each.name);
    for (const name of names) if (!KNOWN.has(name) && !ALONE.has(name)) found.add(`:${name}`);
    if (node.children.size > 1 && names.some((name) => ALONE.has(name))) found.add("a list with :fullscreen");
  });
  return [...found].sort();
}

test("the script of a stick is ES5 and calls nothing that came later", () => {
  assert.deepEqual(later(SCRIPT), []);
});

test("what came later would be found", () => {
  assert.throws(() => later("let a = 1"), SyntaxError);
  assert.throws(() => later("a?.b()"), SyntaxError);
  assert.deepEqual(later("new Map(); 'a'.includes('b'); document['fetch']; fetch('x')"), [".includes", "Map", "fetch"]);
});

test("the style of a stick has nothing in it that an old browser does not draw", () => {
  assert.deepEqual(modern(STYLE), []);
});

test("what an old browser does not draw would be found", () => {
  for (const style of ["a{color:var(--x)}", "a{display:flex;gap:1px}", "a:is(b){top:1px}", "a{width:min(1px,2px)}", "a:fullscreen,a:-webkit-full-screen{top:1px}", "a{top:1rem}"]) {
    assert.notDeepEqual(modern(style), [], style);
  }
});
