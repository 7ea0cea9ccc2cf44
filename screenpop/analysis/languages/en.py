"""English."""

from screenpop.analysis.languages.rated import rated_words
from screenpop.analysis.languages.table import Language, phrases, words

ENGLISH = Language(
    code="en",
    stopwords=words(
        """a about actually after again all almost already also although always am an and another any anybody anyone
        anything anyway are arent around as ask asked asking at away back basically be because been before being both
        but by bye call called calling calls can cannot cant certainly come comes could couldnt course day days did
        didnt do does doesnt doing done dont down each either else enough even ever every everything exactly few fine
        first for from further gave get gets getting give given gives go goes going good goodbye got great guess had
        hadnt happen happened happy has hasnt have havent having he hello help her here hes hey hi him his hold how
        however i id if ill im in indeed instead into is isnt it its itself ive just keep kind know last least less let
        lets like likely little long look looking looks lot made madam make makes many may maybe mean means might
        minute minutes miss mister moment more morning most mr mrs ms much must my myself name need needed needs never
        new next no nobody none nor not nothing now obviously of off often oh ok okay on once one only onto or other
        others otherwise our ours out over own perfect perhaps please pretty probably put quite rather really right
        said same say saying says second see seem seems send sent shall she should shouldnt since sir so some somebody
        someone something sometimes soon sorry sort speak speaking still such sure take takes talk tell thank thanks
        that thats the their them then there theres these they theyll theyre thing things think this those though
        thought through time times to today together told tomorrow tonight too took towards tried try trying two under
        understand until up us use used using usually very want wanted wants was wasnt way we weeks week well went were
        werent what whats when where whether which while who whom whose why will with within without wonderful wont
        word work works worry would wouldnt wrong yeah year yes yesterday yet you youd youll your youre yours yourself
        youve afternoon evening welcome anymore three four five six seven eight nine ten"""
    ),
    fillers=phrases("um, umm, uh, uhm, er, erm, hmm, hm, ah, you know, i mean, sort of, kind of, basically, literally"),
    asks_first=phrases(
        """what|whats|where|wheres|when|why|how|hows|which|who|whos is|are|do|does|did|was|were|will|would|can|could|should|has|have|about
        what|which|whose kind|time|number|date|name|colour|color|address|part|one|day
        how much|many|long|often|soon|far|come
        whats|wheres|hows|whos
        can|could|would|will|may|should|shall|did|do|does|is|are|was|were|have|has i|you|we|he|she|they|it|that|this|there|the|my|your|our|anyone|somebody|someone
        and|so|okay|but|or what|where|when|why|how is|are|do|does|did|was|will|would|can|could|much|many|long
        and|so|okay|but|or can|could|would|will|may|did|do|does|is|are|have i|you|we|they|it|that|this"""
    ),
    tones={
        3: phrases(
            "excellent, fantastic, amazing, brilliant, outstanding, superb, delighted, wonderful, thrilled, love it"
        ),
        2: phrases(
            """great, perfect*, lovely, awesome, very kind, impressed, impressive, so helpful, very helpful, happy, pleased
            satisfied, glad, life saver, lifesaver, well done, splendid, marvellous, marvelous, recommend, appreciate*"""
        ),
        1: phrases(
            """good, nice, nicely, helpful, kind, friendly, fine, thanks a lot, thank you so|very much, works|working again|now
            solved, resolved, fixed, sorted, relieved, easy, quick, fast, quickly, better, best, enjoy*, grateful
            reliable, convenient, comfortable, fair, generous, smooth*, welcome, that helps, makes sense, i like, we like
            good news, no worries, my pleasure, looking forward, works well|fine|great|perfectly"""
        ),
        0.4: phrases("thanks, thank you, sure, of course, gladly, absolutely, certainly"),
        -0.5: phrases(
            "problem*, issue*, unfortunately, sorry, difficult*, afraid, trouble*, worry, worried, late, delay*"
        ),
        -1: phrases(
            """bad, badly, broken, damaged, defective, faulty, slow, slowly, wrong, mistake*, error*, fail*, missing, confus*
            doesnt|dont|didnt|isnt|not|never|wont work|working, stopped working, waiting|waited for, again and again
            complain*, annoy*, bother*, inconvenien*, expensive, overcharged, charged twice, delayed, crash*, lost
            cant|cannot|couldnt|nobody|no one reach|help|explain, nobody|no|none one|answers|answered|called|calls|cares
            still waiting|broken|not|no|nothing|havent, third|fourth|fifth|second time, unclear, unhappy, concerned
            let ...1 down, pointless, cancel*, too long|late|expensive|slow|much, hard time, fed up, hung up, rude*, lied"""
        ),
        -2: phrases(
            """terrible, awful, horrible, angry, furious, unacceptable, frustrat*, disappoint*, ridiculous, useless, rubbish
            upset, outrageous, joke, disgrace*, disgust*, worst, hate, hated, incompetent, nonsense, scam, fraud*, liar*
            had enough, sick of, sick and tired, waste of ...1 time|money, wasted, unbelievable, appalling, lawyer*, sue
            never again, nightmare, disaster, pathetic, ripped off, rip off, shame, shameful, poor service, damn"""
        ),
    },
    rated=rated_words,
    negators=words(
        """not no never none nothing neither nor without hardly barely dont doesnt didnt isnt arent wasnt werent wont
        wouldnt cant cannot couldnt shouldnt havent hasnt hadnt aint"""
    ),
    negates_ahead=3,
    negates_behind=0,
    boosters={
        "very": 1.4,
        "really": 1.4,
        "so": 1.3,
        "extremely": 1.6,
        "absolutely": 1.5,
        "totally": 1.5,
        "completely": 1.5,
        "incredibly": 1.6,
        "too": 1.2,
        "quite": 1.1,
        "most": 1.2,
        "such": 1.3,
        "truly": 1.4,
        "bit": 0.6,
        "slightly": 0.5,
        "somewhat": 0.6,
        "fairly": 0.8,
        "little": 0.6,
        "rather": 0.9,
    },
    reasons=phrases(
        """im|am|were calling|ringing|phoning, i|we called|phoned, the reason i|im|for, id|wed like to, i|we would like to
        i|we want|wanted|need|needed to, i|we need, i|we have|had|ive|got a|an|another problem|question|issue|complaint
        i|ive got|have ...1 problem|question|issue|complaint, its|it is about, about my|our|the, doesnt|isnt|not work*
        wondering if|whether, i ordered|bought|received|got, ive ordered|bought|received|been, i havent|still"""
    ),
    promises=phrases(
        """ill|well|i|we ...2 send|email|mail|forward|post|ship|refund|arrange|book|schedule|order|replace|cancel|pay you|it|that|them|this|a|an|the|your|my|out|over|to|one|some
        ill|well ...2 call|ring|contact|write|inform|update|notify you|them|him|her|back|again
        will ...2 send|call|ring|email|mail|contact|refund|arrange|forward|ship|replace|deliver|pay|come|visit|receive|get|hear
        going to send|call|email|ring|arrange|forward|refund|replace|order|ship|book|pay|contact
        call|ring|phone|calling|ringing|phoning you|me|us|him|her|them back, get|come back to you|me|us|them, let you|me|us know by|when|as|if|once|tomorrow|today
        please send|call|email|forward|return|bring|pay|let|give|make|contact|check|keep
        could|can|would|will you ...2 send|email|forward|mail|call me|us|it|that|the|a|an|over
        youll ...1 get|receive|hear|have|find, you will ...1 get|receive|hear|have
        need|needs|have|has to send|return|pay|check|bring|sign|fill|call|contact, technician|engineer|colleague|driver|manager will
        ill|well ...1 look|looking into, ill|well take care, ill|well make sure, ill|well ask ...3 to"""
    ),
    not_promises=phrases(
        """put|putting you through|on, transfer you, hold the line, one moment, just a moment|second|minute, let me
        ill|i will|can ...1 just|quickly check|look|see, if you, unless, would have, will it|they|he|she|that|the|this, thank you for calling"""
    ),
    formulas=phrases(
        """thank|thanks you ...2 calling, thanks for calling, how can|may i help, good morning|afternoon|evening, hello, bye
        goodbye, have a nice|good|great|lovely, one moment, just a moment|second, my name is, you too, youre welcome"""
    ),
)
