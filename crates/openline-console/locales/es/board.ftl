# El tablero.
board-title = Tablero
board-no-lines = Aún no hay líneas. Una relación se confirma leyendo una frase en voz alta; luego ambas partes firman una carta: véase Administración.
level = Nivel
evidence = En qué se basa
evidence-signed = (firmado por esa parte)
evidence-inferred = (inferido aquí)
bearers = Portadores
round-trip = ida y vuelta { $ms } ms
no-bearer = Ninguno está en pie.
last-heard = Oído por última vez:
watch-here = De guardia aquí
post-unattended = sin atender
take-watch = Tomar la guardia
holds-of-ours = tiene { $held } de nuestras { $all } entradas
waiting = Qué espera a quién
nothing-waits = Nada espera.
post-attended = atendido
watch-signed = Según lo firmó
alarms-more = { $count ->
    [one] Una alarma más: verla.
   *[other] { $count } alarmas más: verlas.
}
board-no-line = Ninguna línea que usted pueda consultar
relation = Relación
charter = Carta
charter-has-signed = ha firmado
charter-has-not-signed = aún no ha firmado
nothing-rings = Nada suena.
awaited-of = Se espera de { $party }:
awaited-more = { $count ->
    [one] y uno más
   *[other] y { $count } más
}
handover-offered = { $from } ofrece la guardia a { $to }:
