// What the list of stages says, computed from the server's JSON. No page here.

export const EVERY_MS = 4000;
const ENDED = ["ready", "refused", "failed"];

/** Whether nothing more will change by itself. */
export function ended(recording) {
  return ENDED.includes(recording.state);
}

/** The words of one job: its state, how far it is, and what the server has to say about it. */
export function wordsOf(job) {
  const state = job.state === "running" ? `${job.state_label} ${job.progress_percent}%` : job.state_label;
  return job.sentence ? `${state} · ${job.sentence}` : state;
}

/** Milliseconds until the next question: steady while answers come, longer and longer (to a minute) when none do. */
export function pauseAfter(failures) {
  return Math.min(60_000, EVERY_MS * 2 ** Math.min(failures, 5));
}
