// The transcript: the spoken word and line stand out and are followed, a click on a word goes there, and what one looks
// for is marked. Words are ranges in the text, not elements: an hour of speech stays light.

const OWN_SCROLL = 400; // ms in which a scroll is ours
const paints = typeof Highlight === "function" && CSS.highlights;

export class Transcript extends EventTarget {
  /** root: #transcript. Events: ask (detail: the second), hits (detail: seconds), follow. */
  constructor(root) {
    super();
    this.root = root;
    this.box = root.querySelector("[data-lines]");
    this.lines = [...root.querySelectorAll(".line")].map((element) => lineOf(element));
    this.unsure = Number(root.dataset.unsure);
    this.find = root.querySelector("[data-find]");
    this.found = [];
    this.at = -1;
    this.follows = true;
    this.moved = 0;
    this.current = null;
    this.markUnsure();
    this.box.addEventListener("click", (event) => this.clicked(event));
    for (const kind of ["wheel", "touchmove"]) this.box.addEventListener(kind, () => this.setFollows(false), { passive: true });
    this.box.addEventListener("scroll", () => performance.now() > this.moved && this.setFollows(false), { passive: true });
    root.querySelector("[data-follow]").addEventListener("click", () => this.setFollows(!this.follows, true));
    this.find.addEventListener("input", () => this.search(this.find.value));
    this.find.addEventListener("keydown", (event) => this.typed(event));
    for (const button of root.querySelectorAll("[data-hit]")) button.addEventListener("click", () => this.go(Number(button.dataset.hit)));
  }

  /** One listens at this second. */
  setNow(second) {
    const line = this.lineAt(second);
    if (line !== this.current) this.changeLine(line);
    const word = line?.words.findLast(({ start }) => start <= second + 0.02);
    if (word === this.word) return;
    this.word = word;
    paint("now", word && second < word.end + 1 ? [rangeOf(line, word)] : []);
  }

  changeLine(line) {
    this.current?.element.classList.remove("is-now");
    this.current = line;
    line?.element.classList.add("is-now");
    if (this.follows && line) this.show(line.element);
  }

  /** The line that is spoken, or was last; with two at once the one that began later. */
  lineAt(second) {
    let [low, high] = [0, this.lines.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.lines[middle].start <= second + 0.02) low = middle + 1;
      else high = middle;
    }
    return this.lines[low - 1] ?? null;
  }

  show(element) {
    const [box, line] = [this.box.getBoundingClientRect(), element.getBoundingClientRect()];
    if (line.top >= box.top + 24 && line.bottom <= box.bottom - 48) return;
    this.moved = performance.now() + OWN_SCROLL;
    this.box.scrollTo({ top: this.box.scrollTop + line.top - box.top - box.height / 3, behavior: "instant" });
  }

  setFollows(follows, now = false) {
    if (follows === this.follows) return;
    this.follows = follows;
    this.root.querySelector("[data-follow]").setAttribute("aria-pressed", follows);
    if (follows && now && this.current) this.show(this.current.element);
    this.dispatchEvent(new Event("follow"));
  }

  clicked(event) {
    if (!getSelection().isCollapsed) return;
    const seek = event.target.closest("[data-seek]");
    const line = this.lines.find(({ element }) => element === event.target.closest(".line"));
    if (seek) return this.ask(Number(seek.dataset.seek));
    if (!line || !event.target.closest(".line-text")) return;
    const place = caret(event);
    const word = place === null ? null : line.words.find(({ from, to }) => place >= from && place <= to);
    this.ask(word ? word.start : line.start);
  }

  ask(second) {
    this.setFollows(true);
    this.dispatchEvent(new CustomEvent("ask", { detail: second }));
  }

  // ---------------------------------------------------------------- looking for words

  search(text) {
    const wanted = plain(text.trim());
    this.found = wanted ? this.lines.flatMap((line) => hits(line, wanted)) : [];
    this.at = -1;
    paint("hit", this.found.map(({ line, from, to }) => rangeOf(line, { from, to })));
    paint("here", []);
    this.count();
    this.dispatchEvent(new CustomEvent("hits", { detail: this.found.map(({ second }) => second) }));
  }

  typed(event) {
    if (event.key === "Enter") this.go(event.shiftKey ? -1 : 1);
    else if (event.key === "Escape" && this.find.value) this.search((this.find.value = ""));
    else return;
    event.preventDefault();
  }

  /** To the next or the previous hit. */
  go(step) {
    if (!this.found.length) return;
    this.at = (this.at + step + this.found.length) % this.found.length;
    const hit = this.found[this.at];
    paint("here", [rangeOf(hit.line, hit)]);
    this.count();
    this.show(hit.line.element);
    this.dispatchEvent(new CustomEvent("ask", { detail: hit.second }));
  }

  count() {
    const any = this.found.length;
    this.root.querySelector("[data-found]").textContent = this.find.value.trim() ? `${Math.max(this.at + 1, 0) || (any ? 1 : 0)} / ${any}` : "";
    for (const button of this.root.querySelectorAll("[data-hit]")) button.hidden = !any;
  }

  markUnsure() {
    const ranges = this.lines.flatMap((line) => line.words.filter(({ sure }) => sure < this.unsure).map((word) => rangeOf(line, word)));
    paint("unsure", ranges);
  }
}

function lineOf(element) {
  const text = element.querySelector(".line-text").firstChild;
  const line = { element, text, start: Number(element.dataset.at), end: Number(element.dataset.end), words: [] };
  if (!text) return line;
  let place = 0;
  for (const packed of element.dataset.words.split(" ").filter(Boolean)) {
    const [start, length, sure, tokens] = packed.split(",").map(Number);
    const to = endOf(text.data, place, tokens);
    line.words.push({ start: start / 100, end: (start + length) / 100, sure, from: place, to });
    place = to + 1;
  }
  return line;
}

/** Where so many words end that begin at this place of the text. */
function endOf(text, place, tokens) {
  let end = place - 1;
  for (let count = 0; count < tokens; count++) {
    end = text.indexOf(" ", end + 1);
    if (end < 0) return text.length;
  }
  return end;
}

function rangeOf(line, { from, to }) {
  const range = document.createRange();
  range.setStart(line.text, from);
  range.setEnd(line.text, Math.min(to, line.text.length));
  return range;
}

function hits(line, wanted) {
  const found = [];
  if (!line.text) return found;
  const text = plain(line.text.data);
  for (let from = text.indexOf(wanted); from >= 0; from = text.indexOf(wanted, from + wanted.length)) {
    const to = from + wanted.length;
    const word = line.words.find((each) => each.to > from);
    found.push({ line, from, to, second: word ? word.start : line.start });
  }
  return found;
}

// Case does not count; letters keep their places.
const plain = (text) => [...text].map((letter) => (letter.toLowerCase().length === letter.length ? letter.toLowerCase() : letter)).join("");

function caret({ clientX, clientY }) {
  const at = document.caretPositionFromPoint?.(clientX, clientY);
  if (at) return at.offset;
  return document.caretRangeFromPoint?.(clientX, clientY)?.startOffset ?? null;
}

function paint(name, ranges) {
  if (paints) CSS.highlights.set(`call-${name}`, new Highlight(...ranges));
}
