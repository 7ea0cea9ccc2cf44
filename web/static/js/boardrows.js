// The rows of the board, made of the page's templates. Every text of a row is text: callers' names are hostile.

const made = (name) => document.querySelector(`template[${name}]`).content.firstElementChild.cloneNode(true);
const numbers = new Intl.NumberFormat(`${document.documentElement.lang}-u-nu-latn`, { style: "percent", maximumFractionDigits: 0 });

/** The agents in calls whom we are about to hear: our own phone rings for them. */
export const joining = new Set();
export const joiningKey = (call, agent) => `${call} ${agent}`;

export const percent = (share) => (share === null ? "–" : numbers.format(share));

function fill(row, values) {
  for (const box of row.querySelectorAll("[data-f]")) box.textContent = values[box.dataset.f] ?? "";
  return row;
}

function put(row, slot, name) {
  row.querySelector(`[${slot}]`).append(made(`${slot}="${name}"`));
}

export function drawQueue(row) {
  const element = fill(made('data-row="queues"'), { ...row, level: percent(row.level) });
  if (row.longest_since) {
    const time = document.createElement("time");
    time.dataset.since = row.longest_since;
    element.querySelector("[data-longest]").replaceChildren(time);
  }
  element.classList.toggle("has-waiting", row.waiting > 0);
  return element;
}

export function drawCall(row, board) {
  const place = row.queue || row.line;
  const who = row.who || row.number || board.dataset.withheld;
  const element = fill(made('data-row="calls"'), { ...row, who, number: row.who ? row.number : "", place });
  put(element, "data-state", row.state);
  put(element, "data-way", row.direction);
  element.querySelector("time").dataset.since = row.since;
  const link = element.querySelector("[data-link]");
  link.href = `/calls/${encodeURIComponent(row.id)}`;
  link.dataset.key = "link";
  element.querySelector("[data-agents]").append(...row.agents.map((agent) => agentIn(row, agent, board)));
  return element;
}

function agentIn(call, agent, board) {
  const element = fill(made('data-row="agent-in"'), { ...agent, name: agent.name || agent.extension, extension: agent.name ? agent.extension : "" });
  if (board.dataset.listens !== "yes" || !["talking", "held"].includes(agent.state)) return element;
  if (joining.has(joiningKey(call.id, agent.extension))) {
    element.querySelector("[data-buttons]").append(made('data-row="joining"'));
    return element;
  }
  const buttons = made('data-row="listen"');
  for (const button of buttons.querySelectorAll("button")) {
    button.dataset.key = `${button.dataset.how} ${agent.extension}`;
    Object.assign(button.dataset, { call: call.id, agent: agent.extension });
  }
  element.querySelector("[data-buttons]").append(buttons);
  return element;
}

export function drawAgent(row) {
  const element = fill(made('data-row="agents"'), { ...row, extensions: row.extensions.join(", ") });
  const person = element.querySelector("[data-person]");
  if (document.querySelector("[data-people]")) person.href = `/people/${encodeURIComponent(row.id)}`;
  put(element, "data-state", row.state);
  element.dataset.state = row.state;
  const time = element.querySelector("time");
  if (row.since) time.dataset.since = row.since;
  else time.remove();
  if (row.direction) put(element, "data-way", row.direction);
  element.querySelector("[data-paused]").hidden = !row.paused;
  return element;
}
