"""Small texts of our own in several languages and scripts, by ISO 639-3: two sentences each, on rain, bread and neighbours."""

from __future__ import annotations

TEXTS = {
    "eng": (
        "Early in the morning the baker opens her shop, and the whole street smells of fresh bread.",
        "When it rains for three days, the neighbours help each other to carry the sandbags to the river.",
    ),
    "deu": (
        "Früh am Morgen öffnet die Bäckerin ihren Laden, und die ganze Straße riecht nach frischem Brot.",
        "Wenn es drei Tage lang regnet, helfen die Nachbarn einander, die Sandsäcke zum Fluss zu tragen.",
    ),
    "fra": (
        "Tôt le matin, la boulangère ouvre sa boutique, et toute la rue sent le pain frais.",
        "Quand il pleut pendant trois jours, les voisins s'aident à porter les sacs de sable jusqu'à la rivière.",
    ),
    "rus": (
        "Рано утром пекарь открывает свою лавку, и вся улица пахнет свежим хлебом.",
        "Когда три дня подряд идёт дождь, соседи помогают друг другу носить мешки с песком к реке.",
    ),
    "zho": (
        "清晨，面包师打开店门，整条街都能闻到新鲜面包的香味。",
        "如果连续下三天雨，邻居们就会互相帮忙，把沙袋搬到河边去。",
    ),
    "jpn": (
        "朝早く、パン屋さんが店を開けると、通り全体に焼きたてのパンの香りが広がります。",
        "三日間も雨が降り続くと、近所の人たちは助け合って土のうを川まで運びます。",
    ),
    "kor": (
        "이른 아침 빵집 주인이 가게 문을 열면 온 거리에 갓 구운 빵 냄새가 퍼집니다.",
        "사흘 동안 비가 오면 이웃들은 서로 도와 모래주머니를 강가로 나릅니다.",
    ),
    "ara": (
        "في الصباح الباكر تفتح الخبازة دكانها فتفوح رائحة الخبز الطازج في الشارع كله.",
        "عندما يهطل المطر ثلاثة أيام يتعاون الجيران على حمل أكياس الرمل إلى النهر.",
    ),
    "hin": (
        "सुबह-सुबह बेकरी वाली अपनी दुकान खोलती है और पूरी गली में ताज़ी रोटी की खुशबू फैल जाती है।",
        "जब तीन दिन तक बारिश होती है, तो पड़ोसी मिलकर रेत की बोरियाँ नदी तक पहुँचाते हैं।",
    ),
    "ell": (
        "Νωρίς το πρωί η φουρνάρισσα ανοίγει το μαγαζί της και όλος ο δρόμος μυρίζει φρέσκο ψωμί.",
        "Όταν βρέχει τρεις μέρες, οι γείτονες βοηθούν ο ένας τον άλλον να κουβαλήσουν τα σακιά στο ποτάμι.",
    ),
    "swa": (
        "Asubuhi na mapema mwokaji anafungua duka lake, na mtaa mzima unanukia mkate mpya.",
        "Mvua inaponyesha kwa siku tatu, majirani husaidiana kubeba mifuko ya mchanga hadi mtoni.",
    ),
    "tha": (
        "ตอนเช้าตรู่คนทำขนมปังเปิดร้านของเธอ และทั้งถนนก็มีกลิ่นหอมของขนมปังสดใหม่",
        "เมื่อฝนตกติดต่อกันสามวัน เพื่อนบ้านช่วยกันขนกระสอบทรายไปที่ริมแม่น้ำ",
    ),
}

SCRIPTS = {
    "eng": "Latn", "deu": "Latn", "fra": "Latn", "rus": "Cyrl", "zho": "Hani", "jpn": "Hira", "kor": "Hang", "ara": "Arab",
    "hin": "Deva", "ell": "Grek", "swa": "Latn", "tha": "Thai",
}  # fmt: skip
