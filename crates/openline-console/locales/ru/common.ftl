# То, что окружает каждую страницу.
skip = К содержанию
ways = Страницы
lines = Линии
line-pages = Страницы этой линии
to-board = Табло
to-drafts = Проекты
to-watch = Дежурство
to-bearers = Каналы
to-search = Поиск
to-administration = Управление
line-messages = Сообщения
line-topics = Темы
line-texts = Тексты
line-encounters = Встречи
line-slots = Даты
line-readouts = Изложения
line-history = История
line-glossary = Глоссарий
line-health = Проверки
line-record = Запись

language = Язык
theme = Вид
theme-system = Как в системе
theme-light = Светлый
theme-dark = Тёмный
choose = Применить
sign-in = Войти
administrator-here = администратор этой машины
sign-out = Выйти

clocks = Часы
clock-utc = UTC
clock-ours = Здесь

ago = { $length } назад
in-time = через { $length }
length-seconds = { $count } с
length-minutes = { $count } мин
length-hours = { $count } ч
length-days = { $count ->
    [one] { $count } день
    [few] { $count } дня
   *[other] { $count } дней
}
date-short = { $weekday }, { $day } { $month }
date = { $weekday }, { $day } { $month } { $year }
weekday-1 = пн
weekday-2 = вт
weekday-3 = ср
weekday-4 = чт
weekday-5 = пт
weekday-6 = сб
weekday-7 = вс
month-1 = января
month-2 = февраля
month-3 = марта
month-4 = апреля
month-5 = мая
month-6 = июня
month-7 = июля
month-8 = августа
month-9 = сентября
month-10 = октября
month-11 = ноября
month-12 = декабря

yes = да
no = нет
since = с

live-lost = Связь с узлом потеряна: страница может быть устаревшей. Повторяем попытку.
live-ended = Сеанс завершён: страница больше не обновляется.

alarms = Сигналы тревоги
alarms-count = { $count ->
    [0] Все сигналы приглушены
    [one] Звучит { $count } сигнал
    [few] Звучат { $count } сигнала
   *[other] Звучат { $count } сигналов
}
alarm-since = С
alarm-calls = Вызывает:
alarm-offers = Можно передать на:
alarm-look = Посмотреть
alarm-silence = Приглушить
alarm-silence-for = на
alarm-silenced = Приглушено до
sound-on = Звук включён
sound-off = Звук выключен: нажмите, чтобы слышать сигналы

done = Сделано: { $act }.
done-place = Это запись { $place }.

failed-title = Не выполнено
failed-code = Код:
failed-not-allowed = Обратитесь к сотруднику с этой ролью или к администратору.
failed-needs-others = Пусть названные лица сделают свою часть.
failed-conflict = Посмотрите, что уже есть, и решите.
failed-unusable = Вернитесь и укажите в той форме, о которой сказано.
failed-not-found = Сверьте имя со списками этого пульта.
failed-unavailable = Устраните названное или подождите и попробуйте снова.
failed-unmarked = Откройте страницу заново и отправьте форму ещё раз.
failed-rule = Нарушено правило записи: исправьте. Чего оно требует, сказано в спецификации.

signed-out-title = Вы вышли
signed-out-words = Сеанс завершён; из отправленного ничего не сделано. Войдите и отправьте снова.

sign-in-title = Вход
sign-in-link = На машине узла одна из этих команд выдаёт ссылку, которая открывается один раз в течение 15 минут.
link-title = Одноразовая ссылка
link-words = Эта ссылка впускает вас один раз, в этом браузере.
link-button = Войти
too-many-title = Слишком много неверных попыток
too-many-words = Следующая попытка через { $length }.

review-words = Именно это будет внесено в запись. Пока ничего не выпущено.
review-readers = Кто сможет это прочесть:
review-go = Выпустить
review-back = Назад, ничего не выпускать
secret-words = Ссылка открывается один раз в течение 15 минут. Передайте её только этому сотруднику.
secret-back = Назад
stands-still = По состоянию на { $time } UTC. Без JavaScript эта страница сама не меняется и не звонит: загрузите её снова.
