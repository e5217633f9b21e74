# 总览。
board-title = 总览
board-no-lines = 尚无线路。先朗读短语确认关系，再由双方签署章程：见“管理”。
level = 级别
evidence = 依据
evidence-signed = （该方已签署）
evidence-inferred = （本方推断）
bearers = 传输通道
round-trip = 往返 { $ms } 毫秒
no-bearer = 无可用通道。
last-heard = 最近收到：
watch-here = 我方值班
post-unattended = 无人值守
take-watch = 接班
holds-of-ours = 持有我方 { $all } 条中的 { $held } 条
waiting = 谁在等谁
nothing-waits = 无待办事项。
post-attended = 有人值守
watch-signed = 对方签署于
alarms-more = { $count ->
   *[other] 还有 { $count } 条警报：查看。
}
board-no-line = 没有您可查看的线路
relation = 关系
charter = 章程
charter-has-signed = 已签署
charter-has-not-signed = 尚未签署
nothing-rings = 没有警报。
awaited-of = 等待{ $party }：
awaited-more = { $count ->
   *[other] 另有 { $count } 项
}
handover-offered = { $from } 请 { $to } 接班：
