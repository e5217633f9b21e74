// An authenticator that the browser plays: what a security key or a phone would do, with whoever owns it in front.

/** Gives a window an authenticator; it answers by itself, as its owner would. */
export async function plug(page, options = {}) {
  const session = await page.context().newCDPSession(page);
  await session.send("WebAuthn.enable");
  const { authenticatorId } = await session.send("WebAuthn.addVirtualAuthenticator", {
    options: { protocol: "ctap2", transport: "internal", hasResidentKey: true, hasUserVerification: true, isUserVerified: true, automaticPresenceSimulation: true, ...options },
  });
  return {
    /** Whether its owner is recognised from now on. */
    recognise: (isUserVerified) => session.send("WebAuthn.setUserVerified", { authenticatorId, isUserVerified }),
    credentials: async () => (await session.send("WebAuthn.getCredentials", { authenticatorId })).credentials,
    /** Sets a credential's counter back, as a copy of it would be. */
    async setBack(credential) {
      await session.send("WebAuthn.removeCredential", { authenticatorId, credentialId: credential.credentialId });
      await session.send("WebAuthn.addCredential", { authenticatorId, credential: { ...credential, signCount: 0 } });
    },
    unplug: () => session.send("WebAuthn.removeVirtualAuthenticator", { authenticatorId }),
  };
}

/** Makes a passkey on the page of that name. */
export async function makePasskey(page, origin, label) {
  await page.goto(`${origin}/passkeys`);
  await page.locator('form[data-passkey="make"] input[name="label"]').fill(label);
  await page.locator('form[data-passkey="make"] button').click();
  await page.getByRole("rowheader", { name: label }).waitFor();
}
