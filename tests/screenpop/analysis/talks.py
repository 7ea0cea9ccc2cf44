# ruff: noqa: E501
"""Conversations written by hand, as a transcript would have them, and what a person makes of each.

They are what the rules about words are held against: ordinary calls with small talk, faults of transcription,
politeness in anger and irony left in; nothing was taken out because a rule fails on it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from screenpop.analysis.model import SIDES, Report, Segment, Side, Speaker

A: Side = "agent"
C: Side = "customer"
Line = tuple[Side, str]
SECONDS_A_WORD = 0.4
PAUSE_S = 0.6


@dataclass(frozen=True)
class Talk:
    """A call and its labels. `tone`: of the customer over the whole call; `steps`: a word of each next step that
    must be found; `about`: words of which two must be among the keywords; `questions`: by (agent, customer)."""

    name: str
    language: str
    lines: Sequence[Line]
    tone: str
    trend: str
    steps: Sequence[str]
    about: Sequence[str]
    topics: Sequence[str]
    questions: tuple[int, int]
    reason: str = ""


def report_of(lines: Sequence[Line], language: str = "en") -> Report:
    """A report of the words alone: each line in its turn, a word every 0.4 s."""
    at, segments = 0.0, list[Segment]()
    for side, text in lines:
        end = at + len(text.split()) * SECONDS_A_WORD
        segments.append(Segment(side=side, start=at, end=end, text=text))
        at = end + PAUSE_S
    return Report(
        duration=at,
        speakers=tuple(_speaker(side, segments) for side in SIDES),
        overlap_s=0.0,
        overlap_share=0.0,
        silence_s=0.0,
        silence_share=0.0,
        longest_silence=None,
        interruptions=0,
        interrupted=(),
        speaker_changes_per_minute=None,
        turns=(),
        language=language,
        engine="by hand",
        transcript=tuple(segments),
    )


def _speaker(side: Side, segments: Sequence[Segment]) -> Speaker:
    own = [each for each in segments if each.side == side]
    talk, whole = (sum(each.end - each.start for each in those) for those in (own, segments))
    return Speaker(
        side=side,
        talk_s=talk,
        talk_share=talk / whole if whole else None,
        longest_s=max((each.end - each.start for each in own), default=0.0),
        longest_at=None,
        first_words_s=own[0].start if own else None,
        response_s=PAUSE_S,
        interruptions=0,
        loudness_db=-20.0,
        clipping_share=0.0,
    )


LATE_SINK = Talk(
    name="late sink",
    language="en",
    lines=(
        (A, "Thank you for calling Blue Boat, my name is Anna. How can I help you?"),
        (C, "Hi, I'm calling about my order. I ordered a kitchen sink three weeks ago and it still hasn't arrived."),
        (A, "I'm sorry to hear that. Could you give me your order number please"),
        (
            C,
            "Yes, it's four five seven one two. This is the third time I call and nobody can tell me where the sink is. It's really frustrating.",
        ),
        (
            A,
            "I understand. Let me check. One moment please. I see that the sink is still in our warehouse because the delivery was delayed.",
        ),
        (
            C,
            "That's ridiculous. I was promised a delivery last Tuesday. I took a day off work. I want to cancel the order if it does not come this week.",
        ),
        (
            A,
            "I'm really sorry about that. I will arrange an express delivery for tomorrow and I will refund the delivery fee.",
        ),
        (C, "Okay. That would be good. Will it come in the morning?"),
        (
            A,
            "Yes, between eight and ten. I'll send you a confirmation by email right away. The driver will call you before he arrives.",
        ),
        (C, "Great, thank you so much. That's very helpful."),
        (A, "You're welcome. Have a nice day. Goodbye."),
        (C, "Bye."),
    ),
    tone="neutral",
    trend="improving",
    steps=("arrange", "confirmation", "driver"),
    about=("sink", "delivery", "order"),
    topics=("Delivery", "Cancellation", "Complaint"),
    questions=(2, 1),
    reason="order",
)
BROKEN_ROUTER = Talk(
    name="broken router",
    language="en",
    lines=(
        (A, "Good afternoon, technical support, this is Tom."),
        (C, "Yeah hello. My internet stopped working again. The router you sent me is broken."),
        (A, "Okay, what lights do you see on the router?"),
        (C, "There is a red light. I already told your colleague yesterday. He hung up on me."),
        (A, "Did you restart the router?"),
        (
            C,
            "Of course I did, um, like five times. I am not happy with this at all. I work from home and I lost a whole day because of you.",
        ),
        (A, "I can't see any problem on the line from here. You need to send the router back to us."),
        (C, "And how long does that take? A week without internet? That is unacceptable. I have had enough."),
        (A, "There is nothing else I can do. You will receive a label by email."),
        (
            C,
            "This is a joke. The service is terrible. I'm going to switch to another provider and I will talk to my lawyer.",
        ),
        (A, "Okay. Goodbye."),
    ),
    tone="negative",
    trend="deteriorating",
    steps=("router back", "label"),
    about=("router", "internet", "light"),
    topics=("Fault", "Complaint"),
    questions=(2, 2),
    reason="router",
)
BOOKING = Talk(
    name="booking",
    language="en",
    lines=(
        (A, "Hello, Riverside Dental, Maria speaking, what can I do for you?"),
        (C, "Good morning. I'd like to book an appointment for a check up please."),
        (A, "Sure. Have you been with us before?"),
        (C, "Yes, last year with Doctor Brown. She was wonderful, very friendly and quick."),
        (A, "Lovely to hear. Would Thursday the ninth at half past ten suit you?"),
        (C, "Thursday is perfect."),
        (
            A,
            "Great, I have booked the appointment. Please bring your insurance card. We'll send you a reminder the day before.",
        ),
        (C, "Excellent, thank you very much."),
        (A, "You're welcome. See you on Thursday."),
    ),
    tone="positive",
    trend="stable",
    steps=("insurance", "reminder"),
    about=("appointment", "Thursday"),
    topics=("Appointment",),
    questions=(3, 0),
    reason="appointment",
)
PLAIN_ADDRESS = Talk(
    name="plain address",
    language="en",
    lines=(
        (A, "City library, good morning."),
        (C, "Hello, I want to know when the library is open on Saturday."),
        (A, "On Saturday the library is open from ten until two."),
        (C, "And can I return books on Sunday?"),
        (A, "Yes, there is a box beside the entrance. You can put the books in there at any hour."),
        (C, "And where do I park"),
        (A, "There is a car park behind the building. The first hour costs nothing."),
        (C, "Alright. That is all I wanted to know. Bye."),
        (A, "Bye."),
    ),
    tone="neutral",
    trend="stable",
    steps=(),
    about=("library", "Saturday", "books"),
    topics=(),
    questions=(0, 2),
    reason="library",
)
RECHNUNG = Talk(
    name="falsche Rechnung",
    language="de",
    lines=(
        (A, "Guten Tag, Stadtwerke Neustadt, mein Name ist Weber. Was kann ich für Sie tun?"),
        (
            C,
            "Guten Tag, ich rufe an wegen meiner Rechnung. Die Rechnung vom März ist falsch, da wurde doppelt abgebucht.",
        ),
        (A, "Das tut mir leid. Können Sie mir Ihre Kundennummer sagen"),
        (
            C,
            "Die Kundennummer ist acht acht drei zwei. Ich habe schon zweimal angerufen und niemand meldet sich. Das ist wirklich ärgerlich.",
        ),
        (A, "Ich verstehe. Ich schaue kurz nach. Ja, der Betrag wurde doppelt abgebucht, das war unser Fehler."),
        (C, "So eine Frechheit. Ich bin seit zehn Jahren Kunde und überlege zu kündigen."),
        (
            A,
            "Ich kümmere mich sofort darum. Ich überweise Ihnen den Betrag heute zurück und Sie bekommen morgen eine neue Rechnung per Post.",
        ),
        (C, "Gut. Und wann ist das Geld auf meinem Konto?"),
        (A, "In zwei Tagen. Ich rufe Sie am Freitag zurück, ob alles geklappt hat."),
        (C, "Das ist sehr nett, vielen Dank. Damit bin ich zufrieden."),
        (A, "Gerne. Schönen Tag noch, auf Wiederhören."),
    ),
    tone="neutral",
    trend="improving",
    steps=("überweise", "Freitag"),
    about=("Rechnung", "Betrag", "Kundennummer"),
    topics=("Invoice and payment", "Cancellation"),
    questions=(2, 1),
    reason="Rechnung",
)
HEIZUNG = Talk(
    name="Heizung",
    language="de",
    lines=(
        (A, "Firma Keller, guten Morgen."),
        (
            C,
            "Ja hallo, Schmidt hier. Unsere Heizung funktioniert schon wieder nicht. Der Monteur war letzte Woche da und es ist schlimmer als vorher.",
        ),
        (A, "Was zeigt die Heizung denn an?"),
        (C, "Da steht Fehler vier. Es ist kalt in der Wohnung und wir haben ein kleines Kind. Ich bin enttäuscht."),
        (A, "Heute habe ich leider keinen Monteur frei."),
        (C, "Das ist eine Zumutung. Ich warte seit drei Tagen. Das ist unmöglich, das lasse ich mir nicht gefallen."),
        (A, "Es geht nicht anders. Der Monteur kommt am Donnerstag."),
        (C, "Donnerstag ist viel zu spät. Das ist die schlimmste Firma, nie wieder. Dann gehe ich zum Anwalt."),
        (A, "Auf Wiederhören."),
    ),
    tone="negative",
    trend="stable",
    steps=("Donnerstag",),
    about=("Heizung", "Monteur"),
    topics=("Fault", "Appointment"),
    questions=(1, 0),
    reason="Heizung",
)
LOB = Talk(
    name="Lob",
    language="de",
    lines=(
        (A, "Buchhandlung am Markt, Lang, guten Tag."),
        (
            C,
            "Guten Tag, hier ist Frau Krause. Ich möchte noch ein Buch bestellen. Das letzte Buch von Ihnen war großartig.",
        ),
        (A, "Das freut mich. Welches Buch soll es sein?"),
        (C, "Den neuen Roman von Kehlmann bitte. Haben Sie den da?"),
        (A, "Im Moment nicht, aber ich bestelle den Roman und Sie können ihn morgen abholen."),
        (C, "Wunderbar, das geht ja schnell. Sie sind immer so freundlich, ich empfehle Sie gern weiter."),
        (A, "Vielen Dank. Ich schicke Ihnen eine Nachricht, sobald das Buch da ist."),
        (C, "Prima, danke schön. Auf Wiederhören."),
    ),
    tone="positive",
    trend="stable",
    steps=("bestelle den Roman", "Nachricht"),
    about=("Buch", "Roman"),
    topics=(),
    questions=(1, 1),
    reason="Buch",
)
BASTE = Talk(
    name="بسته",
    language="fa",
    lines=(
        (A, "سلام، وقت بخیر، فروشگاه آبی، احمدی هستم. چه کمکی از دستم برمیاد؟"),
        (C, "سلام. تماس گرفتم درباره سفارشم. من دو هفته پیش یک گوشی سفارش دادم و بسته هنوز نرسیده."),
        (A, "متاسفم. شماره سفارش را می‌فرمایید؟"),
        (C, "شماره سفارش هشت صد و بیست. سه بار زنگ زدم و هیچ‌کس پاسخگو نیست. واقعا ناراحتم."),
        (A, "بله. بسته در انبار مانده است، اشتباه از ما بوده."),
        (C, "این افتضاحه. می خواهم سفارش را لغو کنم و پولم را پس بگیرم."),
        (A, "معذرت می‌خواهم. بسته را همین امروز با پیک ارسال می‌کنیم و هزینه پیک را هم واریز می‌کنیم."),
        (C, "خوبه. بسته کی می‌رسه؟"),
        (A, "فردا صبح. کد پیگیری را برایتان پیامک می‌کنم و فردا عصر تماس می‌گیرم."),
        (C, "خیلی ممنون، لطف کردید. عالیه."),
        (A, "خواهش می‌کنم. روزتون بخیر."),
    ),
    tone="neutral",
    trend="improving",
    steps=("ارسال می‌کنیم", "تماس می‌گیرم"),
    about=("بسته", "سفارش", "پیک"),
    topics=("Delivery", "Cancellation"),
    questions=(2, 1),
    reason="سفارش",
)
INTERNET_FA = Talk(
    name="اینترنت",
    language="fa",
    lines=(
        (A, "پشتیبانی، سلام، بفرمایید."),
        (C, "سلام. اینترنت من از دیروز قطع شده و مودم کار نمی‌کنه. خیلی عصبانی هستم."),
        (A, "چراغ مودم روشنه؟"),
        (C, "چراغ قرمزه. دیروز هم گفتم. من از این سرویس راضی نیستم."),
        (A, "الان نمی‌توانم کاری بکنم. کارشناس ما پس‌فردا میاد."),
        (C, "پس‌فردا؟ این وضع مسخره است. وقتم تلف شد. از دست شما کلافه شدم."),
        (A, "متاسفانه زودتر نمیشه."),
        (C, "پس شکایت می‌کنم. بدترین سرویس همین جاست."),
    ),
    tone="negative",
    trend="stable",
    steps=("کارشناس",),
    about=("مودم", "چراغ", "سرویس"),
    topics=("Fault", "Complaint"),
    questions=(1, 1),
    reason="اینترنت",
)
IRONY = Talk(
    name="irony",
    language="en",
    lines=(
        (A, "Hello, this is support, how can I help?"),
        (C, "Well, congratulations. You managed to charge me twice again. Great job, really, fantastic."),
        (A, "I can see the second charge on the account."),
        (C, "Wonderful. So you can see it. And what happens now? Another month of waiting?"),
        (A, "The money goes back to your card in five days."),
        (C, "Five days, lovely. I am so impressed with how this company works, truly."),
    ),
    tone="negative",
    trend="stable",
    steps=(),
    about=("charge",),
    topics=(),
    questions=(1, 2),
)

TALKS = (LATE_SINK, BROKEN_ROUTER, BOOKING, PLAIN_ADDRESS, RECHNUNG, HEIZUNG, LOB, BASTE, INTERNET_FA, IRONY)
