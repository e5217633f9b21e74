# Le tableau.
board-title = Tableau
board-no-lines = Aucune ligne pour l’instant. Une relation se confirme en lisant une phrase à haute voix, puis les deux parties signent une charte : voir Administration.
level = Niveau
evidence = Sur quoi cela repose
evidence-signed = (signé par cette partie)
evidence-inferred = (déduit ici)
bearers = Supports
round-trip = aller-retour { $ms } ms
no-bearer = Aucun n’est établi.
last-heard = Entendu en dernier :
watch-here = De veille ici
post-unattended = sans veilleur
take-watch = Prendre la veille
holds-of-ours = détient { $held } de nos { $all } entrées
waiting = Ce qui attend qui
nothing-waits = Rien n’attend.
post-attended = veillé
watch-signed = Tel qu’il l’a signé
alarms-more = { $count ->
    [one] Une autre alarme : la voir.
   *[other] { $count } autres alarmes : les voir.
}
board-no-line = Aucune ligne que vous puissiez consulter
relation = Relation
charter = Charte
charter-has-signed = a signé
charter-has-not-signed = n’a pas encore signé
nothing-rings = Rien ne sonne.
awaited-of = On attend de { $party } :
awaited-more = { $count ->
    [one] et encore un
   *[other] et encore { $count }
}
handover-offered = { $from } propose la veille à { $to } :
