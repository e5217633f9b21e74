# Табло.
board-title = Табло
board-no-lines = Линий пока нет. Отношения подтверждаются чтением фразы вслух, затем обе стороны подписывают устав: см. «Управление».
level = Уровень
evidence = На чём это основано
evidence-signed = (подписано той стороной)
evidence-inferred = (выведено здесь)
bearers = Каналы
round-trip = оборот { $ms } мс
no-bearer = Ни один не действует.
last-heard = Последний раз слышали:
watch-here = Дежурят здесь
post-unattended = без дежурного
take-watch = Принять дежурство
holds-of-ours = хранит { $held } из наших { $all } записей
waiting = Что кого ждёт
nothing-waits = Ничто не ждёт.
post-attended = дежурят
watch-signed = Как подписано ею
alarms-more = { $count ->
    [one] Ещё { $count } тревога: посмотреть.
    [few] Ещё { $count } тревоги: посмотреть.
    [many] Ещё { $count } тревог: посмотреть.
   *[other] Ещё { $count } тревоги: посмотреть.
}
board-no-line = Нет линии, которую вы можете смотреть
relation = Отношения
charter = Устав
charter-has-signed = подписал(а)
charter-has-not-signed = ещё не подписал(а)
nothing-rings = Сигналов тревоги нет.
awaited-of = Ожидается от { $party }:
awaited-more = { $count ->
    [one] и ещё { $count }
   *[other] и ещё { $count }
}
handover-offered = { $from } предлагает сдать дежурство; принять его должен { $to }:
