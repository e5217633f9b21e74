# 通行密钥：登录，并签署所要发出的内容。
passkeys = 通行密钥
passkeys-hint = 有了通行密钥，您无需链接即可登录，并签署您发出的内容：认证器签署的正是所要发出内容的哈希值。自您的第一把通行密钥起，没有它，本控制台不会以您的名义发出任何内容。
passkeys-none = 您还没有通行密钥。
passkeys-officers = 通行密钥属于值班人员等官员。本机管理员以一次性链接登录。
passkey-make = 创建通行密钥
passkey-make-hint = 须在登录后 15 分钟之内。认证器会要求其 PIN 码、您的指纹或面容；这些都不会离开认证器。
passkey-label = 设备名称
passkey-made = 创建于
passkey-used = 上次使用
passkey-never = 从未
passkey-copies = 副本
passkey-portable = 制造商可将其复制到所有者的其他设备
passkey-bound = 只留在此设备上
passkey-remove = 移除
passkey-sign-in = 用通行密钥登录
passkey-none = 您没有通行密钥：此项仅凭您的确认发出。
passkey-signs = { $count ->
   *[other] 您的通行密钥将签署这 { $count } 条记录的哈希值：
}
passkey-release = 用通行密钥签署并发出
passkey-script = 通行密钥需要 JavaScript，以及支持它的浏览器。
passkey-failed = 通行密钥未签署。什么都没有做；请重试。
