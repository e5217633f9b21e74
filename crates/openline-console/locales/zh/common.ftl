# 每个页面周围的内容。
skip = 跳到正文
ways = 页面
lines = 线路
line-pages = 本线路的页面
to-board = 总览
to-drafts = 草稿
to-watch = 值班
to-bearers = 传输通道
to-search = 搜索
to-administration = 管理
line-messages = 电文
line-topics = 议题
line-texts = 文本
line-encounters = 会晤
line-slots = 日期
line-readouts = 通报
line-history = 往来史
line-glossary = 术语表
line-health = 测试
line-record = 记录

language = 语言
theme = 外观
theme-system = 跟随系统
theme-light = 浅色
theme-dark = 深色
choose = 应用
sign-in = 登录
administrator-here = 本机管理员
sign-out = 退出

clocks = 时钟
clock-utc = UTC
clock-ours = 本地

ago = { $length }前
in-time = { $length }后
length-seconds = { $count } 秒
length-minutes = { $count } 分钟
length-hours = { $count } 小时
length-days = { $count } 天
date-short = { $month }{ $day }日 { $weekday }
date = { $year }年{ $month }{ $day }日 { $weekday }
weekday-1 = 周一
weekday-2 = 周二
weekday-3 = 周三
weekday-4 = 周四
weekday-5 = 周五
weekday-6 = 周六
weekday-7 = 周日
month-1 = 1月
month-2 = 2月
month-3 = 3月
month-4 = 4月
month-5 = 5月
month-6 = 6月
month-7 = 7月
month-8 = 8月
month-9 = 9月
month-10 = 10月
month-11 = 11月
month-12 = 12月

yes = 是
no = 否
since = 自

live-lost = 与节点的连接已断开：本页可能不是最新的。正在重试。
live-ended = 会话已结束：本页不再更新。

alarms = 警报
alarms-count = { $count ->
    [0] 所有警报均已静音
   *[other] { $count } 个警报正在响
}
alarm-since = 自
alarm-calls = 呼叫：
alarm-offers = 可转至：
alarm-look = 查看
alarm-silence = 静音
alarm-silence-for = 时长
alarm-silenced = 静音至
sound-on = 声音已开
sound-off = 声音已关：按此以便听到警报

done = 已完成：{ $act }。
done-place = 条目为 { $place }。

failed-title = 未执行
failed-code = 代码：
failed-not-allowed = 请找具有该职责的人员或管理员。
failed-needs-others = 请句中所列人员各尽其责。
failed-conflict = 请查看现状，再作决定。
failed-unusable = 请返回，按句中所述形式填写。
failed-not-found = 请对照本控制台的列表核对名称。
failed-unavailable = 请排除句中所述故障，或等待后重试。
failed-unmarked = 请重新打开页面，再次提交表单。
failed-rule = 违反了记录的一条规则：请更正。规范说明了要求。

signed-out-title = 您已退出
signed-out-words = 会话已结束；所提交的内容均未执行。请登录后重新提交。

sign-in-title = 登录
sign-in-link = 在节点所在的机器上，运行下列命令之一即可得到一个链接，15 分钟内有效，只能打开一次。
link-title = 一次性链接
link-words = 此链接可让您在本浏览器登录一次。
link-button = 登录
too-many-title = 错误尝试过多
too-many-words = { $length }后可再试。

review-words = 以下内容将原样记入记录。尚未发出任何内容。
review-readers = 可阅读者：
review-go = 发出
review-back = 返回，不发出
secret-words = 此链接 15 分钟内有效，只能打开一次。只交给该人员本人。
secret-back = 返回
stands-still = { $time } UTC 时的情况。没有 JavaScript，本页不会自行更新，也不能发出警报：请重新加载。
