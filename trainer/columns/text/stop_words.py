"""Words that come in any text, whatever it is about. Shipped beside exports; it needs the standard library alone."""

import re
from typing import Literal

Language = Literal["english", "chinese"]

WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


# Without the words that turn a sentence round: no, not, never, very, too.
ENGLISH = _words(
    """
    a about after again all also am an and any are as at be because been before being between both but by can
    could did do does doing down during each few for from further had has have having he her here hers herself him
    himself his how i if in into is it its itself just me more most my myself of off on once only or other our
    ours ourselves out over own same she should so some such than that the their theirs them themselves then there
    these they this those through to under until up was we were what when where which while who whom why will with
    would you your yours yourself yourselves i'm i've i'll i'd you're you've you'll you'd he's he'll he'd she's
    she'll she'd it's it'll we're we've we'll we'd they're they've they'll they'd that's there's here's what's
    who's let's
    """
)
CHINESE = _words(
    """
    的 了 着 过 地 得 和 与 及 或 而 且 但 但是 并 并且 而且 以及 因为 所以 因此 如果 虽然 然而 于是 则 即 就 也
    又 还 都 在 从 到 向 往 对 对于 关于 由 由于 被 把 将 给 让 使 以 为 为了 于 按照 根据 通过 随着 我 你 您 他
    她 它 我们 你们 您们 他们 她们 它们 咱们 自己 大家 人家 这 那 这个 那个 这些 那些 这样 那样 这里 那里 这儿
    那儿 这种 那种 此 该 其 其中 各 每 某 某些 是 有 会 能 能够 可以 要 应 应该 什么 怎么 怎样 哪 哪个 哪些 哪里
    谁 多少 几 啊 吧 呢 吗 嘛 呀 哦 嗯 哎 呵呵 哈哈 之 所 等 等等 一个 一些 一下 一样 一种 个 些
    """
)
# Longer words with one of these in them that mean something: what is matched longest stays whole.
CHINESE_KEPT = _words(
    """
    的确 了解 了不起 着急 着火 过程 过去 过年 过敏 地方 地址 地区 地图 地铁 地板 得到 得意 和平 和谐 和气 与众不同
    及时 及格 并列 就业 就医 还款 还钱 都市 在乎 在意 从容 从前 到达 到位 到期 向导 往往 对比 对方 对错 对话 由来
    被子 把握 将来 给力 让步 使用 使劲 以前 以后 以为 以上 以下 为难 于心 我行我素 他人 是非 有趣 有名 有效 有害
    有毒 有意思 有用 有点 有限 会议 会员 会计 能力 能量 能干 要求 要紧 要命 应用 应付 应急 所有 所谓 等待 等级
    等候 等于 等了 个性 个人 个子 个体 目的 标的 现在 存在 实在 自在 内在 不在 不过 经过 超过 难过 不得 觉得 值得
    获得 记得 取得 当地 本地 各地 外地 除了 是否 不是 没有 只有 拥有 具有 不会 机会 社会 体会 不能 可能 功能 性能
    智能 需要 重要 主要 不要 不对 不就 每天 每次 各种 之前 之后 该死 其实 其他 其它 几乎 此时
    """
)
STOP_WORDS = frozenset([*ENGLISH, *(word.replace("'", "’") for word in ENGLISH), *CHINESE])
