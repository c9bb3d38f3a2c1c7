"""The slides of the benchmark's lecture, drawn on the spot: build-up bullets, a table, a dense page. Every line is known."""

import subprocess
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

WIDTH, HEIGHT = 1920, 1080
# The speaker's picture stands here; no text goes below it.
HEAD_LEFT, HEAD_TOP, HEAD_WIDTH, HEAD_HEIGHT = 1512, 840, 384, 216
PAPER, BAND, INK, FAINT, LINE = (250, 251, 253), (22, 58, 112), (34, 38, 46), (108, 114, 126), (150, 164, 188)


@dataclass(frozen=True)
class State:
    """What stands on the screen from `at` seconds on, and the lines that can be read there."""

    at: float
    picture: Path
    text: tuple[str, ...]


@dataclass(frozen=True)
class _Page:
    at: tuple[float, ...]
    title: str
    lines: tuple[str, ...]
    kind: str = "bullets"


_PAGES = (
    _Page((0.0, 6.0, 12.0), "医疗损害责任纠纷的举证", (
        "患者一方应当证明与医疗机构之间存在诊疗关系，并受到了损害。",
        "门诊病历、缴费凭证、检查报告都可以用来证明诊疗关系的存在。",
        "医疗机构拒绝提供病历资料的，可以推定其存在过错。",
    )),
    _Page((20.0,), "鉴定意见的质证要点", (
        "一、鉴定机构与鉴定人是否具有相应的资质，委托事项是否超出业务范围。",
        "二、鉴定材料是否经过双方质证，病历有无涂改、缺页或者事后补记。",
        "三、因果关系与参与度的论证是否完整，依据的诊疗规范是否有效。",
        "四、意见书的签名、盖章与附件是否齐全，程序是否公开透明。",
    )),
    _Page((38.0,), "赔偿项目与计算依据", (
        "项目|计算依据|所需证据",
        "医疗费|实际发生的数额|收费票据与病历",
        "误工费|误工时间与收入状况|用人单位的证明",
        "护理费|护理人数与护理期限|护理依赖程度鉴定",
        "残疾赔偿金|伤残等级与居民收入|伤残等级鉴定意见",
        "交通费|就医实际支出|与时间地点相符的票据",
    ), "table"),
    _Page((54.0,), "代理词的结构与常见疏漏", (
        "代理词应当围绕争议焦点展开，先陈述已经查明的事实，再说明适用的规范，最后提出请求。常见的疏漏是只",
        "罗列法条而不说明事实如何符合构成要件；或者引用了已经失效的司法解释；或者对对方提交的证据未作回应。",
        "书写时应当注意编号连续、引文准确、数字与附表一致。涉及计算的部分要写明公式、基数与期间，并把结果",
        "与诉讼请求逐项核对。对于鉴定意见中不利的内容，不宜回避，应当结合临床指南与同类案件的裁判作出说明。",
        "如果申请鉴定人出庭，要在举证期限内提出书面申请，列明需要询问的问题，并附上支持这些问题的文献资料。",
        "庭审之后补充提交的意见应当简短，只回应庭上出现的新观点，不重复已经说过的内容，也不引入新的事实。",
        "遇到法庭释明变更诉讼请求的情形，要当庭记录释明的内容，在指定期限内书面答复，以免承担不利的后果。",
        "判决送达以后应当及时核对主文的金额、期限与负担方式，发现笔误的可以申请补正，并告知当事人上诉期限。",
        "调解结案的案件，应当在协议中写明履行的时间、方式与违约责任，必要时同时约定由第三方提供相应的担保。",
        "案卷归档之前检查授权委托书、证据目录、庭审笔录与送达回证是否完整，电子文件应当另行备份并注明日期。",
    ), "dense"),
    _Page((78.0, 86.0, 94.0), "县域办案的三点提醒", (
        "先行封存病历：双方在场，逐页编号，封口签名并注明时间。",
        "及时申请尸检：死亡之后四十八小时以内，具备冻存条件可以延长至七日。",
        "重视调解窗口：鉴定意见送达后的两周，往往是达成和解的最好时机。",
    )),
    _Page((106.0,), "课后思考", (
        "病历的真实性存在争议时，举证责任应当怎样分配？",
        "多家医疗机构先后诊疗，责任比例应当怎样划分？",
    )),
)  # fmt: skip


def draw(folder: Path, *, until: float) -> list[State]:
    """Draw every state that is shown before `until` seconds into `folder`, in order."""
    states = []
    for number, page in enumerate(_PAGES, start=1):
        for shown, at in enumerate(page.at, start=1):
            if at >= until:
                continue
            picture = folder / f"slide-{number:02d}-{shown}.png"
            lines = page.lines[:shown] if len(page.at) > 1 else page.lines
            _draw(number, page, lines).save(picture)
            cells = [cell for line in lines for cell in line.split("|")]
            states.append(State(at, picture, (page.title, *cells)))
    return states


def font(size: int, weight: str = "regular") -> ImageFont.FreeTypeFont:
    """Return Noto Sans CJK in a size (pixels), from wherever this machine keeps it."""
    found = subprocess.run(
        ["fc-match", "-f", "%{file}|%{index}", f"Noto Sans CJK SC:{weight}"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout.split("|")
    return ImageFont.truetype(found[0], size, index=int(found[1]))


def _draw(number: int, page: _Page, lines: tuple[str, ...]) -> Image.Image:
    image = Image.new("RGB", (WIDTH, HEIGHT), PAPER)
    draw = ImageDraw.Draw(image)
    for left in range(0, WIDTH, 8):  # a band that grows lighter, as templates have it
        shade = tuple(part + left * 40 // WIDTH for part in BAND)
        draw.rectangle((left, 0, left + 8, 119), fill=shade)
    draw.text((60, 22), page.title, font=font(56, "bold"), fill="white")
    draw.text((60, HEIGHT - 42), f"县域律师远程培训 · {number}", font=font(22), fill=FAINT)
    {"bullets": _bullets, "table": _table, "dense": _dense}[page.kind](draw, lines)
    return image


def _bullets(draw: ImageDraw.ImageDraw, lines: tuple[str, ...]) -> None:
    body = font(40)
    for row, line in enumerate(lines):
        top = 190 + row * 120
        draw.ellipse((70, top + 20, 86, top + 36), fill=BAND)
        draw.text((112, top), line, font=body, fill=INK)


def _table(draw: ImageDraw.ImageDraw, lines: tuple[str, ...]) -> None:
    body, lefts = font(34), (80, 420, 900, 1420)
    for row, line in enumerate(lines):
        top = 190 + row * 76
        fill = (214, 226, 243) if row == 0 else (245, 247, 250) if row % 2 else (255, 255, 255)
        draw.rectangle((lefts[0], top, lefts[-1], top + 76), fill=fill, outline=LINE)
        for left, cell in zip(lefts, line.split("|"), strict=False):
            draw.text((left + 20, top + 12), cell, font=body, fill=INK)


def _dense(draw: ImageDraw.ImageDraw, lines: tuple[str, ...]) -> None:
    body = font(30)
    for row, line in enumerate(lines):
        draw.text((80, 170 + row * 62), line, font=body, fill=INK)
