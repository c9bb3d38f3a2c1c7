// When the line is free: from 23:00 until the morning, by the clock of this computer.

const HOUR = 23;
const MORNING = 6;

/** The next 23:00 after `now`. */
export function nextEvening(now) {
  const evening = new Date(now.getFullYear(), now.getMonth(), now.getDate(), HOUR);
  if (evening <= now) evening.setDate(evening.getDate() + 1);
  return evening;
}

/** Whether waiting for the evening makes sense: not when it is night already. */
export function isDay(now) {
  return now.getHours() >= MORNING && now.getHours() < HOUR;
}
