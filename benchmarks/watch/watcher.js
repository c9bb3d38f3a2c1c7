// Runs in the page before anything else: writes down when play was pressed, when the first picture came, and four times
// a second where the picture is. Times are in ms of performance.now(), places in seconds of the recording.
(() => {
  const EVERY_MS = 250;
  const seen = { pressed: null, picture: null };
  const samples = [];
  const video = () => document.getElementById("video");
  const ahead = ({ buffered, currentTime }) => {
    for (let n = 0; n < buffered.length; n += 1) {
      if (buffered.start(n) <= currentTime + 0.1 && currentTime <= buffered.end(n)) return buffered.end(n) - currentTime;
    }
    return 0;
  };
  addEventListener(
    "click",
    (event) => {
      if (seen.pressed !== null || !event.target.closest("#play")) return;
      seen.pressed = performance.now();
      const note = () => (seen.picture ??= performance.now());
      video().requestVideoFrameCallback(note);
      setInterval(() => {
        if (seen.picture !== null) samples.push([performance.now(), video().currentTime, ahead(video())]);
      }, EVERY_MS);
    },
    true,
  );
  const facts = () => {
    const [page] = performance.getEntriesByType("navigation");
    const [painted] = performance.getEntriesByName("first-contentful-paint");
    const checked = document.querySelector("#modes input:checked");
    return {
      ...seen,
      origin: performance.timeOrigin,
      painted: painted ? painted.startTime : null,
      document: page.responseEnd,
      chosen: checked && checked.value,
      modes: JSON.parse(document.getElementById("player-config").textContent).modes,
      resources: performance.getEntriesByType("resource").map(({ name, startTime, transferSize, encodedBodySize }) => {
        const script = /\.js(\?|$)/.test(name);
        return { name, startTime, transferSize, encodedBodySize, script };
      }),
    };
  };
  Object.defineProperty(window, "watcher", { value: { facts, samples } });
})();
