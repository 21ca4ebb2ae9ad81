// Entry module: starts every behaviour on the page and again on fragments that htmx brings in.
import { startHttp } from "./http.js";
import { startDisplay } from "./display.js";
import { startDialogs } from "./dialogs.js";
import { startKeyboard } from "./keyboard.js";
import { startLive } from "./live.js";
import { startTimes } from "./times.js";
import { showServerToasts } from "./toasts.js";
import { setUpTables } from "./tables.js";
import { setUpTabs } from "./tabs.js";
import { setUpUploads } from "./upload.js";
import { setUpAutosave } from "./autosave.js";
import { setUpFilters } from "./filters.js";
import { setUpCharts } from "./charts.js";
import { setUpForms } from "./forms.js";
import { setUpPasskeys } from "./passkeys.js";

const perFragment = [setUpPasskeys, showServerToasts, setUpTables, setUpTabs, setUpUploads, setUpAutosave, setUpFilters, setUpCharts, setUpForms];

function setUp(root) {
  for (const step of perFragment) step(root);
}

startHttp();
startDisplay();
startDialogs();
startKeyboard();
startTimes();
startLive();
setUp(document);
document.body.addEventListener("htmx:load", (event) => {
  if (event.detail.elt !== document.body) setUp(event.detail.elt);
});
document.documentElement.dataset.ready = "yes";
