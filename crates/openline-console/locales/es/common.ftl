# Lo que rodea cada página.
skip = Ir al contenido
ways = Páginas
lines = Líneas
line-pages = Páginas de esta línea
to-board = Tablero
to-drafts = Borradores
to-watch = Guardia
to-bearers = Portadores
to-search = Búsqueda
to-administration = Administración
line-messages = Mensajes
line-topics = Temas
line-texts = Textos
line-encounters = Encuentros
line-slots = Fechas
line-readouts = Relaciones
line-history = Historia
line-glossary = Glosario
line-health = Pruebas
line-record = Registro

language = Idioma
theme = Apariencia
theme-system = Como el sistema
theme-light = Clara
theme-dark = Oscura
choose = Aplicar
sign-in = Entrar
administrator-here = el administrador de esta máquina
sign-out = Salir

clocks = Relojes
clock-utc = UTC
clock-ours = Aquí

ago = hace { $length }
in-time = en { $length }
length-seconds = { $count } s
length-minutes = { $count } min
length-hours = { $count } h
length-days = { $count ->
    [one] { $count } día
   *[other] { $count } días
}
date-short = { $weekday } { $day } de { $month }
date = { $weekday } { $day } de { $month } de { $year }
weekday-1 = lun
weekday-2 = mar
weekday-3 = mié
weekday-4 = jue
weekday-5 = vie
weekday-6 = sáb
weekday-7 = dom
month-1 = enero
month-2 = febrero
month-3 = marzo
month-4 = abril
month-5 = mayo
month-6 = junio
month-7 = julio
month-8 = agosto
month-9 = septiembre
month-10 = octubre
month-11 = noviembre
month-12 = diciembre

yes = sí
no = no
since = desde

live-lost = Se perdió la conexión con el nodo: esta página puede estar anticuada. Se vuelve a intentar.
live-ended = La sesión ha terminado: esta página ya no se actualiza.

alarms = Alarmas
alarms-count = { $count ->
    [0] Todas las alarmas están silenciadas
    [one] Suena { $count } alarma
   *[other] Suenan { $count } alarmas
}
alarm-since = Desde
alarm-calls = Llama a:
alarm-offers = Puede llevarse a:
alarm-look = Ver
alarm-silence = Silenciar
alarm-silence-for = durante
alarm-silenced = Silenciada hasta
sound-on = El sonido está activado
sound-off = El sonido está apagado: pulse para oír las alarmas

done = Hecho: { $act }.
done-place = Es la entrada { $place }.

failed-title = Esto no se hizo
failed-code = Código:
failed-not-allowed = Acuda a un oficial que tenga la función, o a un administrador.
failed-needs-others = Que las personas nombradas hagan su parte.
failed-conflict = Mire lo que hay y decida.
failed-unusable = Vuelva y délo en la forma que se indica.
failed-not-found = Compruebe el nombre en las listas de esta consola.
failed-unavailable = Remedie lo que se nombra, o espere, y vuelva a intentarlo.
failed-unmarked = Abra de nuevo la página y envíe otra vez el formulario.
failed-rule = Se infringe una regla del registro: corríjalo. La especificación dice lo que pide.

signed-out-title = Ha salido
signed-out-words = La sesión ha terminado; nada de lo enviado se hizo. Entre y envíelo de nuevo.

sign-in-title = Entrar
sign-in-link = En la máquina del nodo, una de estas órdenes da un enlace que se abre una vez, en 15 minutos.
link-title = Enlace de un solo uso
link-words = Este enlace le permite entrar una vez, en este navegador.
link-button = Entrar
too-many-title = Demasiados intentos erróneos
too-many-words = El próximo intento, en { $length }.

review-words = Esto es exactamente lo que irá al registro. Aún no se ha emitido nada.
review-readers = Quién podrá leerlo:
review-go = Emitir
review-back = Volver, no emitir nada
secret-words = Este enlace se abre una vez, en 15 minutos. Déselo solo al oficial.
secret-back = Volver
stands-still = Tal como estaba a las { $time } UTC. Sin JavaScript esta página no cambia por sí sola ni puede sonar: vuelva a cargarla.
