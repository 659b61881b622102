"""By which words a disclosure is seen to say a part, language by language, and how each part may be said. Data; pure.

A mark is a regular expression that begins at a word's beginning, on text in small letters without accents, in which the organisation's name
reads {organisation}; a part is said if each of its marks is found. Of escapes it has only those in small letters. Languages by BCP-47 primary
subtag. Only the English ones were read by somebody who speaks the language: what the marks do not know, a person may vouch for.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from leads.market_rules import DisclosurePart as Part


@dataclass(frozen=True, slots=True)
class Wording:
    marks: tuple[str, ...]  # all of them must be found
    example: str


_NEAR = r"[^.!?።؟]{0,60}"  # within the sentence

_ENGLISH = {
    Part.AUTOMATED_VOICE: Wording(
        (r"automat|artificial|ai\b|a\.i\.|robot|bot\b|machine\b|computer|(?:virtual|digital) (?:voice )?assistant",),
        "This is an automated AI assistant.",
    ),
    Part.PURPOSE: Wording(
        (
            r"to (?:ask|find out|learn|offer|check|invite|remind|confirm|discuss|understand|inform|follow up)|about|regarding|concerning|because"
            r"|(?:a few|some|one|two|three|four|five|short|quick|\d+) (?:\w+ )?questions?|survey|enquir|inquir|following up|research",
        ),
        "I am calling with a few short questions about your needs.",
    ),
    Part.RECORDING_AND_RECIPIENTS: Wording(
        (
            r"record",
            r"shared? (?:\w+ )?with|record\w* for {organisation}|(?:goes|go|sent|passed|given|available) (?:\w+ )?to"
            r"|(?:kept|heard|received) (?:\w+ )?by"
            r"|(?:hears?|receives?|gets?|listens? to) (?:it|the recording|this recording)",
        ),
        "This call is recorded and shared with {organisation}.",
    ),
    Part.HOW_TO_STOP: Wording(
        (
            rf"(?:say|tell (?:me|us)|press|ask){_NEAR}\b(?:stop|end|no more|not to call|never call|do not call|don.?t call|take you off|opt out)"
            rf"|(?:stop|end|no more|opt out){_NEAR}\b(?:say|tell (?:me|us)|press|ask)\b",
        ),
        "To stop these calls, just say stop calling me.",
    ),
    Part.CONTACT_DETAILS: Wording((r"this number|our (?:office|address) is",), "You can call us back on this number."),
    Part.SOURCE_OF_DATA: Wording(
        (
            rf"(?:have|got|received|obtained|found) your (?:\w+ )?(?:number|details|contact)|you (?:gave|left|entered|shared|registered|signed up)"
            rf"|your number (?:comes|came|is) from|(?:form|list){_NEAR}\byour number",
        ),
        "We have your number from the form you filled in.",
    ),
}
_SWAHILI = {
    Part.AUTOMATED_VOICE: Wording(
        (r"akili (?:bandia|mnemba|unde)|roboti|mashine|kompyuta|\w*otomatiki|\w*dijitali|ai\b",), "Mimi ni msaidizi wa akili bandia."
    ),
    Part.PURPOSE: Wording(
        (r"kuhusu|ku(?:ku)?uliza|maswali|utafiti|lengo|sababu|madhumuni",), "Ninapiga kukuuliza maswali machache kuhusu mahitaji yako."
    ),
    Part.RECORDING_AND_RECIPIENTS: Wording(
        (r"\w*rekodi", r"\w*shirik|\w*(?:tumwa|pelekwa|enda) kwa|\w*pewa|\w*(?:sikilizwa|hifadhiwa|pokelewa) na"),
        "Simu hii inarekodiwa na kushirikishwa na {organisation}.",
    ),
    Part.HOW_TO_STOP: Wording(
        (
            rf"(?:sema|bonyeza|tuambie|niambie|useme){_NEAR}\b(?:acha|acheni|\w*si\w*pigi|koma|kuacha|simama)"
            rf"|(?:tuache|kuacha|kusimamisha|kukomesha|\w*si\w*pigi\w*){_NEAR}\b(?:sema|bonyeza|tuambie|niambie)\b",
        ),
        "Ili tuache kukupigia, sema acheni kunipigia.",
    ),
    Part.CONTACT_DETAILS: Wording((r"nam(?:bari|ba) hii",), "Unaweza kutupigia kwa nambari hii."),
    Part.SOURCE_OF_DATA: Wording(
        (r"tu(?:li|me)pata nam(?:bari|ba)|uli(?:tupa|toa|jaza|acha|andika|jiandikisha)|nam(?:bari|ba) yako (?:imetoka|ilitoka)",),
        "Tulipata nambari yako kwenye fomu uliyojaza.",
    ),
}
_FRENCH = {
    Part.AUTOMATED_VOICE: Wording(
        (r"automat|artificiel|ia\b|robot|machine\b|ordinateur|assistante? (?:virtuel|numerique)",), "Je suis un assistant vocal automatique."
    ),
    Part.PURPOSE: Wording(
        (
            r"(?:quelques|deux|trois|quatre|cinq|\d+) (?:\w+ )?questions|poser|au sujet|a propos|concernant"
            r"|sur (?:vos|votre|nos|notre)|enquete|sondage",
        ),
        "Je vous appelle pour vous poser quelques questions sur vos besoins.",
    ),
    Part.RECORDING_AND_RECIPIENTS: Wording(
        (r"enregistr", r"(?:transmis|envoye|communique|destine)\w* (?:\w+ )?a\b|partage\w* avec|(?:ecoute|conserve|recu)\w* par"),
        "Cet appel est enregistré et l'enregistrement est transmis à {organisation}.",
    ),
    Part.HOW_TO_STOP: Wording(
        (
            rf"(?:dites|appuyez|tapez|demandez){_NEAR}\b(?:stop|arret|ne plus|plus appele)"
            rf"|(?:arreter|ne plus|faire cesser){_NEAR}\b(?:dites|appuyez|tapez|demandez)\b",
        ),
        "Pour ne plus être appelé, dites arrêtez de m'appeler.",
    ),
    Part.CONTACT_DETAILS: Wording((r"ce numero",), "Vous pouvez nous rappeler à ce numéro."),
    Part.SOURCE_OF_DATA: Wording(
        (
            r"(?:eu|obtenu|recu|trouve) vo(?:tre|s) (?:numero|coordonnees)|vous (?:avez|aviez) (?:rempli|laisse|donne|fourni)"
            r"|votre numero (?:vient|provient)",
        ),
        "Nous avons obtenu votre numéro par le formulaire que vous avez rempli.",
    ),
}
_PORTUGUESE = {
    Part.AUTOMATED_VOICE: Wording(
        (r"automat|artificial|ia\b|robo\b|robot|maquina\b|computador|assistente (?:virtual|digital)",), "Sou um assistente de voz automático."
    ),
    Part.PURPOSE: Wording(
        (r"(?:algumas|duas|tres|quatro|cinco|\d+) (?:\w+ )?perguntas|sobre (?:as?|os?|n)|a respeito|acerca|inquerito|pesquisa",),
        "Ligo para lhe fazer algumas perguntas sobre as suas necessidades.",
    ),
    Part.RECORDING_AND_RECIPIENTS: Wording(
        (r"grava", r"partilhad\w* com|compartilhad\w* com|(?:enviad|transmitid|entregue)\w* (?:a|ao)\b|(?:ouvid|recebid|guardad)\w* p"),
        "Esta chamada é gravada e a gravação é partilhada com {organisation}.",
    ),
    Part.HOW_TO_STOP: Wording(
        (
            rf"(?:diga|prima|pressione|peca){_NEAR}\b(?:par[ae]|parem|nao \w*lig|nao quero|stop)"
            rf"|(?:parar|nao receber|deixar de){_NEAR}\b(?:diga|prima|pressione|peca)\b",
        ),
        "Para não receber mais chamadas, diga parem de me ligar.",
    ),
    Part.CONTACT_DETAILS: Wording((r"este numero|deste numero",), "Pode ligar-nos de volta para este número."),
    Part.SOURCE_OF_DATA: Wording(
        (r"(?:recebemos|obtivemos|temos) o seu (?:numero|contacto|contato)|que (?:preencheu|deixou|nos deu)|o seu numero (?:vem|veio)",),
        "Obtivemos o seu número pelo formulário que preencheu.",
    ),
}
_HAUSA = {
    Part.AUTOMATED_VOICE: Wording((r"na.?ura|inji\b|kwamfuta|ai\b|mutum.?mutumi",), "Ni na'ura ce mai magana da kanta."),
    Part.PURPOSE: Wording((r"tambay|game da|bincike|dalili",), "Ina kira don in yi maka wasu tambayoyi game da bukatunka."),
    Part.RECORDING_AND_RECIPIENTS: Wording(
        (r"na[dɗ]a|\w*rikodi", r"(?:ba|baiwa|bai wa|aika wa|tura wa|isar wa) {organisation}|raba \w* ?da|aika (?:\w+ )?zuwa|tura (?:\w+ )?zuwa"),
        "Ana naɗar wannan kira, kuma za a ba {organisation} sautin.",
    ),
    Part.HOW_TO_STOP: Wording(
        (
            rf"(?:ka ce|ki ce|ku ce|ce|danna|gaya mana){_NEAR}\b(?:daina|bari|kada|kar)\b"
            rf"|(?:daina|kada|kar)\b{_NEAR}\b(?:ka ce|ki ce|ku ce|danna|gaya mana)\b",
        ),
        "Don a daina kiranka, ka ce ku daina kirana.",
    ),
    Part.CONTACT_DETAILS: Wording((r"wannan lamba",), "Za ka iya kiranmu a wannan lamba."),
    Part.SOURCE_OF_DATA: Wording(
        (r"(?:samu|sami|samo) lamba|(?:ka|kika|kuka) (?:cika|bayar|ba mu)|lambar\w* ta fito",), "Mun samu lambarka daga fom ɗin da ka cika."
    ),
}
_AMHARIC = {
    Part.AUTOMATED_VOICE: Wording((r"\w*ሰው ?[ሠሰ]ራሽ|\w*አውቶማቲክ|\w*ሮቦት|\w*ኮምፒውተር|\w*ማሽን",), "እኔ አውቶማቲክ የሰው ሠራሽ አስተውሎት ረዳት ነኝ።"),
    Part.PURPOSE: Wording((r"ስለ|\w*ጥያቄ|ለመጠየቅ|\w*ጥናት|\w*ምክንያት",), "የደወልኩት ስለ ፍላጎትዎ ጥቂት ጥያቄዎችን ለመጠየቅ ነው።"),
    Part.RECORDING_AND_RECIPIENTS: Wording(
        (r"\w*ቀዳ|\w*ቀረጽ|\w*ቀረፅ|\w*ቅጂ", r"\w*ይሰጣል|\w*ይላካል|\w*ይተላለፋል|\w*ይጋራል"), "ይህ ጥሪ ይቀዳል፤ ቅጂውም ለ{organisation} ይሰጣል።"
    ),
    Part.HOW_TO_STOP: Wording(
        (rf"(?:\w*እንድናቆም|\w*ለማቆም|\w*እንዳንደውል\w*){_NEAR}(?:ይበሉ|በሉ|ይጫኑ|ይንገሩን)|(?:\w*አትደውሉ\w*|\w*አቁሙ) (?:ይበሉ|በሉ|ብለው)",),
        "መደወል እንድናቆም ከፈለጉ አትደውሉልኝ ይበሉ።",
    ),
    Part.CONTACT_DETAILS: Wording((r"በዚህ ቁጥር|በዚህ ስልክ",), "በዚህ ቁጥር መልሰው ሊደውሉልን ይችላሉ።"),
    Part.SOURCE_OF_DATA: Wording((r"ቁጥር\w* (?:\w+ )?(?:ያገኘነው|አገኘን|የወሰድነው)|\w*ሞሉት|\w*ሰጡን",), "ቁጥርዎን ያገኘነው ከሞሉት ቅጽ ነው።"),
}
_ARABIC = {
    Part.AUTOMATED_VOICE: Wording((r"\w*الي\b|\w*اليه\b|\w*الية\b|\w*اصطناعي|\w*روبوت|\w*حاسوب",), "أنا مساعد آلي يعمل بالذكاء الاصطناعي."),
    Part.PURPOSE: Wording((r"\w*اسئلة|\w*سؤال|حول|بخصوص|بشان|\w*استطلاع|لاسالك",), "أتصل لأطرح عليكم بعض الأسئلة حول احتياجاتكم."),
    Part.RECORDING_AND_RECIPIENTS: Wording(
        (r"\w*(?:مسجل|تسجيل|تسجل|نسجل)", r"\w*(?:يرسل|ترسل|نرسل|ينقل|يسلم)\w* (?:\w+ )?(?:ال[يى]|ل)|\w*شارك\w* (?:\w+ )?مع|\w*(?:يستمع|تحتفظ|تستلم)"),
        "هذه المكالمة مسجلة ويُرسل التسجيل إلى {organisation}.",
    ),
    Part.HOW_TO_STOP: Wording(
        (
            rf"(?:قولوا|قل|قولي|اضغط\w*|اخبرونا){_NEAR}\b\w*(?:توقف|ايقاف|لا تتصل|كفي|كفى)"
            rf"|(?:\w*ايقاف|\w*وقف|\w*عدم الاتصال){_NEAR}\b(?:قولوا|قل|قولي|اضغط\w*|اخبرونا)\b",
        ),
        "لإيقاف هذه المكالمات قولوا توقفوا عن الاتصال بي.",
    ),
    Part.CONTACT_DETAILS: Wording((r"هذا الرقم",), "يمكنكم معاودة الاتصال بنا على هذا الرقم."),
    Part.SOURCE_OF_DATA: Wording((r"حصلنا علي|حصلنا على|\w*ملاتمو|\w*اعطيتمون|رقمكم (?:من|ورد)",), "حصلنا على رقمكم من الاستمارة التي ملأتموها."),
}

WORDINGS: Mapping[str, Mapping[Part, Wording]] = MappingProxyType(
    {
        "am": MappingProxyType(_AMHARIC),
        "ar": MappingProxyType(_ARABIC),
        "en": MappingProxyType(_ENGLISH),
        "fr": MappingProxyType(_FRENCH),
        "ha": MappingProxyType(_HAUSA),
        "pt": MappingProxyType(_PORTUGUESE),
        "sw": MappingProxyType(_SWAHILI),
    }
)
