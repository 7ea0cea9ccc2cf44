// Notices that lead somewhere with one click: words with an alert were heard in a call.

import { isLeader, on } from "./stream.js";
import { toast } from "./toast.js";
import { word } from "./words.js";

export function start() {
  on("notice", (notice) => {
    toast([notice.title, notice.text].filter(Boolean).join(": "), { stays: true, link: notice.url && { href: notice.url, text: word("open") } });
    if (isLeader() && document.hidden && document.body.dataset.desktop !== "off") notify(notice);
  });
}

function notify({ id, title, text, url }) {
  if (!("Notification" in window) || Notification.permission !== "granted") return;
  const note = new Notification(title, { body: text, tag: id });
  note.addEventListener("click", () => {
    window.focus();
    note.close();
    if (url) location.assign(url);
  });
}
