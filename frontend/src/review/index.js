// The review desk: a remark's time is taken from what is playing, and a remark's link goes to its time without a reload.

const video = document.getElementById("review-video");
const field = document.getElementById("id_time");
const take = document.getElementById("take-time");

/** A time as the form reads it: 4:05, 1:10:22. */
function moment(seconds) {
  const whole = Math.floor(seconds);
  const two = (number) => String(number).padStart(2, "0");
  const minutes = Math.floor(whole / 60) % 60;
  const hours = Math.floor(whole / 3600);
  return hours ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
}

if (video && field && take) {
  take.hidden = false;
  take.querySelector("button").addEventListener("click", () => {
    field.value = moment(video.currentTime);
    document.getElementById("id_words").focus();
  });
}
if (video) {
  document.addEventListener("click", (event) => {
    const link = event.target.closest && event.target.closest("a[data-seek]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    video.currentTime = Number(link.dataset.seek);
    video.scrollIntoView({ block: "nearest" });
    video.focus();
    // Where the browser wants a click on the picture first, it stands at the right time all the same.
    const playing = video.play();
    if (playing) playing.catch(() => {});
  });
}
