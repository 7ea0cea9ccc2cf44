// The PBX page: what takes a moment is fetched after the page, and the state of the link follows the stream.

import { getHtml } from "./http.js";
import { replace } from "./live.js";
import { on } from "./stream.js";
import { toast } from "./toast.js";

const late = document.querySelector("[data-load]");
if (late) load(late.dataset.load);
on("pbx", () => renew().catch(() => {}));

async function load(address) {
  try {
    const page = await getHtml(address);
    replace("findings", page);
    const [ours, theirs] = [document.getElementById("findings-h").parentElement, page.getElementById("findings-h").parentElement];
    ours.replaceWith(document.adoptNode(theirs));
  } catch (error) {
    document.getElementById("findings").replaceChildren();
    toast(error.message, { bad: true });
  }
}

async function renew() {
  replace("pbx-state", await getHtml("/admin/pbx"));
}
