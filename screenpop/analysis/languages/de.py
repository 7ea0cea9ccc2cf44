"""German."""

from screenpop.analysis.languages.table import Language, phrases, words

GERMAN = Language(
    code="de",
    stopwords=words(
        """ab aber ach acht alle allem allen aller alles als also am an andere anderen anderes auch auf aus bald bei beide
        beim bekommen bekommt bereits besser bestimmt bin bis bisschen bist bitte bleiben brauche brauchen bringen da dabei
        dafür daher damit danach dank danke dann daran darauf daraus darf darüber darum das dass davon dazu dein deine dem
        den denen denn der deren des deshalb dich die dies diese diesem diesen dieser dieses dir doch dort drei du durch
        dürfen eben eigentlich ein eine einem einen einer eines einfach einmal er erst erstmal es etwa etwas euch euer für
        fünf ganz gar geben gegen gehabt gehen geht genau gerade gern gerne gesagt gestern gewesen gibt ging gleich glaube
        gut gute guten habe haben hallo halt hast hat hatte hatten hätte hätten heißt helfen herr frau hier hin hinter hm
        hoch hören ich ihm ihn ihnen ihr ihre ihrem ihren ihrer immer im in ins ist ja jede jedem jeden jeder jedes jemand
        jetzt kam kann kein keine keinen keiner klar kommen kommt können könnte könnten kurz lange lassen leider letzte
        letzten los mache machen macht mag mal man mehr mein meine meinem meinen meiner melden mich mir mit möchte möchten
        moment morgen müssen muss na nach nachdem natürlich ne neben nee nehmen nein neu nicht nichts nie noch nun nur ob
        oder oft ohne okay paar per rufe rufen sache sage sagen sagt sagte schade schau schauen schon sehe sehen sehr sei
        seid sein seine seinem seinen seiner seit sich sicher sie sieben sieht sind so sobald sodass sofort sogar soll
        sollen sollte sollten sondern sonst soweit stehen steht stelle stimmt super tag tage tagen tschüss tun tut über
        uhr um und uns unser unsere unserem unseren unserer unter verstehe viel viele vielen vielleicht vier vom von vor
        war waren wäre wären warum was weg wegen weil weiß weiter welche welchem welchen welcher welches wem wen wenig
        wenn wer werde werden wie wieder wiederhören will wir wird wirklich wissen wo woche wochen wohl wollen wollte
        worden würde würden zehn zeit ziemlich zu zum zur zurück zusammen zwar zwei zwischen abend auf minuten minute
        selbstverständlich perfekt wunderbar prima heute übermorgen nächste nächsten kümmere kümmern schönen schöne"""
    ),
    fillers=phrases("äh, ähm, öh, öhm, hm, hmm, ehm, eh, mh, sozusagen, quasi, irgendwie, sag ich mal, wie gesagt"),
    asks_first=phrases(
        """was|wer|wen|wem|wann|wo|wohin|woher|warum|wieso|weshalb|wie|welche|welcher|welches|welchen|wozu|womit|worum|wofür
        kann|können|könnte|könnten|darf|dürfen|dürfte|soll|sollen|möchte|möchten|wollen|haben|hast|hätten|ist|sind|wären|wäre|wird|werden|gibt|geht|stimmt|wissen|würden|bekomme|bekommen|brauchen|muss|müssen|sehen ich|sie|du|wir|ihr|er|es|das|man|die|der|mir|denn
        und|also|okay|aber was|wer|wann|wo|warum|wieso|wie|welche|welcher|welches, und|also|okay|aber kann|können|könnten|haben|ist|sind|gibt ich|sie|wir|es|das"""
    ),
    tones={
        3: phrases(
            "ausgezeichnet*, fantastisch*, hervorragend*, großartig*, wunderbar*, spitze, begeistert, traumhaft*, phantastisch*"
        ),
        2: phrases(
            """super, toll*, perfekt*, klasse, prima, sehr freundlich, sehr nett, zufrieden, glücklich, beeindruck*, sehr hilfreich
            empfehle*, weiterempfehl*, erfreut, lob, herzlichen dank, freut mich, freue mich, freuen uns"""
        ),
        1: phrases(
            """gut, gute, guter, gutes, schön, schöne, schönes, nett, nette, netter, freundlich*, hilfreich, gern, gerne, erleichtert
            funktioniert|läuft|geht ...1 wieder, gelöst, erledigt, behoben, repariert, geklappt, klappt, einfach, schnell, besser, beste*
            dankbar, zuverlässig*, bequem*, fair, kulant*, passt, kein problem, keine sorge, vielen dank, vielen lieben dank
            danke schön, dankeschön, gute nachricht*, angenehm*, selbstverständlich, hilft mir, geholfen"""
        ),
        0.4: phrases("danke, dank, natürlich, klar, sicher, in ordnung"),
        -0.5: phrases(
            "problem, probleme, schwierig*, leider, entschuldig*, tut mir leid, sorge*, verspät*, mühsam, umständlich"
        ),
        -1: phrases(
            """schlecht*, kaputt, defekt*, beschädigt*, langsam*, falsch*, fehler*, fehlt, fehlen, verwirr*, mangelhaft*
            funktioniert|geht|läuft|klappt ...2 nicht, funktioniert|geht ...2 nichts, beschwer*, reklam*, ärgerlich*, ärgern, nervt, nervig*
            teuer, doppelt berechnet|abgebucht, verloren, absturz, abgestürzt, niemand|keiner erreich*|meldet|hilft|geht|ruft|zuständig
            immer noch nicht|kein|keine|nichts, warte|warten|gewartet seit|schon, schon wieder, zum dritten|vierten|zweiten|fünften mal
            zu lange|spät|teuer|langsam, kündig*, stornier*, unklar, unzufrieden, enttäuscht*, unfreundlich*, aufgelegt, im stich, satt"""
        ),
        -2: phrases(
            """furchtbar*, schrecklich*, wütend, sauer, unverschämt*, inakzeptabel, katastroph*, frust*, lächerlich*, nutzlos*, unmöglich
            empör*, skandal*, schlimmste*, hasse, inkompetent*, unsinn, betrug, betrüger*, schnauze voll, die nase voll, zeitverschwendung
            unglaublich*, anwalt, verklag*, nie wieder, albtraum, abzocke, frechheit, zumutung, schlamperei, mist, verarscht, saftladen
            enttäuschend*, unerhört*, unterirdisch*"""
        ),
    },
    negators=words("nicht kein keine keinen keiner keinem keines nie niemals nichts ohne kaum weder nee"),
    negates_ahead=3,
    negates_behind=2,
    boosters={
        "sehr": 1.4,
        "wirklich": 1.4,
        "so": 1.2,
        "extrem": 1.6,
        "absolut": 1.5,
        "total": 1.5,
        "völlig": 1.5,
        "vollig": 1.5,
        "ganz": 1.2,
        "echt": 1.3,
        "unglaublich": 1.5,
        "besonders": 1.3,
        "richtig": 1.3,
        "ziemlich": 1.1,
        "zu": 1.1,
        "etwas": 0.6,
        "bisschen": 0.6,
        "wenig": 0.6,
        "relativ": 0.8,
        "einigermassen": 0.7,
    },
    reasons=phrases(
        """rufe|ruf ...2 an wegen|weil|da|um, ich rufe ...2 an, wegen meiner|meinem|meines|der|dem|einer|einem, es geht um|darum
        ich|wir hätte|habe|hatte|haben|hab ...3 frage|problem|anliegen|beschwerde|reklamation|bestellt|gekauft|bekommen|erhalten
        hätte|habe|hab ich ...3 frage|problem|anliegen, ich|wir möchte|möchten|wollte|wollten|will|würde|brauche|bräuchte|benötige
        funktioniert|geht ...2 nicht, und zwar"""
    ),
    promises=phrases(
        """ich|wir ...3 schicke|schicken|sende|senden|maile|mailen|überweise|überweisen|erstatte|erstatten|veranlasse|veranlassen|storniere|stornieren|bestelle|bestellen|reserviere|buche|kläre|klären|kümmere|kümmern|prüfe|prüfen|melde|melden|leite|leiten|gebe|tausche|zahle|zahlen|bringe|bringen
        schicke|schick|sende|maile|überweise|erstatte|veranlasse|storniere|bestelle|kläre|kümmere|prüfe|melde|leite|schicken|senden|melden|kümmern|prüfen|klären ich|wir
        rufe|rufen ...3 zurück, rückruf, zurückrufen, melde|melden mich|uns|wir|ich
        ich|wir ...1 werde|werden ...5 schicken|senden|anrufen|melden|zurückrufen|prüfen|klären|überweisen|kümmern|erstatten|bestellen|veranlassen|zahlen|zurückschicken|weiterleiten
        bitte ...3 schicken|senden|zurückschicken|zurücksenden|rufen|überweisen|prüfen|melden|mitbringen|bringen|mailen
        könnten|können|würden sie ...5 schicken|senden|zuschicken|zurückrufen|mailen|weiterleiten, schicken|senden|rufen|melden sie mir|uns|mich|das|die|den|bitte|sich
        sie bekommen|erhalten|kriegen|hören, bekommen|erhalten|hören|kriegen sie, sie müssen ...5 zurückschicken|senden|bezahlen|unterschreiben|ausfüllen|schicken
        techniker|kollege|kollegin|fahrer|monteur ...2 kommt|meldet|ruft|wird|bringt, gebe ...2 bescheid, bescheid geben, setze|setzen mich|uns ...2 verbindung"""
    ),
    not_promises=phrases(
        """ich verbinde|stelle sie, verbinde sie, einen moment|augenblick, moment bitte, schaue|schau|sehe ...1 mal|kurz|nach
        wird es|er|sie|das|der|die, bleiben sie, wenn sie, falls sie, rufe ...2 an weil|wegen, seit ...2 wochen|tagen, gleich mal"""
    ),
    formulas=phrases(
        """guten tag|morgen|abend, hallo, auf wiederhören, tschüss, wiederhören, schönen tag|abend, schönes wochenende, mein name ist
        was|wie kann ich ...4 tun|helfen, einen moment, gerne, ebenfalls, gleichfalls, danke für ihren anruf"""
    ),
)
