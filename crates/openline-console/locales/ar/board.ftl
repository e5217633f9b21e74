# اللوحة.
board-title = اللوحة
board-no-lines = لا خطوط بعد. تُؤكَّد العلاقة بقراءة عبارة جهرًا ثم يوقّع الطرفان ميثاقًا: انظر الإدارة.
level = المستوى
evidence = على ماذا يستند
evidence-signed = (وقّعه ذلك الطرف)
evidence-inferred = (مستنتج هنا)
bearers = الحوامل
round-trip = ذهاب وإياب { $ms } م‌ث
no-bearer = لا حامل قائم.
last-heard = آخر سماع:
watch-here = المناوب هنا
post-unattended = بلا مناوب
take-watch = تسلّم المناوبة
holds-of-ours = لديه { $held } من قيودنا البالغة { $all }
waiting = ما ينتظر ومن ينتظر
nothing-waits = لا شيء ينتظر.
post-attended = فيه مناوب
watch-signed = كما وقّع في
alarms-more = { $count ->
    [zero] لا إنذار غيرها ({ $count }).
    [one] إنذار آخر: عرضه.
    [two] إنذاران آخران: عرضهما.
    [few] { $count } إنذارات أخرى: عرضها.
    [many] { $count } إنذارًا آخر: عرضها.
   *[other] { $count } إنذار آخر: عرضها.
}
board-no-line = لا خط يجوز لك الاطلاع عليه
relation = العلاقة
charter = الميثاق
charter-has-signed = وقّع
charter-has-not-signed = لم يوقّع بعد
nothing-rings = لا شيء يرن.
awaited-of = يُنتظر من { $party }:
awaited-more = { $count ->
    [one] وواحد آخر
    [two] واثنان آخران
   *[other] و{ $count } غير ذلك
}
handover-offered = { $from } يعرض المناوبة على { $to }:
