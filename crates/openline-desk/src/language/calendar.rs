//! Words of the calendar and the clock, per language; in the patterns of [`super::phrase`].

use super::Language;

/// The words that dates and times are written with.
pub(super) struct Calendar {
    /// Names of months.
    pub(super) months: &'static str,
    /// Names and short forms of months that count beside a day only, since they are other words too.
    pub(super) months_by_day: &'static str,
    /// Words that may stand between day, month and year.
    pub(super) links: &'static [&'static str],
    /// What a day's number may end with: first, 3rd.
    pub(super) ordinals: &'static [&'static str],
    /// Days of the week.
    pub(super) weekdays: &'static [&'static str],
    /// What may stand before a day of the week.
    pub(super) which: &'static [&'static str],
    /// Days that depend on when they are read.
    pub(super) relative: &'static [&'static str],
    /// Hours of the day in words, which a zone makes clear.
    pub(super) hours: &'static [&'static str],
    /// Hours that depend on when they are read, or may be of two days.
    pub(super) unclear: &'static [&'static str],
    /// What a zone is named with, before or after a time.
    pub(super) zones: &'static [&'static str],
    /// Local time, without saying whose.
    pub(super) local: &'static [&'static str],
    /// Words, as they are written, that make an hour of a number with a unit after it; without any, the unit alone does.
    pub(super) at: &'static [&'static str],
    /// Words that make the number before them a time: morning and afternoon.
    pub(super) halves: &'static [&'static str],
    /// Units that make the number before them an hour.
    pub(super) units: &'static [&'static str],
}

impl Calendar {
    /// The words of a language, where they are known.
    pub(super) fn of(language: Language) -> &'static Self {
        match language {
            Language::English => &ENGLISH,
            Language::French => &FRENCH,
            Language::Spanish => &SPANISH,
            Language::Russian => &RUSSIAN,
            Language::Chinese => &CHINESE,
            Language::Arabic => &ARABIC,
            Language::Other => &UNKNOWN,
        }
    }
}

static ENGLISH: Calendar = Calendar {
    months: "january/february/april/june/july/august/september/october/november/december",
    months_by_day: "march/may/jan/feb/mar/apr/jun/jul/aug/sep/sept/oct/nov/dec",
    links: &["of", "the"],
    ordinals: &["st", "nd", "rd", "th"],
    weekdays: &["monday/tuesday/wednesday/thursday/friday/saturday/sunday"],
    which: &["next", "this", "last", "coming"],
    relative: &[
        "today",
        "tomorrow",
        "yesterday",
        "the day after tomorrow",
        "the day before yesterday",
        "next/this/last/coming week/weekend/month/quarter/year",
        "in the next/coming few days/weeks",
        "in the coming days/weeks",
        "a fortnight",
        "_ days/weeks ago",
        "end of the week/month/year",
        "the other day",
    ],
    hours: &["noon", "midday"],
    unclear: &[
        "midnight",
        "tonight",
        "this morning/afternoon/evening",
        "last night",
        "end of business",
        "close of business",
        "end of the day",
        "first light",
    ],
    zones: &["_ time"],
    local: &[
        "local time",
        "our/your time",
        "the same time",
        "this/that/any/next/short/some time",
    ],
    at: &["at"],
    halves: &["am/pm", "a m", "p m", "o clock"],
    units: &["hours/hrs"],
};

static FRENCH: Calendar = Calendar {
    months: "janvier/fevrier/avril/mai/juin/juillet/aout/septembre/octobre/novembre/decembre",
    months_by_day: "mars/janv/fevr/avr/juil/sept/oct/nov/dec",
    links: &["de", "du"],
    ordinals: &["er"],
    weekdays: &["lundi/mardi/mercredi/jeudi/vendredi/samedi/dimanche"],
    which: &["ce", "le"],
    relative: &[
        "aujourd hui",
        "demain",
        "apres demain",
        "hier",
        "avant hier",
        "la semaine prochaine/derniere",
        "le mois prochain/dernier",
        "l an prochain/dernier",
        "l annee prochaine/derniere",
        "cette semaine",
        "ce mois",
        "sous huitaine",
        "sous quinzaine",
        "fin de semaine/mois",
    ],
    hours: &["midi"],
    unclear: &[
        "minuit",
        "ce soir",
        "ce matin",
        "cet apres midi",
        "cette nuit",
        "la nuit derniere",
    ],
    zones: &["heure de", "heure d"],
    local: &["heure locale", "heures locales"],
    at: &["à", "vers", "dès"],
    halves: &[],
    units: &["h/heure/heures"],
};

static SPANISH: Calendar = Calendar {
    months: "enero/febrero/marzo/abril/mayo/junio/julio/agosto/septiembre/setiembre/octubre/noviembre/diciembre",
    months_by_day: "ene/feb/abr/jun/jul/ago/sept/oct/nov/dic",
    links: &["de", "del"],
    ordinals: &[],
    weekdays: &["lunes/martes/miercoles/jueves/viernes/sabado/domingo"],
    which: &["el", "este", "proximo"],
    relative: &[
        "hoy",
        "mañana",
        "pasado mañana",
        "ayer",
        "anteayer",
        "la proxima semana",
        "la semana proxima/pasada",
        "la semana que viene",
        "el proximo mes",
        "el mes proximo/pasado",
        "el mes que viene",
        "el año proximo/pasado",
        "esta semana",
        "este mes",
        "a finales de semana/mes",
    ],
    hours: &["mediodia"],
    unclear: &["medianoche", "esta noche/tarde/mañana", "anoche"],
    zones: &["hora de", "hora del"],
    local: &["hora local", "horas locales"],
    at: &["las", "la"],
    halves: &["am/pm", "a m", "p m"],
    units: &["h/hora/horas"],
};

static RUSSIAN: Calendar = Calendar {
    months: "январь/января/январе/февраль/февраля/феврале/апрель/апреля/апреле/июнь/июня/июне/июль/июля/июле/август/августа/августе/сентябрь/сентября/сентябре/октябрь/октября/октябре/ноябрь/ноября/ноябре/декабрь/декабря/декабре",
    months_by_day: "март/марта/марте/май/мая/мае/янв/фев/апр/авг/сен/сент/окт/ноя/дек",
    links: &["го", "е"],
    ordinals: &["го", "е"],
    weekdays: &["понедельник*/вторник*/среду/четверг*/пятниц*/суббот*/воскресень*"],
    which: &["в", "во", "следующий", "следующую"],
    relative: &[
        "сегодня",
        "завтра",
        "послезавтра",
        "вчера",
        "позавчера",
        "на следующей/этой/прошлой неделе",
        "в следующем/этом/прошлом месяце/году",
        "на днях",
        "до конца недели/месяца/года",
    ],
    hours: &["полдень", "полудня"],
    unclear: &[
        "полночь",
        "полночи",
        "сегодня вечером/утром/ночью/днем",
        "вчера вечером/ночью",
        "завтра утром/вечером",
    ],
    zones: &[
        "московскому/киевскому/пекинскому/всемирному времени",
        "по времени _",
        "по гринвичу",
        "мск",
        "по _ времени",
    ],
    local: &[
        "местному времени",
        "местного времени",
        "по местному",
        "по нашему/вашему времени",
    ],
    at: &["в", "к"],
    halves: &["утра/вечера/дня/ночи"],
    units: &["часов/часа/час"],
};

static CHINESE: Calendar = Calendar {
    months: "",
    months_by_day: "",
    links: &[],
    ordinals: &[],
    weekdays: &[
        "星期一",
        "星期二",
        "星期三",
        "星期四",
        "星期五",
        "星期六",
        "星期日",
        "星期天",
        "周一",
        "周二",
        "周三",
        "周四",
        "周五",
        "周六",
        "周日",
    ],
    which: &["下", "本", "上", "这"],
    relative: &[
        "今天",
        "明天",
        "后天",
        "昨天",
        "前天",
        "今日",
        "明日",
        "昨日",
        "下周",
        "本周",
        "上周",
        "下个月",
        "下月",
        "本月",
        "上个月",
        "上月",
        "明年",
        "今年",
        "去年",
        "近日",
        "日前",
    ],
    hours: &[
        "中午",
        "正午",
        "上午 _ 点",
        "下午 _ 点",
        "早上 _ 点",
        "晚上 _ 点",
    ],
    unclear: &[
        "午夜", "半夜", "凌晨", "今晚", "今早", "今晨", "明晚", "明早", "昨晚", "傍晚",
    ],
    zones: &[
        "世界时",
        "协调世界时",
        "北京时间",
        "莫斯科时间",
        "格林尼治",
        "格林威治",
        "_ _ 时间",
    ],
    local: &["当地时间", "本地时间", "同一时间", "这段时间", "一段时间"],
    at: &[],
    halves: &[],
    units: &["时"],
};

static ARABIC: Calendar = Calendar {
    months: "يناير/فبراير/مارس/أبريل/ابريل/يونيو/يوليو/أغسطس/سبتمبر/أكتوبر/نوفمبر/ديسمبر/نيسان/حزيران/تموز/أيلول/شباط/آذار",
    months_by_day: "مايو/أيار/آب/كانون/تشرين",
    links: &["من", "في"],
    ordinals: &[],
    weekdays: &["الاثنين/الإثنين/الثلاثاء/الأربعاء/الخميس/الجمعة/السبت/الأحد"],
    which: &["يوم"],
    relative: &[
        "اليوم",
        "غدا",
        "بعد غد",
        "أمس",
        "أول أمس",
        "الأسبوع القادم/المقبل/الماضي",
        "الشهر القادم/المقبل/الماضي",
        "السنة/العام القادمة/المقبلة/الماضية/القادم/المقبل/الماضي",
        "هذا الأسبوع/الشهر",
    ],
    hours: &["ظهرا"],
    unclear: &[
        "منتصف الليل",
        "الليلة",
        "هذا المساء/الصباح",
        "مساء اليوم",
        "صباح اليوم",
        "ليلة أمس",
    ],
    zones: &["بتوقيت", "توقيت"],
    local: &["بالتوقيت المحلي", "التوقيت المحلي", "توقيت محلي"],
    at: &["الساعة"],
    halves: &["صباحا/مساء"],
    units: &[],
};

static UNKNOWN: Calendar = Calendar {
    months: "",
    months_by_day: "",
    links: &[],
    ordinals: &[],
    weekdays: &[],
    which: &[],
    relative: &[],
    hours: &[],
    unclear: &[],
    zones: &[],
    local: &[],
    at: &[],
    halves: &["am/pm"],
    units: &[],
};
