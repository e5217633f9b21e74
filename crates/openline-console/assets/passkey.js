"use strict";
// Passkeys: what the server asks for goes to the authenticator, what comes back goes into the form, and the form is sent.

const bytesOf = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
const textOf = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
/** How long an authenticator may take, ms: less than the server waits. */
const PATIENCE = 240000;

async function offerOf(form) {
  const { challenge, allow, offer } = form.dataset;
  if (challenge) return { challenge, allow: (allow ?? "").split(" ").filter(Boolean) };
  const mark = form.elements.namedItem("mark");
  const body = new URLSearchParams(mark ? { mark: mark.value } : {});
  const answer = await fetch(offer, { method: "POST", body, credentials: "same-origin" });
  if (!answer.ok) {
    // The refusal is a page: its first sentence says why.
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    throw new Error(page.querySelector(".why")?.textContent ?? "");
  }
  return answer.json();
}

const listed = (ids) => ids.map((id) => ({ type: "public-key", id: bytesOf(id) }));

async function sign(offer) {
  const publicKey = { challenge: bytesOf(offer.challenge), allowCredentials: listed(offer.allow), userVerification: "required", timeout: PATIENCE };
  const { rawId, response } = await navigator.credentials.get({ publicKey });
  return {
    credential: textOf(rawId),
    client_data: textOf(response.clientDataJSON),
    authenticator_data: textOf(response.authenticatorData),
    signature: textOf(response.signature),
  };
}

async function make(offer) {
  const publicKey = {
    challenge: bytesOf(offer.challenge),
    rp: { name: "openline" },
    user: { id: bytesOf(offer.user), name: offer.name, displayName: offer.name },
    pubKeyCredParams: offer.algorithms.map((alg) => ({ type: "public-key", alg })),
    excludeCredentials: listed(offer.known),
    authenticatorSelection: { residentKey: "required", userVerification: "required" },
    attestation: "none",
    timeout: PATIENCE,
  };
  const { response } = await navigator.credentials.create({ publicKey });
  return { client_data: textOf(response.clientDataJSON), attestation: textOf(response.attestationObject) };
}

document.querySelectorAll("form[data-passkey]").forEach((form) => {
  const says = form.querySelector("[data-passkey-says]");
  const tell = (words) => { says.textContent = words; says.hidden = !words; };
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    tell("");
    if (!window.PublicKeyCredential) { tell(says.dataset.none); return; }
    const button = form.querySelector("button[type=submit]");
    button.disabled = true;
    try {
      const offer = await offerOf(form);
      const given = form.dataset.passkey === "make" ? await make(offer) : await sign(offer);
      for (const [name, value] of Object.entries({ challenge: offer.challenge, ...given })) form.elements.namedItem(name).value = value;
      form.submit();
    } catch (error) {
      // What the browser says of a ceremony that was broken off is meant for programmers.
      tell(error instanceof DOMException ? says.dataset.failed : `${says.dataset.failed} ${error.message}`);
      button.disabled = false;
    }
  });
});
