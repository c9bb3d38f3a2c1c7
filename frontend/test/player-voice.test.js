import assert from "node:assert/strict";
import { test } from "node:test";
import { Voice } from "../src/player/voice.js";

/** Sounds that come and end at once. `opus`: whether the browser plays it; `broken`: none comes. */
function players({ opus = "probably", broken = false } = {}) {
  const played = /** @type {string[]} */ ([]);
  const loaded = /** @type {string[]} */ ([]);
  class Sound extends EventTarget {
    address = "";
    canPlayType() {
      return opus;
    }
    /** @param {string} address */
    set src(address) {
      this.address = address;
      loaded.push(address);
      setTimeout(() => this.dispatchEvent(new Event(broken ? "error" : "canplaythrough")));
    }
    play() {
      played.push(this.address);
      setTimeout(() => this.dispatchEvent(new Event("ended")));
      return Promise.resolve();
    }
  }
  return { played, loaded, player: () => /** @type {any} */ (new Sound()) };
}

test("a code is announced and said twice, the lecture lowered meanwhile and loud again afterwards", { timeout: 20_000 }, async () => {
  const { played, loaded, player } = players();
  const lecture = /** @type {any} */ ({ volume: 0.8 });
  const voice = new Voice({ sounds: "/static/sound/1/", lecture, player });
  const saying = voice.say("3037");
  await new Promise((resolve) => setTimeout(resolve, 100));
  assert.ok(lecture.volume < 0.2);
  assert.equal(await voice.say("1111"), false);
  assert.equal(await saying, true);
  assert.equal(lecture.volume, 0.8);
  const names = played.map((address) => /code-(\w+)\.ogg$/.exec(address)?.[1]);
  assert.deepEqual(names, ["listen", "3", "0", "3", "7", "3", "0", "3", "7"]);
  // each sound is fetched once
  assert.equal(loaded.length, 4);
});

test("where Opus does not play the other sounds are taken", async () => {
  const { loaded, player } = players({ opus: "", broken: true });
  const voice = new Voice({ sounds: "/s/", lecture: /** @type {any} */ ({ volume: 1 }), player });
  assert.equal(await voice.say("12"), false);
  assert.deepEqual(loaded, ["/s/code-listen.m4a", "/s/code-1.m4a", "/s/code-2.m4a"]);
});

test("sounds that do not come leave the lecture as loud as it was", async () => {
  const lecture = /** @type {any} */ ({ volume: 0.5 });
  const { player } = players({ broken: true });
  assert.equal(await new Voice({ sounds: "/s/", lecture, player }).say("5555"), false);
  assert.equal(lecture.volume, 0.5);
});
