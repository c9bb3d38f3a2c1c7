// What the list of stages shows, computed from the server's JSON. The words are the server's. No page here.

export const EVERY_MS = 4000;
const ENDED = ["ready", "refused", "failed", "cancelled"];
const DRAWN = ["done", "running", "failed"];

/** Whether nothing more will change by itself: a lecture that is ready may still be reading its slides. */
export function ended(recording) {
  return ENDED.includes(recording.state) && !recording.can_cancel;
}

/** The name of the sign before a stage. */
export function signOf(job) {
  return `#i-${DRAWN.includes(job.state) ? job.state : "open"}`;
}

/** Which buttons belong on the page, in the form in which the page says which it has. */
export function buttonsOf(recording) {
  return (recording.can_cancel ? "cancel" : "") + (recording.can_retry ? "retry" : "");
}

/** Whether the page must be shown anew: it has other buttons than it should, or more can be watched than it says. */
export function outdated(shown, recording) {
  if (shown.buttons !== undefined && shown.buttons !== buttonsOf(recording)) return true;
  return shown.modes !== undefined && recording.modes.length > Number(shown.modes);
}

/** Milliseconds until the next question: steady while answers come, longer and longer (to a minute) when none do. */
export function pauseAfter(failures) {
  return Math.min(60_000, EVERY_MS * 2 ** Math.min(failures, 5));
}
