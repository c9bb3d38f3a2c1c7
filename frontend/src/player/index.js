/** Starts the player of a lecture page: finds its parts and ties them to what people and the browser do. */
import { listenForKeys } from "./keys.js";
import { playable } from "./modes.js";
import { Player } from "./player.js";
import { Preview } from "./preview.js";
import { openStorage } from "./storage.js";
import { View } from "./view.js";

const STEP_MS = 10_000;

/** @param {Player} player @param {View} view */
function tieControls(player, view) {
  const { el, video } = view;
  el.play.addEventListener("click", () => player.toggle());
  el.back.addEventListener("click", () => player.step(-STEP_MS));
  el.full.addEventListener("click", () => fullScreen(view));
  el.rate.addEventListener("change", () => player.setRate(Number(el.rate.value)));
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
  video.addEventListener("seeking", () => player.observe(true));
  video.addEventListener("loadedmetadata", () => player.settled());
  video.addEventListener("loadeddata", () => player.poster());
  video.addEventListener("error", () => player.fault());
  video.addEventListener("waiting", () => {
    player.observe();
    player.link.waiting = player.wanted && !player.settling;
  });
  video.addEventListener("pause", () => {
    // Also when a headset or the system pauses. Reaching the end pauses too.
    if (!player.settling) player.wanted = false;
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

const script = document.getElementById("player-config");
if (script) {
  const config = JSON.parse(script.textContent || "null");
  const video = /** @type {HTMLVideoElement} */ (document.getElementById("video"));
  config.modes = playable(config.modes, config.duration_ms, (type) => video.canPlayType(type));
  const view = new View(config);
  const player = new Player(config, view, openStorage());
  tieControls(player, view);
  tieKeys(player, view);
  tieMedia(player, view);
  tiePage(player);
  // A page that went down with the power looks alive for a moment: look once more.
  if (player.adopt()) setTimeout(() => player.adopt(), 31_000);
  tiePlaces(player, view);
  player.redraw();
}
