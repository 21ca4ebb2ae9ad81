// htmx: CSRF header, busy buttons, and errors that say what to do and give a number to quote.
import { say } from "./words.js";
import { toast } from "./toasts.js";

const KNOWN = new Set([400, 401, 403, 404, 409, 413, 422, 429, 503]);
const SAFE = new Set(["get", "head", "options", "trace"]);

/** The CSRF token of the page, for scripts that call fetch themselves. */
export function csrfToken() {
  return document.querySelector('meta[name="csrf-token"]')?.content ?? "";
}

function isProblem(xhr) {
  return (xhr.getResponseHeader("Content-Type") ?? "").includes("json");
}

/** Show what a failed answer says: its own words if it is problem JSON, else ours for the status. */
export function explain(status, body, number) {
  let problem = {};
  try { problem = JSON.parse(body); } catch { /* not JSON: our own words are used */ }
  const own = problem.detail || problem.message;
  const text = own || say(KNOWN.has(status) ? `error_${status}` : "error_other");
  toast({ text, level: status === 409 || status === 429 ? "warning" : "error", number: problem.number || number || "" });
}

export function startHttp() {
  const body = document.body;
  body.addEventListener("htmx:configRequest", (event) => {
    if (!SAFE.has(event.detail.verb)) event.detail.headers["X-CSRFToken"] = csrfToken();
  });
  body.addEventListener("htmx:beforeRequest", (event) => mark(event.detail.elt, true));
  body.addEventListener("htmx:afterRequest", (event) => mark(event.detail.elt, false));
  body.addEventListener("htmx:beforeSwap", (event) => {
    const { xhr } = event.detail;
    if (xhr.status === 422 && isProblem(xhr)) {
      event.detail.shouldSwap = false;
      event.detail.isError = true;
    }
  });
  body.addEventListener("htmx:responseError", (event) => {
    const { xhr } = event.detail;
    explain(xhr.status, xhr.responseText, xhr.getResponseHeader("X-Request-ID"));
  });
  body.addEventListener("htmx:sendError", () => toast({ text: say("offline"), level: "error" }));
  body.addEventListener("htmx:timeout", () => toast({ text: say("timeout"), level: "error" }));
  window.addEventListener("offline", () => toast({ text: say("offline"), level: "warning" }));
}

function mark(element, busy) {
  const button = element?.matches?.("form") ? element.querySelector('[type="submit"]') : element;
  if (!button?.matches?.("button, .btn")) return;
  if (busy) button.setAttribute("aria-busy", "true");
  else button.removeAttribute("aria-busy");
}
