/**
 * What is at a place of the time line, before somebody goes there: the time, the slide's title, and a small picture.
 */
import { clock } from "./clock.js";

/**
 * @typedef {{interval_ms: number, columns: number, tiles: number, tile_width: number, tile_height: number}} Board
 */

/**
 * Where on the sheet the small picture of a time is.
 * @param {Board} board
 * @param {number} ms
 * @returns {{x: number, y: number}}
 */
export function tileAt(board, ms) {
  const tile = Math.min(Math.max(0, Math.floor(ms / board.interval_ms)), board.tiles - 1);
  return { x: (tile % board.columns) * board.tile_width, y: Math.floor(tile / board.columns) * board.tile_height };
}

export class Preview {
  /**
   * @param {import("./view.js").View} view
   * @param {() => Board | null} board null: there is none
   * @param {{address: () => string | undefined, titleAt: (ms: number) => string, durationMs: number, saver: boolean}} from
   *   `saver`: the reader saves data, so that a mouse passing by fetches nothing; who drags wants to see
   */
  constructor(view, board, from) {
    this.view = view;
    this.board = board;
    this.from = from;
  }

  tie() {
    const { seek, preview } = this.view.el;
    seek.addEventListener("pointermove", (/** @type {PointerEvent} */ event) => {
      if (event.pointerType !== "mouse" || event.buttons) return;
      const box = seek.getBoundingClientRect();
      // The knob is 16 px wide: the range's own ends lie half a knob inside.
      const share = (event.clientX - box.left - 8) / (box.width - 16);
      this.show(share * this.from.durationMs, !this.from.saver);
    });
    seek.addEventListener("input", () => this.show(Number(seek.value)));
    for (const name of ["pointerleave", "change", "blur"]) {
      seek.addEventListener(name, () => {
        preview.hidden = true;
      });
    }
  }

  /** @param {number} ms @param {boolean} [fetched] whether the sheet may be fetched for this */
  show(ms, fetched = true) {
    const { view } = this;
    const { el } = view;
    const board = this.board();
    const at = Math.min(Math.max(0, ms), this.from.durationMs);
    view.text(el["preview-time"], clock(at));
    view.text(el["preview-title"], this.from.titleAt(at));
    const picture = el["preview-sheet"].firstElementChild;
    const address = board && (fetched || picture.hasAttribute("href")) ? this.from.address() : undefined;
    el["preview-sheet"].toggleAttribute("hidden", !address);
    if (board && address) {
      const { x, y } = tileAt(board, at);
      el["preview-sheet"].setAttribute("viewBox", `${x} ${y} ${board.tile_width} ${board.tile_height}`);
      // Only now, the first time that somebody looks, is the sheet fetched.
      if (picture.getAttribute("href") !== address) {
        picture.setAttribute("width", String(board.columns * board.tile_width));
        picture.setAttribute("href", address);
      }
    }
    el.preview.hidden = false;
    const box = el.seek.getBoundingClientRect();
    const half = el.preview.offsetWidth / 2;
    const middle = (at / this.from.durationMs) * (box.width - 16);
    el.preview.style.left = `${Math.round(Math.min(Math.max(middle, half - 8), box.width - half - 8))}px`;
  }
}
