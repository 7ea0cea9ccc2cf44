// The ring: three soft struck notes, made here, so that no file has to be fetched when the phone rings.

const NOTES = [[587.33, 0], [880, 0.16], [739.99, 0.36]]; // Hz, start in seconds
let context = null;

// Browsers let a page sound only after somebody touched it.
for (const touch of ["pointerdown", "keydown"]) addEventListener(touch, wake, { capture: true, passive: true });

function wake() {
  if (!context) context = new AudioContext();
  if (context.state === "suspended") context.resume();
}

/** Play it at `volume` (0 to 100). False: the browser does not let this tab sound yet. */
export function ring(volume = 60) {
  try {
    if (!context) context = new AudioContext();
  } catch {
    return false;
  }
  if (context.state !== "running") return false;
  for (const [pitch, at] of NOTES) strike(pitch, context.currentTime + 0.02 + at, (volume / 100) ** 2);
  return true;
}

function strike(pitch, at, loudness) {
  for (const [overtone, share, seconds] of [[1, 0.5, 1.1], [4, 0.1, 0.25]]) {
    const tone = new OscillatorNode(context, { type: "sine", frequency: pitch * overtone });
    const swell = new GainNode(context, { gain: 0 });
    swell.gain.setValueAtTime(0, at);
    swell.gain.linearRampToValueAtTime(loudness * share, at + 0.008);
    swell.gain.exponentialRampToValueAtTime(0.0001, at + seconds);
    tone.connect(swell).connect(context.destination);
    tone.start(at);
    tone.stop(at + seconds);
  }
}
