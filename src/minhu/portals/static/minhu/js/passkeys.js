// Passkeys: asks the browser for a key or a proof and sends the answer as an ordinary form.
// <form data-passkey="create|get" data-begin="/…/"><input type="hidden" name="answer"><button>…</button></form>
import { csrfToken } from "./http.js";
import { toast } from "./toasts.js";
import { all, once, say } from "./words.js";

const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (sign) => sign.charCodeAt(0));

function text(buffer) {
  const signs = Array.from(new Uint8Array(buffer), (byte) => String.fromCharCode(byte)).join("");
  return btoa(signs).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}

function readable(options) {
  const asked = { ...options.publicKey, challenge: bytes(options.publicKey.challenge) };
  if (asked.user) asked.user = { ...asked.user, id: bytes(asked.user.id) };
  for (const list of ["excludeCredentials", "allowCredentials"]) {
    if (asked[list]) asked[list] = asked[list].map((one) => ({ ...one, id: bytes(one.id) }));
  }
  return { publicKey: asked };
}

function sendable(key) {
  const response = { clientDataJSON: text(key.response.clientDataJSON) };
  for (const part of ["attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (key.response[part]) response[part] = text(key.response[part]);
  }
  return { id: key.id, rawId: text(key.rawId), type: key.type, response, clientExtensionResults: {} };
}

async function ask(form) {
  const answer = await fetch(form.dataset.begin, { method: "POST", headers: { "X-CSRFToken": csrfToken() } });
  const options = await answer.json();
  if (!answer.ok) throw new Error(options.detail ?? "");
  const wanted = readable(options);
  const made = form.dataset.passkey === "create"
    ? await navigator.credentials.create(wanted) : await navigator.credentials.get(wanted);
  form.elements.answer.value = JSON.stringify(sendable(made));
  form.submit();
}

function wire(form) {
  if (!window.PublicKeyCredential || !window.isSecureContext) {
    form.hidden = true;
    const instead = document.getElementById(form.dataset.without ?? "");
    if (instead) instead.hidden = false;
    return;
  }
  const button = form.querySelector("button");
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    button.setAttribute("aria-busy", "true");
    ask(form).catch((error) => {
      button.removeAttribute("aria-busy");
      const own = error instanceof DOMException ? "" : error.message;
      toast({ text: own || say("passkey_failed"), level: "warning" });
    });
  });
}

/** Forms that end in a passkey; hidden where the browser knows none. */
export function setUpPasskeys(root) {
  for (const form of all(root, "form[data-passkey]")) once(form, "Passkey", wire);
}
