"""The trackers that a new house begins with: an admin edits or removes them."""

from msgspec.structs import replace

from screenpop.analysis.languages.table import phrases
from screenpop.analysis.tracking import Tracker

DEFAULTS: tuple[Tracker, ...] = (
    Tracker(
        id="",
        name="Greeting",
        kind="script",
        side="agent",
        within_s=20,
        phrases=phrases(
            """good morning|afternoon|evening|day, hello, hi, thank you for calling, thanks for calling, welcome to
            guten tag|morgen|abend, grüß gott, hallo, willkommen bei, schönen guten
            سلام, وقت بخیر, وقتتون بخیر, روز بخیر, روزتون بخیر, صبح بخیر"""
        ),
    ),
    Tracker(
        id="",
        name="Complaint",
        kind="topic",
        side="customer",
        alert=True,
        phrases=phrases(
            """complain*, not happy|satisfied, unacceptable, disappoint*
            speak|talk to ...2 manager|supervisor, frustrat*
            beschwer*, reklam*, nicht zufrieden, unzumutbar, inakzeptabel, enttäusch*, vorgesetzte*, ihren chef
            شکایت*, ناراضی*, راضی نیستم, غیرقابل قبول, با مدیر*, با مسئول*"""
        ),
    ),
    Tracker(
        id="",
        name="Cancellation",
        kind="topic",
        side="customer",
        alert=True,
        phrases=phrases(
            """cancel*, terminat*, end ...2 contract|subscription, money back, switch ...2 provider|supplier, get rid of
            kündig*, stornier*, storno, widerruf*, vertrag ...2 beenden|auflösen, geld zurück, anbieter ...2 wechseln
            لغو*, کنسل*, فسخ*, پولم ...3 پس, انصراف*"""
        ),
    ),
    Tracker(
        id="",
        name="Competitor",
        kind="words",
        side="",
        phrases=phrases(
            """competitor*, another|other|different provider|supplier|company|vendor|offer
            cheaper elsewhere
            konkurrenz*, mitbewerber*, anderer|anderen|anderes|andere anbieter*|firma|angebot
            woanders ...2 günstiger|billiger
            رقیب*, شرکت دیگر*|دیگه*, جای دیگه*|دیگری"""
        ),
    ),
    Tracker(
        id="",
        name="Price",
        kind="topic",
        side="",
        phrases=phrases(
            """price*, cost*, how much is|are|does|do, expensive, discount*, quote, offer*
            preis*, kosten, kostet, wie viel ...2 kostet|macht, teuer*, rabatt*, angebot*, kostenvoranschlag
            قیمت*, هزینه*, گران*, گرون*, تخفیف*, چند تومان*|تومن*"""
        ),
    ),
    Tracker(
        id="",
        name="Delivery",
        kind="topic",
        side="",
        phrases=phrases(
            """deliver*, shipping, shipment*, parcel*, package*, arrive*, tracking number, courier
            liefer*, versand*, paket*, zustell*, sendung*, spedition*
            ارسال*, تحویل*, بسته*, پیک, مرسوله*, نرسیده*"""
        ),
    ),
    Tracker(
        id="",
        name="Invoice and payment",
        kind="topic",
        side="",
        phrases=phrases(
            """invoice*, bill, bills, billing, payment*, paid, charged, refund*, direct debit, credit card
            rechnung*, zahlung*, bezahl*, abgebucht*, abbuchung*, erstatt*, überweis*, lastschrift*, mahnung*
            فاکتور*, صورتحساب*, پرداخت*, واریز*, کارت ...1 بانک*, قبض*"""
        ),
    ),
    Tracker(
        id="",
        name="Fault",
        kind="topic",
        side="customer",
        phrases=phrases(
            """broken, doesnt|dont|isnt|not work*, stopped working, fault*, defect*, error*, damaged, leak*, repair*
            kaputt*, defekt*, funktioniert ...2 nicht, geht ...2 nicht, störung*, fehler*, beschädigt*
            reparatur*, repariert*
            خراب*, کار نمی‌کند|نمی‌کنه|نمیکنه, معیوب*, شکسته*, تعمیر*, خطا*"""
        ),
    ),
    Tracker(
        id="",
        name="Appointment",
        kind="topic",
        side="",
        phrases=phrases(
            """appointment*, reschedul*, book ...2 visit|slot|time, technician*, engineer*
            termin, termine, terminvereinbarung*, verschieben, techniker*, monteur*
            قرار ملاقات, نوبت*, وقت بگیرم|بگیریم, تکنسین*, کارشناس*"""
        ),
    ),
    Tracker(
        id="",
        name="Forbidden words",
        kind="forbidden",
        side="agent",
        alert=True,
        phrases=phrases(
            """not my problem|job|fault, shut up, calm down, stupid, idiot*, damn, shit, bullshit, fuck*, your own fault
            nicht mein problem, halt ...1 mund|klappe, beruhigen sie sich, dumm, scheiß*, verdammt*
            selbst schuld
            به من ربطی ندارد|نداره, مشکل من نیست, خفه شو*, احمق*, مشکل خودتونه|خودتان"""
        ),
    ),
)
"""Their ids are given when they are stored."""

_NAMES: dict[str, dict[str, str]] = {
    "de": {
        "Greeting": "Begrüßung",
        "Complaint": "Beschwerde",
        "Cancellation": "Kündigung",
        "Competitor": "Mitbewerber",
        "Price": "Preis",
        "Delivery": "Lieferung",
        "Invoice and payment": "Rechnung und Zahlung",
        "Fault": "Störung",
        "Appointment": "Termin",
        "Forbidden words": "Verbotene Wörter",
    },
    "fa": {
        "Greeting": "خوشامدگویی",
        "Complaint": "شکایت",
        "Cancellation": "لغو و فسخ",
        "Competitor": "رقیب",
        "Price": "قیمت",
        "Delivery": "ارسال و تحویل",
        "Invoice and payment": "فاکتور و پرداخت",
        "Fault": "خرابی",
        "Appointment": "قرار و نوبت",
        "Forbidden words": "واژه‌های ممنوع",
    },
}


def defaults(locale: str) -> tuple[Tracker, ...]:
    """The shipped trackers, named in the site's language where it has names for them."""
    names = _NAMES.get(locale.split("-")[0], {})
    return tuple(replace(each, name=names.get(each.name, each.name)) for each in DEFAULTS)
