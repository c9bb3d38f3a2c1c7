/**
 * The month's cap on data: counts, warns once, and asks before it is passed. What is buffered always plays to its end.
 */
import { megabytes } from "./clock.js";
import { DataUse } from "./data-use.js";

/** Written to this device this often, in ms. */
const WRITE_MS = 10_000;

export class Cap {
  /** @param {import("./player.js").Player} player */
  constructor(player) {
    this.player = player;
    this.use = new DataUse(player.storage, player.config.cap_mb || null, Date.now());
    this.wrote = 0;
    player.view.el["data-go-on"].addEventListener("click", () => this.agree());
    if (typeof PerformanceObserver !== "undefined") {
      // Pictures and captions; the film and the sound are counted where they come in.
      const seen = new PerformanceObserver((list) => {
        for (const { name, initiatorType, transferSize } of /** @type {PerformanceResourceTiming[]} */ (list.getEntries())) {
          if (name.includes("/media/") && !/^(fetch|video|audio)$/.test(initiatorType)) this.use.add(transferSize || 0);
        }
      });
      seen.observe({ type: "resource", buffered: true });
    }
    addEventListener("pagehide", () => this.use.write(Date.now()));
    this.show();
  }

  /** Before something is fetched. @returns {boolean} whether it has to be asked first */
  holds() {
    const { link, screen } = this.player;
    if (this.use.asks !== link.over) {
      link.over = this.use.asks;
      if (link.over) screen.source.hold();
      else screen.source.release();
    }
    return link.over;
  }

  /** Once a second. @param {number} at */
  tick(at) {
    const { player, use } = this;
    const { mode, source } = player.screen;
    use.add(source.taken(mode.kbits));
    if (use.pending && at - this.wrote >= WRITE_MS) {
      this.wrote = at;
      use.write(at);
      this.show();
    }
    if (use.warns(at)) player.link.tell(player.view.say("capNear", { cap: player.config.cap_mb }), at);
    if (player.wanted) this.holds();
  }

  agree() {
    const { player } = this;
    this.use.agree(Date.now());
    player.link.over = false;
    player.screen.source.release();
    player.screen.release();
    if (player.playback && !player.playing) player.play();
    player.redraw();
  }

  show() {
    const { view, config } = this.player;
    const values = { used: megabytes(this.use.bytes), cap: config.cap_mb || "" };
    view.text(view.el["data-used"], this.use.bytes ? view.say(config.cap_mb ? "dataUsedOf" : "dataUsed", values) : "");
  }
}
