"""What mails say.  Each family is a set of templates in which {a|b|c} is one of three, nested as one likes; so two mails of a family seldom
are the same, and two families share nothing.  All of it was written for this folder.

Words in capitals are filled in by whoever writes the mail: FIRST, LAST, USER, DOMAIN, URL, NUM, SUM, CITY, TOPIC, ROOM, DAY, HOST.
"""

import re

FIRST = ("Ana Bruno Carla Diego Elisa Fabio Gustavo Helena Igor Julia Karen Lucas Marina Nelson Olga Paulo Renata Sergio Tania Vera "
         "James Mary Robert Linda Thomas Susan Peter Ingrid Yuki Chen Amina Omar Pierre Chloe Anders Eva").split()
LAST = ("Almeida Barros Cardoso Dias Esteves Ferreira Gomes Lima Moreira Nunes Oliveira Pereira Ramos Silva Teixeira Vieira "
        "Smith Johnson Brown Miller Wilson Muller Schmidt Rossi Dubois Tanaka Wang Khan Larsen Novak Kowalski").split()
CITY = "Campinas London Lagos Porto Kyiv Houston Madrid Hamburg Curitiba Toronto Milan Geneva Boston Recife Accra Singapore".split()
TOPIC = ("the workshop;the thesis committee;the sensor array;the new cluster;the lab budget;the exchange programme;the manuscript;the seminar on fluids;"
         "the spring school;the field trip;the library renewal;the admission board;the optics course;the data management plan;the poster session;"
         "the mass spectrometer;the review of chapter three;the calibration run;the travel grant;the faculty council").split(";")
ROOM = "PB02;LL12;B-104;IC-85;the aula magna;room 3.14;room 201;the reading room;lab 7;the small auditorium".split(";")
DAY = "Monday Tuesday Wednesday Thursday Friday".split()

SPAM = {
    "pharmacy": [
        ("{Save|Cut} NUM% on {all meds|your prescriptions}|{Cheap|Discount} {Viagra|Cialis|Levitra} {online|for you}|{Men's|Your} health {special|offer}: NUM% off",
         "{Hello|Dear customer|Hi there},\n\n{Buy|Order} {Viagra|Cialis|Levitra|Xanax|Valium} {online|from home} without {a prescription|prior prescription}. "
         "{Prices start at|Only} ${1.15|0.89|2.40|1.99} per {pill|dose}. {No doctor visit|No prescription needed|Discreet packaging}.\n\n"
         "{FDA approved|Top quality} {generic|brand} medications, {worldwide|overnight} shipping, {money back guarantee|100% satisfaction guaranteed}.\n\n"
         "{Click here|Visit our shop|Order now}: URL\n\n{Limited time offer|While supplies last|Act now}!"),
        ("{Last longer|Be a real man} {tonight|again}|{She|Your girlfriend} will {love|thank} you for this|Enhance your {performance|manhood} {naturally|fast}",
         "{Add|Gain} up to {3|4} inches {in weeks|naturally}! Our {herbal|clinically proven} {pills|formula} give you {harder erections|more stamina}.\n"
         "{NUM satisfied men|Thousands of men} {can't be wrong|already know}.\n\nURL\n\n{100% safe|No side effects}. {Risk free trial|Free bottle with every order}!"),
    ],
    "advance-fee": [
        ("{URGENT|CONFIDENTIAL} {BUSINESS PROPOSAL|ASSISTANCE NEEDED}|{Dear friend|My dear}|FROM {BARRISTER|DR.} FIRST LAST",
         "{Dear Friend|Attention: Beneficiary|Dear Sir/Madam},\n\nI am {Barrister|Dr.|Mr.|Mrs.} FIRST LAST, {auditor|director} at {the central bank|a bank} in CITY. "
         "{My late client|A foreign customer} died {in a plane crash|with his entire family} and left the sum of USD $SUM,000,000.00 ({SUM Million United States Dollars}) "
         "{without next of kin|unclaimed} in {our bank|a security company}.\n\nI {seek|solicit} your {consent|assistance} to {present you as the next of kin|transfer this fund} "
         "{into your bank account|out of the country}. You will receive {30|35|40}% of the total sum. This transaction is {100% risk free|totally confidential}.\n\n"
         "{Please send me|Kindly reply with} your full name, {telephone number|private phone}, {bank account details|address and occupation} "
         "to my private email: USER@DOMAIN\n\nBest regards,\nFIRST LAST"),
        ("{You have won|Congratulations: winning notification}|{Lottery|Award} notification: ref NUM/LOT/NUM|YOUR EMAIL {HAS WON|WAS SELECTED}",
         "{Dear winner|Congratulations!},\n\nYour email address {was selected|has won} in the {international|online} {lottery|promotion} held in CITY. "
         "You have won the sum of {EUR|USD|GBP} SUM00,000.00. {Ticket|Batch} number NUM-NUM.\n\nTo claim your {prize|winnings} contact our {fiduciary agent|claims officer} "
         "{Mr.|Mrs.} FIRST LAST, email USER@DOMAIN, with your {full name, address, age, occupation and telephone|bank details}.\n\n"
         "{Keep this confidential until your claim is processed|Claims must be made within 14 days}."),
    ],
    "mailbox-phish": [
        ("{Your mailbox|E-mail quota} {is almost full|has exceeded its limit}|{Action required|Final notice}: {verify|update} your account|{Webmail|IT helpdesk} {upgrade|notice}",
         "Dear {webmail user|account owner|customer},\n\nYour mailbox has exceeded {its storage limit|the quota of NUM MB} {set by your administrator|}. "
         "You {will not be able to|may not} {send or receive|receive} new {mail|messages} until you {verify|re-validate|upgrade} your {account|mailbox}.\n\n"
         "{Click here|Follow the link below} to {verify|update} your account {information|password}: URL\n\n"
         "Failure to {do so|verify} within {24|48|72} hours will {result in the suspension of your account|cause your account to be closed}.\n\n{System administrator|Webmail support team|IT Help Desk}"),
    ],
    "bank-phish": [
        ("{Security alert|Unusual activity}: your {PayPal|bank|credit card} account {is limited|was suspended}|{Important|Urgent}: confirm your {account|identity}|Invoice NUM: payment {failed|declined}",
         "Dear {valued customer|client|member},\n\nWe {detected|noticed} {unusual activity|an unauthorized login attempt} on your account. For your {security|protection} your {access|account} has been {temporarily suspended|limited}.\n\n"
         "Please {confirm your identity|verify your account information|update your billing details} {immediately|within 24 hours} by clicking the link: URL\n\n"
         "{If you do not|Ignoring this message may} {respond|lead to permanent suspension}.\n\nThank you,\n{Account review department|Security team}"),
    ],
    "extortion": [
        ("{I know|Your secret}: your password is {USERNUM|qwertyNUM}|{Your device was hacked|Payment request}|{Hello pervert|Waiting for the payment}",
         "{Hello|Hi}!\n\nI {hacked|have access to} your {device|operating system} and {recorded you|made a video of you} while you were {visiting adult sites|watching porn}. "
         "{My trojan|My malware} has your {contacts|whole address book}.\n\nTransfer ${NUM|SUM00} in Bitcoin to my wallet:\n1{A|B|F|K}HXWALLET\n\n"
         "You have {48|50} hours {after opening this letter|to pay}. {If I do not receive the bitcoins|If you do not pay} I will send the video to {all your contacts|your relatives and colleagues}. "
         "{Do not contact the police|Don't try to reply}."),
    ],
    "dating": [
        ("{Lonely|Russian|Beautiful} {girls|women} {near you|want to meet you}|FIRST {sent you a private message|wants to chat}|{hi|hey} {handsome|sweetie} :)",
         "{Hi|Hello} {dear|handsome},\n\n{I am|My name is} FIRST, {I am} {23|25|27} years old, {lonely|single} girl from CITY. I {saw your profile|found your email} and {want|would like} to {get to know you|meet a serious man}. "
         "{Hot|Sexy} {singles|girls} in your area {are waiting|want sex tonight}! {See my photos|Look at my private pictures} here: URL\n\n{Kisses|Waiting for your answer},\nFIRST"),
    ],
    "loan": [
        ("{Apply now|Need money?} {loan|credit} at {2|3}% interest|{Bad credit|No credit check}? {Approved|No problem}|{Consolidate|Eliminate} your debt {today|now}",
         "{Do you need|Are you looking for} {an urgent loan|a personal or business loan}? We {offer|give out} loans from $5,000 to $SUM0,000,000 at {2|3}% interest rate, {no collateral|bad credit OK|no credit check}.\n\n"
         "{Lower your monthly payments|Consolidate your debts} and {save thousands|become debt free}. {Guaranteed approval|Instant approval}.\n\n{Apply now|Fill the form}: URL\n"
         "or send your name, amount needed, duration and phone number to USER@DOMAIN"),
    ],
    "casino": [
        ("${SUM00|NUM} {free|welcome} bonus {waiting|for you}|{Play|Win} at the best online casino|{VIP|Royal} Casino: NUM% bonus {inside|today}",
         "{Join|Play at} {Royal|Vegas|Golden} {Casino|Club} {today|now} and get {a NUM% bonus|$SUM00 free} on your first deposit!\n\n{Slots, poker, blackjack, roulette|Over NUM games}. {Instant payouts|No download}. "
         "{Win big|Jackpots up to $SUM,000,000}!\n\nURL\n\n{Offer expires soon|100% free money to start}. {Unsubscribe|Remove me}: URL"),
    ],
    "replica": [
        ("{Replica|Luxury} {watches|Rolex} from ${NUM|179}|{Rolex|Omega|Breitling} {replicas|80% off}|{Exclusive|Designer} handbags {sale|at wholesale prices}",
         "{Get|Order} {the finest|perfect} replica {watches|Rolex watches|handbags} {in the world|online} at {a fraction of the price|incredible prices}.\n{Rolex|Omega|Cartier}, {Breitling|Patek Philippe|Gucci}: from only ${NUM|149.99}!\n\n"
         "{Nobody will know|Exact copies|Identical to the originals}. {Free shipping|Buy 2 get 1 free}. URL"),
    ],
    "jobs": [
        ("{Work from home|Part-time job}: earn ${SUM00|NUM} a {week|day}|{Job offer|Vacancy} {NUM|for you}: no experience|{Make money|Be your own boss} {fast|online}",
         "{Hello|Good day},\n\n{Our company|We} {is looking|are looking} for {payment agents|representatives} in your {country|area}. {No experience|No investment} required. {Work from home|Work 2 hours a day} and earn up to ${SUM000|3500} per {week|month}.\n\n"
         "You {receive payments into your bank account|process transfers} and keep {8|10}% commission. {Legal and simple|Guaranteed income}.\n\n{Send your resume to|Reply to} USER@DOMAIN or apply at URL {now|today}!"),
    ],
    "seo": [
        ("{First page|Top 10} on Google {guaranteed|for your website}|{Web design|SEO} {proposal|services} for DOMAIN|{Email lists|NUM million emails} {for sale|at low price}",
         "{Dear website owner|Hello Sir/Madam},\n\nWe can {place your website on the first page of Google|increase your traffic by NUM%} {guaranteed|within 30 days}. {100% money back guarantee|Affordable price}: from ${99|149} a month.\n"
         "{Buy|We also sell} {targeted email lists|bulk email software|NUM million opt-in addresses}. {Best price|Special offer}!\n\nURL\n\n{To be removed reply with REMOVE|This is not spam}."),
    ],
    "boleto": [
        ("{Boleto|Fatura} {vencido|em atraso} NUM|{Sua conta|Seu CPF} {foi bloqueada|esta irregular}|{Voce ganhou|Parabens}: {premio|sorteio} NUM",
         "{Prezado cliente|Caro(a) cliente},\n\n{Consta em nosso sistema|Informamos que existe} {um boleto vencido|uma pendencia} no valor de R$ NUM,00. {Clique aqui|Clique no link abaixo} para {visualizar|imprimir} {o boleto|a segunda via}: URL\n\n"
         "{Evite o bloqueio do seu CPF|Caso nao regularize em 24 horas sua conta sera bloqueada}. {Atualize seus dados|Confirme sua senha} {imediatamente|agora}.\n\n{Atenciosamente|Departamento de cobranca}"),
    ],
    "invoice-malware": [
        ("{Invoice|Payment advice|Purchase order} {NUM|#NUM}|{Scanned document|New fax} {from HOST|NUM}|{Your parcel|DHL shipment} NUM {could not be delivered|is on hold}",
         "{Dear Sir|Hello},\n\n{Please find attached|Kindly check the attached} {invoice|payment slip|purchase order} NUM {and confirm|for your urgent attention}. {Open the attached file|Enable content to view the document}.\n\n{Regards|Best Regards},\nFIRST LAST\n{Accounts|Logistics} department"),
    ],
}
SPAM_ATTACHED = {"invoice-malware"}

HAM = {
    "office": [
        ("{Re: |}{minutes|notes} of {the meeting|DAY}|{Re: |}TOPIC|{Room|Date} for TOPIC|{Question|A question} about TOPIC",
         "{Dear|Hello|Hi} FIRST,\n\n{thanks for|I have read} your {note|draft} on TOPIC. {I think|In my view} we should {meet|talk} on DAY {morning|afternoon|at 14:30} in ROOM; FIRST {will bring|has} the {figures|slides|spreadsheet}.\n\n"
         "{Could you|Please} {look at|check} the {second|third} section {before that|until then}? {I will be away on DAY.|The deadline is next DAY.|}\n\n{Regards|Best wishes|Cheers},\nFIRST LAST"),
        ("{Re: |}{manuscript|referee report} NUM|{Re: |}{figures|data} for TOPIC|{Thesis|Exam} of FIRST LAST",
         "FIRST,\n\n{attached are|here are} the {numbers|plots} for TOPIC. The {error bars|fits} {look reasonable|still need work}; {run NUM|the sample from DAY} is {the exception|odd}.\n\n"
         "> {could you repeat the measurement with the other detector|did you check the baseline|how large is the background}?\n\n{Yes|Not yet}, {I will do it on DAY|FIRST has the key to ROOM}.\n\nFIRST"),
    ],
    "office-pt": [
        ("{Re: |}{Reuniao|Pauta} de {segunda|quarta|sexta}|{Re: |}{defesa|banca} do FIRST|{Reserva da sala|Relatorio} {parcial|ROOM}",
         "{Prezados|Caro FIRST|Oi FIRST},\n\n{segue|envio} a {pauta|ata} da reuniao do departamento. {A proxima|A} reuniao {sera|fica marcada} na {quarta-feira|sexta-feira} as {14h|10h} na sala ROOM.\n\n"
         "{Por favor confirmem a presenca|Aguardo os comentarios sobre o relatorio}. {O prazo para as notas e dia 15|A banca do FIRST sera presidida pela professora FIRST LAST}.\n\n{Abracos|Atenciosamente},\nFIRST LAST"),
    ],
    "course": [
        ("{Problem set|Exercise sheet} {NUM|4|5}|{Course|Lecture} on DAY {moved|cancelled}|{Grades|Results} of {the midterm|test 2}",
         "Dear students,\n\n{the lecture on DAY|the exercise class} {takes place in|moves to} ROOM. {Sheet|Problem set} {3|4|5} is {on the course page|online} and due on DAY at noon. {Bring a calculator.|The solutions follow next week.|}\n\n{Best regards|See you},\nFIRST LAST"),
    ],
    "ticket": [
        ("[helpdesk #NUM] {printer in ROOM|account of FIRST}|[helpdesk #NUM] {Resolved|Updated}: {network socket in ROOM|VPN access}",
         "Ticket #NUM {was updated|has been resolved} by FIRST LAST.\n\n{The toner was replaced|The socket in ROOM is patched|The account has been extended to the end of term}. {Please tell us if the problem comes back|The ticket closes by itself in seven days}.\n\n-- \nComputing centre, service desk"),
    ],
    "library": [
        ("{Loan|Book} due {on DAY|soon}|{Reserved item|Your reservation} {is ready|NUM}|{Receipt|Confirmation} of your renewal",
         "Dear FIRST LAST,\n\n{the following item is due on DAY|the item that you reserved can be picked up at the desk}:\n\n  LAST, F.: {Introduction|Lectures} {to|on} {statistical physics|soil mechanics|Roman law|number theory}. {2nd|3rd} ed.\n  shelf mark {QA|PT|GE} NUM\n\n{Renew it in the catalogue|Opening hours: 8 to 22}.\n\nThe library"),
    ],
    "list-talk": [
        ("[TAG] {Re: |}{build|test} {fails|failure} on {arm64|NetBSD|3.11}|[TAG] {Re: |}{patch|RFC}: {cache|parser|scheduler} {clean-up|rewrite}|[TAG] {Re: |}question on {sampling|convergence}",
         "On DAY FIRST LAST wrote:\n> {the second patch does not apply|I get a segfault in the parser|why is the order of the arguments different}\n> {on a clean checkout|since last week|here}\n\n"
         "{Works for me|I can reproduce this|That was changed in commit NUM}. {Which compiler do you use|Could you send the log|See the thread of last month}?\n\nFIRST\n_______________________________________________\nTAG mailing list"),
    ],
    "newsletter": [
        ("{Campus|Faculty|Alumni} news, {issue|no.} NUM|{Events|Lectures} in {the week of DAY|October|spring}|{Open day|Concert|Exhibition}: {programme|invitation}",
         "{Dear reader|Dear alumni|Dear friends of the university},\n\n{this week|this month}:\n\n* DAY, 18:00, ROOM: FIRST LAST speaks on {the history of the botanical garden|water in cities|early computers}\n* {The choir sings|The museum opens} on DAY in CITY\n* {Call for contributions to|Registration for} TOPIC\n\n"
         "More: URL\n\nYou get this letter because you {subscribed|are a member}. To leave: URL"),
    ],
    "order": [
        ("{Order|Your order} {no. |#}NUM|{Receipt|Confirmation} NUM|{Shipped|On its way}: order NUM",
         "{Dear|Hello} FIRST LAST,\n\nwe {received|confirm} your order NUM of DAY:\n\n  1 x {T-shirt faculty of physics|lecture notes, bound|lab coat, size M|conference proceedings}   {19.90|12.00|24.50}\n  shipping   {4.90|3.20}\n\n{You can pick it up in ROOM|It will be sent within three days}. {The receipt is in your account|Questions: reply to this mail}.\n\nUniversity shop"),
    ],
    "monitor": [
        ("** {PROBLEM|RECOVERY} {Service|Host} Alert: HOST/{disk|load|ping|ssh} is {CRITICAL|OK|WARNING} **",
         "***** Nagios *****\n\nNotification Type: {PROBLEM|RECOVERY}\n\nService: {disk /var|load|ping|ssh}\nHost: HOST\nState: {CRITICAL|OK|WARNING}\n\nDate/Time: DAY\n\nAdditional Info:\n\n{DISK CRITICAL - free space: /var NUM MB|OK - load average: 0.42|CRITICAL - Socket timeout after 10 seconds}"),
    ],
    "git": [
        ("[HOST] {Pipeline|Build} #NUM {passed|failed}|[lab/TOPWORD] {Merge request|Issue} !NUM: {fix|add} {units|tests}|[lab/TOPWORD] {Pushed|New commits} to {main|devel}",
         "FIRST LAST {pushed to|commented on} lab/TOPWORD:\n\n  NUMabc {fix the units of the flux|add a test for empty input|update the README}\n\n2 files changed, NUM insertions\n\nView it: URL\n\nYou get this mail because you take part in this project."),
    ],
    "account": [
        ("{Welcome to|Your registration at} the {e-learning|conference} {platform|site}|{Reset|Set} your password|{Forum|Course} digest of DAY",
         "Hello FIRST LAST,\n\n{an account was created for you|somebody, hopefully you, asked for a new password} at the {e-learning platform|conference site} of the university. {Your user name is USER|To choose a password open} URL\n\n{The link holds for a day|If it was not you, nothing needs to be done}.\n\n{The e-learning team|The organizers}"),
    ],
}
CALENDAR = ("BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nPRODID:-//campus//calendar 3.1//EN\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nUID:{uid}\r\nDTSTAMP:{stamp}\r\n"
            "DTSTART:{stamp}\r\nSUMMARY:{subject}\r\nORGANIZER:mailto:{sender}\r\nATTENDEE;RSVP=TRUE:mailto:{rcpt}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n")

INNER = re.compile(r"\{([^{}]*)\}")
WORD = re.compile(r"FIRST|LAST|USER|DOMAIN|URL|SUM|NUM|CITY|TOPIC|TOPWORD|ROOM|DAY|HOST|HXWALLET|TAG")


def spin(dice, text):
    """One of the texts that a template stands for; the subject's alternatives need no braces."""
    while True:
        found = INNER.search(text)
        if not found:
            return text
        text = text[:found.start()] + dice.choice(found.group(1).split("|")) + text[found.end():]


def split_top(text):
    """Alternatives outside of braces."""
    parts, depth, start = [], 0, 0
    for at, letter in enumerate(text):
        depth += (letter == "{") - (letter == "}")
        if letter == "|" and depth == 0:
            parts.append(text[start:at])
            start = at + 1
    return parts + [text[start:]]


def label(dice, least=5, most=10):
    """A pronounceable word."""
    return "".join(dice.choice("bcdfghjklmnprstvz") + dice.choice("aeiou") for _ in range(dice.randint(least, most) // 2))


def fill(dice, text, values):
    def word(found):
        name = found.group(0)
        if name in values:
            return values[name]
        return {"FIRST": lambda: dice.choice(FIRST), "LAST": lambda: dice.choice(LAST), "USER": lambda: label(dice), "DOMAIN": lambda: label(dice) + ".com",
                "URL": lambda: f"http://www.{label(dice)}.com/{label(dice, 3, 6)}", "NUM": lambda: str(dice.randint(10, 999)),
                "SUM": lambda: str(dice.randint(2, 48)), "CITY": lambda: dice.choice(CITY), "TOPIC": lambda: dice.choice(TOPIC),
                "TOPWORD": lambda: dice.choice("spectra flux pipeline grader orbit".split()), "ROOM": lambda: dice.choice(ROOM), "DAY": lambda: dice.choice(DAY),
                "HOST": lambda: label(dice), "HXWALLET": lambda: "".join(dice.choice("abcdefghjkmnpqrstuvwxyzABCDEFGHJK123456789") for _ in range(32)),
                "TAG": lambda: "devel"}[name]()
    return WORD.sub(word, text)


def compose(dice, families, family, values):
    """(subject, body) of one mail of a family."""
    subjects, body = dice.choice(families[family])
    return fill(dice, spin(dice, dice.choice(split_top(subjects))), values), fill(dice, spin(dice, body), values)
