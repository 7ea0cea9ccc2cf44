// The admin's page of analyses follows the work, at most once in two seconds, and never under the pointer.

import { getHtml } from "./http.js";
import { replace } from "./live.js";
import { on } from "./stream.js";

const WAIT = 2000;
let due = null;

on("analysis", () => (due ??= setTimeout(renew, WAIT)));

async function renew() {
  due = null;
  const work = document.getElementById("work");
  if (work.matches(":hover") || work.contains(document.activeElement)) return;
  const page = await getHtml(location.href).catch(() => null);
  if (page?.getElementById("work")) replace("work", page);
}
