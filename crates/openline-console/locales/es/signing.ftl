# Llaves de acceso: iniciar sesión, y firmar lo que se envía.
passkeys = Llaves de acceso
passkeys-hint = Con una llave de acceso inicia sesión sin enlace y firma lo que emite: el autenticador firma la huella de exactamente lo que sale. Desde su primera llave nada sale en su nombre de esta consola sin ella.
passkeys-none = Todavía no tiene ninguna llave de acceso.
passkeys-officers = Las llaves de acceso pertenecen a los oficiales. Quien administra esta máquina inicia sesión con un enlace de un solo uso.
passkey-make = Crear una llave de acceso
passkey-make-hint = Dentro de los 15 minutos tras iniciar sesión. El autenticador pide su PIN, su dedo o su rostro; nada de eso sale de él.
passkey-label = Nombre del dispositivo
passkey-made = Creada
passkey-used = Último uso
passkey-never = Nunca
passkey-copies = Copias
passkey-portable = Su fabricante puede copiarla a otros dispositivos del dueño
passkey-bound = Se queda en este dispositivo
passkey-remove = Retirar
passkey-sign-in = Iniciar sesión con una llave de acceso
passkey-none = No tiene llave de acceso: esto sale solo con su palabra.
passkey-signs = { $count ->
    [one] Su llave de acceso firma la huella de esta entrada:
   *[other] Su llave de acceso firma la huella de estas { $count } entradas:
}
passkey-release = Firmar con la llave de acceso y emitir
passkey-script = Las llaves de acceso necesitan JavaScript, y un navegador que las conozca.
passkey-failed = La llave de acceso no ha firmado. No se hizo nada; inténtelo de nuevo.
