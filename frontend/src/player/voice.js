/**
 * Says a presence code aloud, digit by digit, while the lecture is lowered. The sounds are fetched when a code is due.
 */

/** While a code is said, the lecture is this loud, of what it was. */
const LOWERED = 0.15;
/** Between two digits, before the code is said once more, and how long a sound may take to come, in ms. */
const GAP_MS = 250;
const AGAIN_MS = 900;
const PATIENCE_MS = 8000;

export class Voice {
  /**
   * @param {object} given
   * @param {string} given.sounds the folder with the sounds, with a slash at its end
   * @param {HTMLMediaElement} given.lecture
   * @param {() => HTMLAudioElement} [given.player]
   */
  constructor({ sounds, lecture, player = () => new Audio() }) {
    Object.assign(this, { sounds, lecture, player });
    this.speaking = false;
    this.ending = "";
  }

  /**
   * @param {string} code
   * @returns {Promise<boolean>} whether it was said: without the sounds, the digits still stand in the picture
   */
  async say(code) {
    if (this.speaking) return false;
    this.speaking = true;
    const { lecture } = this;
    const volume = lecture.volume;
    try {
      const digits = [...code];
      const sounds = new Map([...new Set(["listen", ...digits])].map((name) => [name, this.load(name)]));
      await Promise.all([...sounds.values()].map(({ here }) => here));
      lecture.volume = volume * LOWERED;
      for (const round of [["listen", ...digits], digits]) {
        for (const name of round) {
          await play(/** @type {{sound: HTMLAudioElement}} */ (sounds.get(name)).sound);
          await rest(GAP_MS);
        }
        if (round[0] === "listen") await rest(AGAIN_MS);
      }
      return true;
    } catch {
      // No line, or a browser that wants a click first: the button says it.
      return false;
    } finally {
      // Unless somebody turned the volume meanwhile.
      if (Math.abs(lecture.volume - volume * LOWERED) < 0.01) lecture.volume = volume;
      this.speaking = false;
    }
  }

  /** @param {string} name */
  load(name) {
    const sound = this.player();
    if (!this.ending) this.ending = sound.canPlayType('audio/ogg; codecs="opus"') ? "ogg" : "m4a";
    sound.preload = "auto";
    const here = new Promise((resolve, reject) => {
      sound.addEventListener("canplaythrough", resolve, { once: true });
      sound.addEventListener("error", () => reject(new Error(name)), { once: true });
      setTimeout(() => reject(new Error("late")), PATIENCE_MS);
    });
    sound.src = `${this.sounds}code-${name}.${this.ending}`;
    return { sound, here };
  }
}

/** @param {number} ms */
const rest = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** @param {HTMLAudioElement} sound */
function play(sound) {
  return new Promise((resolve, reject) => {
    sound.addEventListener("ended", resolve, { once: true });
    sound.addEventListener("error", () => reject(new Error("sound")), { once: true });
    // The system may pause it, and never tell.
    setTimeout(() => reject(new Error("late")), PATIENCE_MS);
    sound.currentTime = 0;
    sound.play().catch(reject);
  });
}
