# ما يحيط بكل صفحة.
skip = إلى المحتوى
ways = الصفحات
lines = الخطوط
line-pages = صفحات هذا الخط
to-board = اللوحة
to-drafts = المسودات
to-watch = المناوبة
to-bearers = الحوامل
to-search = البحث
to-administration = الإدارة
line-messages = الرسائل
line-topics = المواضيع
line-texts = النصوص
line-encounters = اللقاءات
line-slots = المواعيد
line-readouts = البيانات
line-history = التاريخ
line-glossary = المسرد
line-health = الاختبارات
line-record = السجل

language = اللغة
theme = المظهر
theme-system = كالنظام
theme-light = فاتح
theme-dark = داكن
choose = تطبيق
sign-in = الدخول
administrator-here = مدير هذه الآلة
sign-out = الخروج

clocks = الساعات
clock-utc = UTC
clock-ours = هنا

ago = قبل { $length }
in-time = بعد { $length }
length-seconds = { $count } ث
length-minutes = { $count } د
length-hours = { $count } س
length-days = { $count ->
    [one] يوم { $count }
    [two] يومان ({ $count })
    [few] { $count } أيام
   *[other] { $count } يومًا
}
date-short = { $weekday } { $day } { $month }
date = { $weekday } { $day } { $month } { $year }
weekday-1 = الاثنين
weekday-2 = الثلاثاء
weekday-3 = الأربعاء
weekday-4 = الخميس
weekday-5 = الجمعة
weekday-6 = السبت
weekday-7 = الأحد
month-1 = يناير
month-2 = فبراير
month-3 = مارس
month-4 = أبريل
month-5 = مايو
month-6 = يونيو
month-7 = يوليو
month-8 = أغسطس
month-9 = سبتمبر
month-10 = أكتوبر
month-11 = نوفمبر
month-12 = ديسمبر

yes = نعم
no = لا
since = منذ

live-lost = انقطع الاتصال بالعقدة: قد تكون هذه الصفحة قديمة. تجري المحاولة من جديد.
live-ended = انتهت الجلسة: لم تعد هذه الصفحة تُحدَّث.

alarms = الإنذارات
alarms-count = { $count ->
    [0] كل الإنذارات صامتة
    [one] إنذار { $count } يرن
    [two] إنذاران ({ $count }) يرنان
    [few] { $count } إنذارات ترن
   *[other] { $count } إنذارًا يرن
}
alarm-since = منذ
alarm-calls = ينادي:
alarm-offers = يمكن رفعه إلى:
alarm-look = انظر
alarm-silence = إسكات
alarm-silence-for = لمدة
alarm-silenced = صامت حتى
sound-on = الصوت يعمل
sound-off = الصوت متوقف: اضغط لتسمع الإنذارات

done = تم: { $act }.
done-place = وهو القيد { $place }.

failed-title = لم يُنفَّذ هذا
failed-code = الرمز:
failed-not-allowed = راجع موظفًا له هذا الدور أو مديرًا.
failed-needs-others = ليقم الأشخاص المذكورون بدورهم.
failed-conflict = انظر ما هو قائم ثم قرر.
failed-unusable = ارجع وأعطه بالشكل المذكور.
failed-not-found = تحقق من الاسم في قوائم هذه اللوحة.
failed-unavailable = أصلح ما ذُكر أو انتظر ثم حاول ثانية.
failed-unmarked = افتح الصفحة من جديد وأرسل النموذج مرة أخرى.
failed-rule = خُرقت قاعدة من قواعد السجل: صحّح. والمواصفة تقول ما تطلبه.

signed-out-title = أنت خارج الجلسة
signed-out-words = انتهت الجلسة ولم يُنفَّذ شيء مما أُرسل. ادخل وأرسله ثانية.

sign-in-title = الدخول
sign-in-link = على جهاز العقدة يعطي أحد هذين الأمرين رابطًا يُفتح مرة واحدة خلال 15 دقيقة.
link-title = رابط لمرة واحدة
link-words = هذا الرابط يدخلك مرة واحدة في هذا المتصفح.
link-button = دخول
too-many-title = محاولات خاطئة كثيرة
too-many-words = المحاولة التالية بعد { $length }.

review-words = هذا بالضبط ما سيدخل السجل. لم يصدر شيء بعد.
review-readers = من يستطيع قراءته:
review-go = إصدار
review-back = رجوع دون إصدار
secret-words = يُفتح هذا الرابط مرة واحدة خلال 15 دقيقة. لا تعطه إلا للموظف نفسه.
secret-back = رجوع
stands-still = كما كان الحال في { $time } UTC. بلا JavaScript لا تتغير هذه الصفحة من تلقاء نفسها ولا ترن: أعد تحميلها.
