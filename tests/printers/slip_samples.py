"""Slips as halls hand them out, one per language and one with two, used by several proofs."""

from __future__ import annotations

from printers.slip import Slip

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

SAMPLES = {"zh": ZH, "ko": KO, "en": EN, "zh+ko": ZH_KO}
