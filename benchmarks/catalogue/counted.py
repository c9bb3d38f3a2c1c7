"""Lectures made by counting: titles, names, slides and speech like those of lawyers, the same every time. Nobody real.

Words that `benchmarks/search/queries.toml` looks for stand in the speech of many of them: a search has to choose.
"""

from dataclasses import dataclass
from random import Random

_SURNAMES = "黄李梁农陆韦覃莫蒙岑罗石林周方唐潘顾沈何杜王张刘陈杨赵吴徐孙"
_GIVEN = (
    "文斌",
    "玉兰",
    "小龙",
    "美玲",
    "国庆",
    "建华",
    "晓东",
    "明芳",
    "志远",
    "海燕",
    "春生",
    "红梅",
    "少华",
    "静雯",
    "思远",
)

# By field: of what lectures are, and of what is spoken in them.
SUBJECTS: dict[str, tuple[str, ...]] = {
    "new-law": ("反家庭暴力法", "数据安全法", "乡村振兴促进法", "个人信息保护法", "家庭教育促进法"),
    "county-practice": ("相邻关系", "婚约财产", "宅基地使用权", "农产品购销合同", "林权争议", "健康权侵害"),
    "criminal": ("非法拘禁", "职务侵占", "危险驾驶", "电信网络诈骗", "非法采矿", "故意伤害"),
    "civil": ("买卖合同解除", "不当得利", "追偿权", "名誉权保护", "建设工程价款结算", "保证期间"),
    "government": ("政府信息公开", "行政协议履行", "重大决策合法性审查", "规范性文件审核", "行政复议"),
    "investment": ("招商引资合同", "股权转让", "产业园区租赁", "外商投资备案", "对赌条款"),
    "employment": ("解除劳动合同", "加班事实证明", "劳务派遣", "女职工权益", "新业态用工"),
    "social-security": ("养老保险补缴", "失业保险待遇", "低保资格复核", "残疾人权益", "生育津贴"),
    "medical-disputes": ("患者知情同意", "护理过失", "病历书写", "药品不良反应", "医疗美容服务"),
    "housing": ("商品房预售", "房屋租赁", "共有产权", "停车位归属", "房屋质量保修"),
    "profession-rules": ("律师收费管理", "律师业务推广", "投诉与处分程序", "委托代理合同"),
    "awareness": ("服务大局", "终身学习", "创新意识", "公益担当"),
    "firm-management": ("律所人员培养", "案件流程管理", "律所财务制度", "客户回访"),
    "developing-practice": ("法律顾问服务", "涉农业务拓展", "团队协作", "专业化定位"),
}
_ASPECTS = (
    "案件的证据准备",
    "中的期间与期限",
    "常见问题解答",
    "的请求权基础",
    "裁判观点梳理",
    "的代理思路",
    "文书写作",
    "的风险提示",
)
_WHO = (
    "当事人",
    "对方代理人",
    "承办法官",
    "仲裁员",
    "公证处",
    "村民委员会",
    "用人单位",
    "保险公司",
    "主管部门",
    "鉴定机构",
    "值班律师",
    "被告人",
)
_DOES = (
    "提出书面异议",
    "申请延期举证",
    "要求当庭质证",
    "签了和解协议",
    "补交了材料",
    "申请回避",
    "撤回了起诉",
    "拒绝签收",
    "申请财产保全",
    "认可其真实性",
)
_PAPERS = (
    "借条",
    "鉴定意见",
    "送货单",
    "微信聊天记录",
    "银行流水",
    "承包合同",
    "抵押登记",
    "会议纪要",
    "劳动合同",
    "调解笔录",
    "判决书",
    "工伤认定决定",
)
_POINTS = (
    "不要急着下结论",
    "先把时间顺序理清楚",
    "证据要和请求一一对应",
    "要告诉当事人最坏的结果",
    "写进谈话笔录并且签字",
    "回去再核对一遍原件",
    "这一步县域律师最容易漏掉",
    "把法条念给他听",
    "事实说不清就不要猜",
)
_THEMES = (
    "刑事辩护",
    "医疗纠纷",
    "劳动争议",
    "土地承包",
    "民间借贷",
    "交通事故",
    "执行异议",
    "离婚案件",
    "物业服务",
    "公司股权",
    "行政处罚",
    "法律援助",
)
_SENTENCES = (
    "我们来看{subject}里的第{number}个问题。",
    "如果{who}{does}，{paper}就要重新审查。",
    "{paper}是复印件的时候，{point}。",
    "去年有一个{theme}的案子，{who}{does}，最后法院没有支持。",
    "办{theme}案件，{point}。",
    "关于{subject}，各地的做法并不一样，{point}。",
    "{who}问我，{paper}丢了怎么办，我说{point}。",
    "第{number}种情形，{who}没有{does}，责任怎么分。",
    "大家记一下，{subject}的关键在{paper}。",
    "从{theme}转到{subject}，思路是一样的，{point}。",
    "{number}年前{who}会{does}，现在不会了。",
    "这里请看课件，{paper}上面写得很清楚。",
)


@dataclass(frozen=True)
class Counted:
    """One lecture. `slides`: from when (milliseconds), title, text."""

    title: str
    lecturer: str
    topic: str
    category: str
    introduction: str
    slides: tuple[tuple[int, str, str], ...]
    length_ms: int


def lecture(number: int) -> Counted:
    """The lecture of this number."""
    random = Random(number)  # noqa: S311 - the same every time is what is wanted
    topics = list(SUBJECTS)
    topic = topics[number % len(topics)]
    subject = SUBJECTS[topic][number // len(topics) % len(SUBJECTS[topic])]
    part = number // (len(topics) * len(SUBJECTS[topic]))
    title = f"{subject}{_ASPECTS[(number + part) % len(_ASPECTS)]}"
    length_ms = (30 + random.randrange(95)) * 60_000
    return Counted(
        title=f"{title}（{'一二三四五六七八九十'[part % 10]}）" if part else title,
        lecturer=_SURNAMES[number % len(_SURNAMES)] + _GIVEN[number // 7 % len(_GIVEN)],
        topic=topic,
        category="ethics" if topic == "profession-rules" else "business",
        introduction=f"围绕{subject}，{random.choice(_POINTS)}；{sentence(random, subject)}",
        slides=tuple(_slides(random, subject, length_ms)),
        length_ms=length_ms,
    )


def sentence(random: Random, subject: str) -> str:
    """One spoken sentence about a subject."""
    return random.choice(_SENTENCES).format(
        subject=subject,
        who=random.choice(_WHO),
        does=random.choice(_DOES),
        paper=random.choice(_PAPERS),
        point=random.choice(_POINTS),
        theme=random.choice(_THEMES),
        number="一二三四五六七八九十"[random.randrange(10)],
    )


def _slides(random: Random, subject: str, length_ms: int) -> list[tuple[int, str, str]]:
    count = 8 + random.randrange(10)
    return [
        (
            length_ms * place // count,
            f"{subject}：{random.choice(_PAPERS)}",
            "\n".join(random.sample([*_PAPERS, *_DOES], 4)),
        )
        for place in range(count)
    ]
