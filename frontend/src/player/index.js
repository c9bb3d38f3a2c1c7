/** Starts the player of a lecture page: finds its parts and ties them to what people and the browser do. */
import { playable } from "./modes.js";
import { Player } from "./player.js";
import { openStorage } from "./storage.js";
import { tie } from "./ties.js";
import { View } from "./view.js";

const script = document.getElementById("player-config");
if (script) {
  const config = JSON.parse(script.textContent || "null");
  const video = /** @type {HTMLVideoElement} */ (document.getElementById("video"));
  config.modes = playable(config.modes, config.duration_ms, (type) => video.canPlayType(type));
  const view = new View(config);
  tie(new Player(config, view, openStorage()), view);
}
