// The sound of one recording: nothing is loaded before it is asked for. Tells what happens by events on itself:
// time, state (playing or not), seek, problem.

const SPEEDS = [0.75, 1, 1.25, 1.5, 1.75, 2];
const SILENCE = 1.2; // s: a shorter pause belongs to the conversation
const MARGIN = 0.25; // s of it that are left on both sides
const SIDES = ["agent", "customer"]; // the order of the channels

export class Player extends EventTarget {
  /** speech: pairs of seconds in which somebody speaks; null where that is not known. */
  constructor(audio, seconds, speech) {
    super();
    this.audio = audio;
    this.seconds = seconds;
    this.silences = speech ? silencesOf(speech, seconds) : [];
    this.skips = false;
    this.levels = { agent: 1, customer: 1 };
    this.muted = new Set();
    this.wanted = null; // where to begin, before anything is loaded
    audio.controls = false;
    for (const kind of ["play", "pause", "ended"]) audio.addEventListener(kind, () => this.changed());
    audio.addEventListener("loadedmetadata", () => this.begin());
    audio.addEventListener("error", () => this.tell("problem"));
    audio.addEventListener("timeupdate", () => this.tell("time"));
    this.setSpeed(Number(localStorage.getItem("call-speed")) || 1);
  }

  get now() {
    return this.wanted ?? this.audio.currentTime;
  }

  get playing() {
    return !this.audio.paused && !this.audio.ended;
  }

  get speed() {
    return this.audio.playbackRate;
  }

  async toggle() {
    if (this.playing) return this.audio.pause();
    this.connect();
    if (this.now >= this.seconds - 0.05) this.seek(0);
    await this.audio.play().catch((error) => error.name !== "AbortError" && this.tell("problem"));
  }

  seek(second) {
    const at = Math.min(Math.max(second, 0), this.seconds);
    if (this.audio.readyState) this.audio.currentTime = at;
    else this.wanted = at;
    this.tell("seek");
    this.tell("time");
  }

  /** A step up or down in the list of speeds. */
  faster(step) {
    const at = SPEEDS.indexOf(this.speed);
    this.setSpeed(SPEEDS[Math.min(Math.max((at < 0 ? 1 : at) + step, 0), SPEEDS.length - 1)]);
  }

  setSpeed(speed) {
    const known = SPEEDS.includes(speed) ? speed : 1;
    this.audio.defaultPlaybackRate = this.audio.playbackRate = known;
    localStorage.setItem("call-speed", known);
    this.tell("state");
  }

  setSkips(on) {
    this.skips = on;
    this.tell("state");
  }

  mute(side, on = !this.muted.has(side)) {
    this.muted[on ? "add" : "delete"](side);
    this.setLevels();
    this.tell("state");
  }

  setLevel(side, level) {
    this.levels[side] = level;
    this.muted.delete(side);
    this.setLevels();
    this.tell("state");
  }

  /** Past a silence; called for each frame that is drawn. */
  hurry() {
    if (!this.skips || !this.playing || this.wanted !== null) return;
    const now = this.audio.currentTime;
    const silence = this.silences.find(([start, end]) => now >= start && now < end);
    if (silence) this.seek(silence[1]);
  }

  // Both sides are heard in both ears, each as loud as one likes: the file has them apart, left and right.
  connect() {
    if (this.context) return this.context.resume();
    try {
      this.context = new AudioContext();
      const split = this.context.createChannelSplitter(2);
      this.context.createMediaElementSource(this.audio).connect(split);
      this.gains = {};
      SIDES.forEach((side, channel) => {
        this.gains[side] = this.context.createGain();
        split.connect(this.gains[side], channel);
        this.gains[side].connect(this.context.destination);
      });
      this.setLevels();
    } catch (error) {
      console.error(error);
    }
  }

  setLevels() {
    for (const side of SIDES) if (this.gains) this.gains[side].gain.value = this.muted.has(side) ? 0 : this.levels[side];
  }

  begin() {
    if (this.wanted === null) return;
    this.audio.currentTime = this.wanted;
    this.wanted = null;
  }

  changed() {
    this.tell("state");
    this.tell("time");
  }

  tell(kind) {
    this.dispatchEvent(new Event(kind));
  }
}

/** The stretches in which nobody speaks for long, less a margin. */
export function silencesOf(speech, seconds) {
  const silences = [];
  let end = 0;
  for (const [from, to] of [...speech, [seconds, seconds]].sort((one, other) => one[0] - other[0])) {
    if (from - end >= SILENCE) silences.push([end ? end + MARGIN : 0, from - MARGIN]);
    end = Math.max(end, to);
  }
  return silences;
}
