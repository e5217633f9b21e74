# Passkeys: signing in, and signing what is released.
passkeys = Passkeys
passkeys-hint = With a passkey you sign in without a link, and sign what you release: the authenticator signs the hash of exactly what goes. From your first passkey on nothing is released in your name at this console without it.
passkeys-none = You have no passkey yet.
passkeys-officers = Passkeys belong to officers. Whoever administers this machine signs in by a one-time link.
passkey-make = Make a passkey
passkey-make-hint = Within 15 minutes of signing in. The authenticator asks for its PIN, your finger or your face; none of that leaves it.
passkey-label = Name of the device
passkey-made = Made
passkey-used = Last used
passkey-never = Never
passkey-copies = Copies
passkey-portable = Its maker may copy it to the owner’s other devices
passkey-bound = It stays on this device
passkey-remove = Remove
passkey-sign-in = Sign in with a passkey
passkey-none = You have no passkey: this goes by your word alone.
passkey-signs = { $count ->
    [one] Your passkey signs the hash of this entry:
   *[other] Your passkey signs the hash of these { $count } entries:
}
passkey-release = Sign with the passkey and release
passkey-script = Passkeys need JavaScript, and a browser that knows them.
passkey-failed = The passkey has not signed. Nothing was done; try again.
