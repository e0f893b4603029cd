"""Slips as halls hand them out, one per language and one with two, used by several proofs."""

from __future__ import annotations

from io import BytesIO

from msgspec.structs import replace
from PIL import Image, ImageDraw

from printers.slip import Form, Slip

PAGE = "https://hall.example.gov.cn/t/tumen/8f3kq2mz7cXy_-Ab#0f4c2a9b7d1e8c3605af94b2d7e1c608"
"""As long as the real ones: the hall, the ticket and its secret."""

ZH = Slip(
    hall="图们市政务服务中心",
    place="一楼 综合服务区",
    number="A023",
    category="综合服务",
    marks=("优先",),
    matters=("居民身份证到期换领",),
    lines=("前面有 4 人，预计 10:05–10:25 叫号", "可办窗口：1、2、3、4号", "取号时间：2026-11-24 09:31"),
    qr=PAGE,
    code="校验码 7K3Q",
    rules=("叫号未到不立即作废：30分钟内扫码或找工作人员，排到3人之后；第二次未到作废。",),
    checklist_title="请准备材料",
    checklist=("本人居民身份证原件", "户口簿（首页和本人页）", "近期免冠白底证件照1张，像素不低于358×441"),
)

KO = Slip(
    hall="도문시정무봉사중심",
    place="1층 종합봉사구역",
    number="B107",
    category="출생 호구등록",
    matters=("출생호구등록", "사회보장카드 신청"),
    lines=("앞에 4명이 있습니다.", "창구: 5번, 6번", "접수 시간: 2026-11-24 09:31"),
    qr=PAGE,
    code="확인번호 7K3Q",
    rules=("부를 때 안 계시면 30분 안에 알려 주십시오. 3명 뒤에 다시 부릅니다.",),
    checklist_title="준비할 서류",
    checklist=("부모 량측의 주민신분증", "출생의학증명", "호구부 (호주 페지와 본인 페지 원본)"),
)

EN = Slip(
    hall="Tumen Government Service Center",
    place="Floor 1, General services",
    number="C008",
    marks=("REPRINT",),
    category="Social insurance and medical insurance",
    matters=("Proof of enrolment",),
    lines=("4 people ahead of you", "Windows 1, 2, 3 and 4", "Issued 2026-11-24 09:31"),
    qr=PAGE,
    code="Check code 7K3Q",
    rules=("Missed your turn? Tell us within 30 minutes; you come after three people.",),
    checklist_title="Please have ready",
    checklist=("Resident identity card (original)", "Household register, first page and your own page"),
)

ZH_KO = Slip(
    hall="图们市政务服务中心\n도문시정무봉사중심",
    place="一楼 综合服务区 · 1층 종합봉사구역",
    number="Z10000",
    category="公安户政\n공안호정",
    marks=("优先 우선", "补打 재발급"),
    matters=("居民身份证到期换领\n주민신분증 교체발급",),
    lines=(
        "前面有 4 人\n앞에 4명이 있습니다",
        "可办窗口：1、2、100号\n창구: 1번, 2번, 100번",
        "2026-11-24 09:31",
    ),
    qr=PAGE,
    code="校验码 7K3Q\n확인번호 7K3Q",
    rules=(
        (
            "叫号未到不立即作废：30分钟内扫码或找工作人员，排到3人之后。\n"
            "부를 때 안 계시면 30분 안에 알려 주십시오. 3명 뒤에 다시 부릅니다."
        ),
    ),
    checklist_title="请准备材料\n준비할 서류",
    checklist=("本人居民身份证原件\n본인 주민신분증 원본", "户口簿\n호구부"),
)

RARE = Slip(
    hall="延吉市政务服务中心",
    number="A1000",
    category="综合服务窗口",
    matters=("𠮷祥 䶮文 㛃芳 信息变更",),
    lines=("请到100号窗口", "工本费 ¥20", "조선어 안내"),
)

PLAIN = replace(ZH, number="D045", marks=(), lines=("前面没有人等候", *ZH.lines[1:]))

PRIORITY = replace(PLAIN, number="S023", marks=("优先",), lines=("前面还有1人", *ZH.lines[1:]))

REPRINT = replace(PLAIN, marks=("补打",))

LONG = Slip(
    hall="延边朝鲜族自治州长白山保护开发区管理委员会政务服务和公共资源交易中心池北分中心",
    place="二楼东侧不动产登记与住房公积金联合办理服务区",
    number="C108",
    category="不动产登记、交易、税务与水电气暖联动过户一窗受理",
    marks=("优先",),
    matters=(
        "国有建设用地使用权及房屋所有权转移登记（存量房买卖，含网签备案与契税缴纳）",
        "Verification-of-Internationally-Recognised-Qualifications-Certificate",
    ),
    lines=("前面还有128人", "预计 10:05–11:45 叫号", "可办窗口：" + "、".join(map(str, range(1, 31)))),
    qr=PAGE,
    code="校验码 7K3Q",
    rules=ZH.rules,
    checklist_title="请准备材料",
    checklist=("不动产权属证书原件（共有的，由全部共有人共同申请并逐一核验居民身份证）", "契税完税凭证"),
)

THOUSAND = replace(PLAIN, number="A1000", lines=("前面还有99人", "可办窗口：98、99、100", *ZH.lines[2:]))


def logo(width: int = 300, height: int = 96) -> bytes:
    """A hall's logo as the plan carries it: one-bit PNG."""
    picture = Image.new("1", (width, height), 255)
    pen = ImageDraw.Draw(picture)
    pen.rectangle((0, 0, width - 1, height - 1), outline=0, width=6)
    pen.polygon([(24, height - 18), (width // 2, 16), (width - 24, height - 18)], fill=0)
    kept = BytesIO()
    picture.save(kept, "PNG")
    return kept.getvalue()


OWN_FORM = replace(
    PLAIN,
    note=("咨询电话 0433-12345", "谢谢配合"),
    form=Form(order=("logo", "number", "facts", "hall", "claim", "note"), logo=logo()),
)

SAMPLES = {"zh": ZH, "ko": KO, "en": EN, "zh+ko": ZH_KO}
"""One slip a language, and the two that stand together."""

RECEIPT = Slip(
    hall="示例县政务服务中心",
    number="",
    category="办件回执",
    marks=("补打",),
    matters=(
        (
            "办件编号 20261124-0007\n有限责任公司设立登记\n办理部门：市场监督管理局\n承诺 2026-11-27 前办结\n"
            "出件地点：示例县政务服务中心"
        ),
        (
            "办件编号 20261124-0008\n城乡居民养老保险参保登记（村受理、县办理、村出件）\n"
            "办理部门：人力资源和社会保障局\n办结日期待节假日安排公布后确定\n出件地点：示例村便民服务点"
        ),
    ),
    lines=("打印时间：2026-11-24 09:31",),
    qr=PAGE,
    code="校验码 7K3M2X",
    rules=(
        "本回执不是受理通知书。",
        "办好后凭本回执，或者办件编号和校验码，在取号机取号领取。请妥善保管。",
    ),
    checklist_title="请补交",
    checklist=("户口簿（2026-12-04 前）", "食品经营许可新办：食品经营许可申请书"),
)

EXACTING = {
    "receipt": RECEIPT,
    "plain": PLAIN,
    "priority": PRIORITY,
    "reprint": REPRINT,
    "long": LONG,
    "rare": RARE,
    "thousand": THOUSAND,
    "own-form": OWN_FORM,
}
"""What slips are known to fail at."""
