// The waveform: both sides from their outline, the agent above, marks, and the place where one listens. Only what is in
// view is drawn, so an hour costs what a minute does.

const LANE = 44; // px
const TOP = 22; // px for the marks
const QUIET = 0.2; // of full scale: what is never louder is not drawn as if it were
const BAR = 3; // px from one bar to the next
const MOST_ZOOM = 64;
const STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600]; // s between two times of the axis
const SIDES = ["agent", "customer"];

export class Wave extends EventTarget {
  /** root: [data-player]; seek events carry the second in `detail`. */
  constructor(root) {
    super();
    const part = (name) => root.querySelector(`[data-${name}]`);
    Object.assign(this, { root, box: part("wave"), view: part("view"), inner: part("inner"), stage: part("stage"), slider: part("slider"), layer: part("marks-layer"), line: part("line"), axis: part("axis"), hover: part("hover") });
    [this.rest, this.done] = root.querySelectorAll("canvas");
    this.seconds = Number(root.dataset.seconds) || 0;
    this.peaks = sides(root.dataset.peaks);
    this.gain = 1 / Math.max(QUIET, ...this.peaks.map((side) => side.reduce((most, level) => Math.max(most, level), 0) / 255));
    this.marks = JSON.parse(root.dataset.marks || "[]");
    this.hits = [];
    this.zoom = 1;
    this.now = 0;
    this.box.hidden = false;
    this.slider.addEventListener("pointerdown", (event) => this.grab(event));
    this.slider.addEventListener("pointermove", (event) => this.point(event));
    this.slider.addEventListener("pointerleave", () => { this.hover.hidden = true; });
    this.view.addEventListener("scroll", () => this.draw());
    new ResizeObserver(() => this.draw()).observe(this.view);
    new MutationObserver(() => this.draw()).observe(document.documentElement, { attributeFilter: ["data-theme"] });
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.draw());
    this.setMarks(this.marks);
  }

  get width() {
    return this.view.clientWidth * this.zoom;
  }

  /** Where a second is, in px from the begin of the call. */
  place(second) {
    return this.seconds ? (second / this.seconds) * this.width : 0;
  }

  setMarks(marks) {
    this.marks = marks;
    this.layer.replaceChildren(...marks.filter(({ kind }) => kind === "tracker" || kind === "comment").map((mark) => this.flag(mark)));
    this.draw();
  }

  /** Words that were looked for: thin lines below the marks. */
  setHits(seconds) {
    this.hits = seconds;
    this.draw();
  }

  setZoom(zoom, around = this.now) {
    const before = this.place(around) - this.view.scrollLeft;
    this.zoom = Math.min(Math.max(zoom, 1), this.mostZoom);
    this.inner.style.inlineSize = `${this.zoom * 100}%`;
    this.view.scrollLeft = this.place(around) - before;
    this.draw();
  }

  /** Closer than so many px a second there is nothing more to be seen. */
  get mostZoom() {
    return Math.max(1, Math.min(MOST_ZOOM, (this.seconds * 60) / Math.max(1, this.view.clientWidth)));
  }

  /** One listens at this second. keep: hold it in view. */
  setNow(second, keep = false) {
    this.now = second;
    const x = this.place(second);
    this.line.style.transform = `translateX(${x}px)`;
    if (keep && this.zoom > 1) this.keep(x);
    this.clip();
    this.slider.setAttribute("aria-valuenow", Math.floor(second));
    const says = this.root.dataset.saysPosition ?? "{now}";
    this.slider.setAttribute("aria-valuetext", says.replace("{now}", written(second)).replace("{all}", written(this.seconds)));
  }

  keep(x) {
    const { scrollLeft, clientWidth } = this.view;
    if (x < scrollLeft || x > scrollLeft + clientWidth * 0.9) this.view.scrollLeft = x - clientWidth * 0.1;
  }

  clip() {
    const shown = Math.min(Math.max(this.place(this.now) - this.view.scrollLeft, 0), this.view.clientWidth);
    this.done.style.clipPath = `inset(0 ${this.view.clientWidth - shown}px 0 0)`;
  }

  draw() {
    if (this.due) return;
    this.due = requestAnimationFrame(() => {
      this.due = 0;
      this.paint();
    });
  }

  paint() {
    const width = this.view.clientWidth;
    if (!width) return;
    this.stage.style.inlineSize = `${width}px`;
    for (const [canvas, strong] of [[this.rest, false], [this.done, true]]) this.paintOn(canvas, width, strong);
    this.setNow(this.now);
    this.paintAxis();
    for (const flag of this.layer.children) flag.style.insetInlineStart = `${this.place(Number(flag.dataset.at))}px`;
  }

  paintOn(canvas, width, strong) {
    const height = TOP + 2 * LANE;
    const ratio = devicePixelRatio || 1;
    Object.assign(canvas, { width: width * ratio, height: height * ratio });
    const pen = canvas.getContext("2d");
    pen.scale(ratio, ratio);
    if (!strong) this.paintMarks(pen, width);
    SIDES.forEach((side, lane) => this.paintLane(pen, side, lane, width, strong));
    if (strong) return;
    pen.fillStyle = this.colour("hit");
    for (const at of this.hits) pen.fillRect(this.place(at) - this.view.scrollLeft - 1, TOP - 8, 2, 2 * LANE + 8);
  }

  paintLane(pen, side, lane, width, strong) {
    pen.fillStyle = this.colour(side);
    pen.globalAlpha = strong ? 1 : 0.38;
    const middle = TOP + LANE * (lane + 0.5);
    const peaks = this.peaks[lane];
    const from = this.view.scrollLeft;
    const first = Math.floor(from / BAR) * BAR;
    for (let x = first; x < from + width; x += BAR) {
      const height = Math.max(1, loudest(peaks, x / this.width, (x + BAR) / this.width) * this.gain * (LANE - 6));
      pen.fillRect(x - from, middle - height / 2, BAR - 1, height);
    }
    pen.globalAlpha = 1;
  }

  // Stretches lie behind the voices, interruptions stand between the two lanes.
  paintMarks(pen, width) {
    for (const { kind, at, end, side } of this.marks) {
      const x = this.place(at) - this.view.scrollLeft;
      const length = Math.max(2, this.place(end) - this.place(at));
      if (x > width || x + length < 0) continue;
      if (kind === "interruption") this.wedge(pen, x, side);
      else if (kind !== "tracker" && kind !== "comment") this.band(pen, kind, x, length);
    }
  }

  band(pen, kind, x, length) {
    pen.fillStyle = this.colour(kind);
    pen.globalAlpha = kind === "silence" ? 0.14 : 0.22;
    pen.fillRect(x, TOP, length, 2 * LANE);
    pen.globalAlpha = 0.9;
    pen.fillRect(x, TOP - 3, length, 3);
    if (kind === "gap") hatch(pen, x, TOP, length, 2 * LANE);
    pen.globalAlpha = 1;
  }

  wedge(pen, x, side) {
    const up = side === "agent" ? -1 : 1;
    const middle = TOP + LANE;
    pen.fillStyle = this.colour("interruption");
    pen.beginPath();
    pen.moveTo(x - 5, middle + 5 * up);
    pen.lineTo(x + 5, middle + 5 * up);
    pen.lineTo(x, middle - 4 * up);
    pen.fill();
  }

  paintAxis() {
    const wide = this.width / 70;
    const step = STEPS.find((each) => this.seconds / each <= wide) ?? 3600;
    const times = [];
    for (let at = 0; at < this.seconds && times.length < 2000; at += step) times.push(at);
    this.axis.replaceChildren(...times.filter((at) => this.inView(at)).map((at) => {
      const time = Object.assign(document.createElement("span"), { textContent: written(at) });
      time.style.insetInlineStart = `${this.place(at)}px`;
      return time;
    }));
  }

  inView(second) {
    const x = this.place(second) - this.view.scrollLeft;
    return x > -80 && x < this.view.clientWidth + 80;
  }

  flag(mark) {
    const flag = document.createElement("button");
    Object.assign(flag, { type: "button", className: `flag flag-${mark.kind}${mark.alert ? " flag-alert" : ""}` });
    Object.assign(flag.dataset, { at: mark.at, side: mark.side ?? "" });
    const says = `${written(mark.at)} ${mark.text ?? ""}`.trim();
    flag.setAttribute("aria-label", says);
    flag.title = says;
    flag.addEventListener("click", () => this.ask(mark.at));
    return flag;
  }

  colour(name) {
    return getComputedStyle(this.root).getPropertyValue(`--wave-${name}`) && resolved(this.root, `--wave-${name}`);
  }

  second(event) {
    const box = this.inner.getBoundingClientRect();
    return Math.min(Math.max((event.clientX - box.left) / this.width, 0), 1) * this.seconds;
  }

  grab(event) {
    if (event.button !== 0) return;
    this.slider.setPointerCapture(event.pointerId);
    this.slider.focus({ preventScroll: true });
    this.ask(this.second(event));
  }

  point(event) {
    const second = this.second(event);
    if (event.buttons & 1) this.ask(second);
    this.hover.hidden = false;
    this.hover.textContent = [written(second), ...this.said(second)].join(" · ");
    const box = this.box.getBoundingClientRect();
    const half = this.hover.offsetWidth / 2;
    this.hover.style.insetInlineStart = `${Math.min(Math.max(event.clientX - box.left, half), box.width - half)}px`;
  }

  /** What is marked at this second, in words. */
  said(second) {
    const near = (3 / this.width) * this.seconds;
    return this.marks.filter(({ at, end }) => second >= at - near && second <= (end ?? at) + near).map((mark) => this.words(mark));
  }

  words({ kind, side, text }) {
    const says = this.root.dataset;
    if (kind === "interruption") return side === "agent" ? says.saysInterruptionAgent : says.saysInterruptionCustomer;
    return text || says[`says${kind[0].toUpperCase()}${kind.slice(1)}`] || "";
  }

  ask(second) {
    this.dispatchEvent(new CustomEvent("ask", { detail: second }));
  }
}

/** `3:07`, `1:02:45`. */
export function written(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  const two = (value) => String(value).padStart(2, "0");
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  return hours ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
}

function sides(text) {
  const bytes = Uint8Array.from(atob(text || ""), (letter) => letter.charCodeAt(0));
  return [bytes.subarray(0, bytes.length / 2), bytes.subarray(bytes.length / 2)];
}

/** The loudest of the outline between two shares of the whole, 0 to 1. */
function loudest(peaks, from, to) {
  let most = 0;
  const last = Math.min(peaks.length, Math.max(Math.ceil(to * peaks.length), Math.floor(from * peaks.length) + 1));
  for (let at = Math.floor(from * peaks.length); at < last; at++) most = Math.max(most, peaks[at]);
  return most / 255;
}

function hatch(pen, x, y, width, height) {
  pen.save();
  pen.beginPath();
  pen.rect(x, y, width, height);
  pen.clip();
  pen.strokeStyle = pen.fillStyle;
  pen.globalAlpha = 0.5;
  for (let at = x - height; at < x + width; at += 7) {
    pen.beginPath();
    pen.moveTo(at, y + height);
    pen.lineTo(at + height, y);
    pen.stroke();
  }
  pen.restore();
}

// light-dark() is not worked out in the value of a property of ours, only in a colour.
function resolved(root, name) {
  const probe = root.querySelector("[data-line]");
  const was = probe.style.color;
  probe.style.color = `var(${name})`;
  const { color } = getComputedStyle(probe);
  probe.style.color = was;
  return color;
}
