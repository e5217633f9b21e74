# Clés d’accès : ouvrir une session, et signer ce qui part.
passkeys = Clés d’accès
passkeys-hint = Avec une clé d’accès, vous ouvrez une session sans lien et signez ce que vous émettez : l’authentificateur signe l’empreinte de ce qui part, exactement. Dès votre première clé, rien ne part en votre nom de cette console sans elle.
passkeys-none = Vous n’avez pas encore de clé d’accès.
passkeys-officers = Les clés d’accès appartiennent aux officiers. Qui administre cette machine ouvre une session par un lien à usage unique.
passkey-make = Créer une clé d’accès
passkey-make-hint = Dans les 15 minutes qui suivent l’ouverture de la session. L’authentificateur demande son code, votre doigt ou votre visage ; rien de cela n’en sort.
passkey-label = Nom de l’appareil
passkey-made = Créée
passkey-used = Dernier emploi
passkey-never = Jamais
passkey-copies = Copies
passkey-portable = Son fabricant peut la copier sur d’autres appareils de son propriétaire
passkey-bound = Elle reste sur cet appareil
passkey-remove = Retirer
passkey-sign-in = Ouvrir une session avec une clé d’accès
passkey-none = Vous n’avez pas de clé d’accès : ceci part sur votre seule parole.
passkey-signs = { $count ->
    [one] Votre clé d’accès signe l’empreinte de cette entrée :
   *[other] Votre clé d’accès signe l’empreinte de ces { $count } entrées :
}
passkey-release = Signer avec la clé d’accès et émettre
passkey-script = Les clés d’accès demandent JavaScript, et un navigateur qui les connaît.
passkey-failed = La clé d’accès n’a pas signé. Rien n’a été fait ; essayez encore.
