/** Ties a player to what people and the browser do with its page. */
import { listenForKeys } from "./keys.js";
import { Preview } from "./preview.js";

/**
 * @typedef {import("./player.js").Player} Player
 * @typedef {import("./view.js").View} View
 */

const STEP_MS = 10_000;

/** @param {Player} player @param {View} view */
function tieControls(player, view) {
  const { el, video } = view;
  el.play.addEventListener("click", () => player.toggle());
  el.back.addEventListener("click", () => player.step(-STEP_MS));
  el.full.addEventListener("click", () => fullScreen(view));
  el.rate.addEventListener("change", () => player.screen.setRate(Number(el.rate.value)));
  el.modes.addEventListener("change", (/** @type {any} */ event) => player.setMode(event.target.value));
  el.captions.addEventListener("click", () => player.captions.toggle());
  el["resume-missing"].addEventListener("click", () => player.playMissing());
  el["continue-here"].addEventListener("click", () => player.play());
  video.addEventListener("click", () => player.toggle());
  video.addEventListener("dblclick", () => fullScreen(view));
  // While somebody drags, only the knob moves; the picture is fetched once, where it is let go.
  el.seek.addEventListener("input", () => {
    el.seek.dataset.held = "1";
  });
  el.seek.addEventListener("change", () => {
    el.seek.dataset.held = "";
    player.seek(Number(el.seek.value));
  });
  document.addEventListener("fullscreenchange", () => {
    view.text(el.full, document.fullscreenElement ? view.words.window : view.words.full);
  });
}

/** @param {Player} player @param {View} view */
function tieKeys(player, view) {
  const { el, video } = view;
  const louder = (/** @type {number} */ by) => {
    video.volume = Math.min(1, Math.max(0, video.volume + by));
  };
  listenForKeys(el.player, {
    " ": () => player.toggle(),
    ArrowLeft: () => player.step(-STEP_MS),
    ArrowRight: () => player.step(STEP_MS),
    ArrowUp: () => louder(0.1),
    ArrowDown: () => louder(-0.1),
    f: () => fullScreen(view),
    c: () => player.captions.toggle(),
    m: () => el.modes.querySelector("input:checked").focus(),
    k: () => el["code-form"] && !el["code-form"].hidden && el["code-input"].focus(),
  });
}

/** @param {Player} player @param {View} view */
function tieMedia(player, view) {
  const { video } = view;
  for (const name of ["playing", "play", "ended", "seeked", "timeupdate", "ratechange", "canplay"]) {
    video.addEventListener(name, () => player.observe());
  }
  // A headset's button can start what is only prepared: nothing plays that is not recorded.
  video.addEventListener("play", () => player.playback || player.hold());
  video.addEventListener("seeking", () => player.observe(true));
  video.addEventListener("loadedmetadata", () => player.screen.settled());
  video.addEventListener("loadeddata", () => player.poster());
  video.addEventListener("error", () => player.screen.fault());
  video.addEventListener("waiting", () => {
    player.observe();
    player.link.waiting = player.wanted && !player.screen.settling;
  });
  video.addEventListener("pause", () => {
    // Also when a headset or the system pauses. Reaching the end pauses too.
    if (!player.screen.settling && player.playback) player.wanted = false;
    player.observe();
    if (!player.superseded) player.report();
  });
}

/** @param {Player} player */
function tiePage(player) {
  addEventListener("offline", () => player.wentOffline());
  addEventListener("online", () => player.cameBack());
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden") player.putAway(false);
  });
  addEventListener("pagehide", () => player.putAway(true));
  addEventListener("pageshow", () => {
    if (player.outbox) player.outbox.left = false;
  });
  // Another page of this browser opened a playback: learn at once whether this one is superseded.
  addEventListener("storage", ({ key, oldValue, newValue }) => {
    const theirs = key && key.startsWith("qianchang.outbox.") && !oldValue && newValue;
    if (theirs && player.playing) player.report();
  });
  setInterval(() => player.tick(), 1000);
}

/** Places in the recording that a slide or an address (#t=seconds) names. @param {Player} player @param {View} view */
function tiePlaces(player, view) {
  const { config } = player;
  const saver = view.el.player.dataset.saver === "1";
  const address = () => (player.playback ? player.playback.links.storyboard : undefined);
  const titleAt = (/** @type {number} */ ms) => player.slides.titleAt(ms);
  new Preview(view, () => config.storyboard, { address, titleAt, durationMs: config.duration_ms, saver }).tie();
  player.slides.tie((ms) => player.seek(ms));
  const named = () => {
    const seconds = /^#t=(\d+)$/.exec(location.hash);
    if (seconds) player.seek(Number(seconds[1]) * 1000);
  };
  addEventListener("hashchange", named);
  named();
}

/** The whole box with its controls; on an iPhone, where only a video can, the video. @param {View} view */
function fullScreen({ el, video }) {
  const stage = el.stage;
  const any = /** @type {any} */ (document);
  if (document.fullscreenElement || any.webkitFullscreenElement) (document.exitFullscreen || any.webkitExitFullscreen).call(document);
  else if (stage.requestFullscreen || stage.webkitRequestFullscreen) (stage.requestFullscreen || stage.webkitRequestFullscreen).call(stage);
  else /** @type {any} */ (video).webkitEnterFullscreen();
}

/** The page comes alive: also that of a download, which has a player of its own. @param {Player} player @param {View} view */
export function tie(player, view) {
  tieControls(player, view);
  tieKeys(player, view);
  tieMedia(player, view);
  tiePage(player);
  // A page that went down with the power looks alive for a moment: look once more.
  if (player.adopt()) setTimeout(() => player.adopt(), 31_000);
  tiePlaces(player, view);
  // The page first: what the picture needs is fetched when all of the page is here and painted.
  const prepare = () => requestAnimationFrame(() => setTimeout(() => player.prepare(), 0));
  if (document.readyState === "complete") prepare();
  else addEventListener("load", prepare, { once: true });
  player.redraw();
}
