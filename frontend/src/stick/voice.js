/** Says a code aloud, digit by digit, twice, while the lecture is lowered. The sounds lie on the stick. */

/** While a code is said, the lecture is this loud, of what it was. */
var LOWERED = 0.15;
/** Between two digits, and how long a sound may take, in ms. */
var GAP_MS = 250;
var PATIENCE_MS = 8000;

/** @param {HTMLMediaElement} lecture @param {string} folder */
export function makeVoice(lecture, folder) {
  var speaking = false;

  /** @param {string[]} names @param {() => void} done */
  function play(names, done) {
    if (!names.length) return done();
    var sound = new Audio();
    var over = false;
    function next() {
      if (over) return;
      over = true;
      setTimeout(function () {
        play(names.slice(1), done);
      }, GAP_MS);
    }
    sound.addEventListener("ended", next);
    // Where a sound is missing or the browser wants a click first, the digits still stand in the picture.
    sound.addEventListener("error", next);
    setTimeout(next, PATIENCE_MS);
    sound.src = folder + "code-" + names[0] + (sound.canPlayType('audio/ogg; codecs="opus"') ? ".ogg" : ".m4a");
    var begun = sound.play();
    if (begun && begun.catch) begun.catch(next);
  }

  /** @param {string} digits */
  function say(digits) {
    if (speaking) return;
    speaking = true;
    var volume = lecture.volume;
    var each = digits.split("");
    lecture.volume = volume * LOWERED;
    play(["listen"].concat(each, each), function () {
      // Unless somebody turned the volume meanwhile.
      if (Math.abs(lecture.volume - volume * LOWERED) < 0.01) lecture.volume = volume;
      speaking = false;
    });
  }

  return { say: say };
}
