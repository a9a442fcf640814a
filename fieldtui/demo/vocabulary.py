"""Words that made-up people and places are put together from. Nobody here exists."""

from __future__ import annotations

from typing import Final

GIVEN_NAMES: Final = (
    "Fatima", "Øjvind", "Maja", "Jens", "Ali", "Ida", "Åse", "Søren", "Amina", "Kåre", "Wiktoria", "Tuğba", "Nguyễn Minh",
    "Zoë", "Björn", "Paweł", "Aaliyah", "Yusuf", "Ditte", "Mohamed", "Jørgen", "Nivi", "Anahera", "José", "Cæcilie",
    "Abdirahman", "Lærke", "Ömer", "Sanna", "Hans-Jakob", "Olha", "Tenzin", "Mærsha", "Bjarke", "Solveig", "Ibrahim",
    "Nasrin", "Gösta", "Ewa", "Dragan", "Lívia", "Rasmus", "Hodan", "Svetlana", "Peder", "Aviâja", "Karsten", "Mei Ling",
    "Vibeke", "Issa", "Bríet", "Torkild", "Samira", "Else-Marie", "Emre", "Žana", "Birger", "Rania", "Ulrik", "Inuk",
)  # fmt: skip
FAMILY_NAMES: Final = (
    "Solbæk", "Østergård", "Kjærby", "Åkjær", "Nørrelund", "Al-Masri", "Yıldırım", "Wójcik", "Trần", "Bjørnholt", "Søgård",
    "Haugstrup", "Ådalen", "Petrović", "Rønnebæk", "Warsame", "Vangsø", "Hallgrímsdóttir", "Ångström", "Fjeldskov",
    "Moltzau", "Kleist", "Dąbrowska", "Özkaya", "Tverskov", "Bækgaard", "Jallow", "Sørup", "Løvdal", "Skyttegård",
    "Ferreira", "Gundlach", "Hedemark", "Ibsgaard", "Jessing", "Kragelund", "Lindsø", "Mørkøv", "Nybro", "Overby",
)  # fmt: skip
STREETS: Final = (
    "Mozarts Plads", "Borgbjergsvej", "Sydhavns Plads", "Enghavevej", "Scherfigsvej", "Bavnehøj Allé", "Tranehavevej",
    "Wagnersvej", "Stubmøllevej", "Händelsvej", "Gustav Bangs Gade", "Peter Sabroes Gade",
)  # fmt: skip
DISTRICTS: Final = ("sydhavnen", "sydhavnen", "sydhavnen", "bavnehoej")
PLACES: Final = ("Kvartershuset, lokale 2", "Kvartershuset, lokale 4", "Kvartershuset, caféen", "Gåtur", "Telefon")
COMPANIES: Final = (
    ("Café Solsort", "Café"), ("Sydhavnens Cykler", "Cykelværksted"), ("Lager Åbent", "Lager"), ("Gartneriet Grøn Ø", "Gartneri"),
    ("Bageriet Rugkernen", "Bageri"), ("Havnens Vaskeri", "Vaskeri"), ("Plejehjemmet Ældrebo", "Pleje"), ("Trykkeriet Blå", "Trykkeri"),
    ("Børnehuset Kløveren", "Daginstitution"), ("Køkkenet på Kajen", "Kantine"), ("Genbrug Nærved", "Genbrugsbutik"),
    ("Murerfirmaet Øst & Søn", "Byggeri"), ("Dyreklinikken Poten", "Dyrlæge"), ("Supermarkedet Kvikkøb", "Dagligvarer"),
    ("Biblioteket på Hjørnet", "Bibliotek"), ("Møbelsnedkeriet Ask", "Snedkeri"), ("Rengøring Rent Hus", "Rengøring"),
    ("Fiskehandler Rødspætten", "Fiskehandel"), ("Systuen Nål & Tråd", "Systue"), ("Havnebussen", "Transport"),
)  # fmt: skip
TWIN: Final = "Solsort Café ApS"
"""One of them, written down a second time."""
CONTACT_ROLES: Final = ("leder", "indehaver", "mentor", "driftsleder")
JOB_GOALS: Final = (
    "Køkken eller café, 6–8 timer om ugen", "Lager, gerne sen start", "Cykelværksted", "Pleje, få timer til at begynde med",
    "Kontor, stille omgivelser", "Butik, kasse eller lager", "Gartneri, udendørs", "Rengøring, morgentimer", "Chauffør, når kortet er fornyet",
)  # fmt: skip
CONSIDERATIONS: Final = (
    "Pause efter to timer, fast mentor", "Møder ind efter kl. 10", "Én opgave ad gangen", "Roligt hjørne", "Skriftlig besked om ændringer",
    "Kender vejen, men vil gerne følges første gang",
)  # fmt: skip
CONTACTS: Final = (
    "Sms, helst om formiddagen",
    "Ring efter kl. 12",
    "Digital post læses sjældent",
    "Sms først, så ring",
)
NOTES: Final = (
    "Vil gerne starte småt, helst om formiddagen. Vi aftalte at rette cv'et til næste gang.",
    "Har talt med en ven om arbejdet i {company} og vil gerne se stedet. Jeg ringer dertil.",
    "Kom til tiden og var i godt humør. Ønsket er stadig: {goal}.",
    "Vi gik en tur ved havnen og talte om den første uge. Aftalt: jeg tager med den første dag.",
    "Cv er færdigt. Vi øvede, hvad man siger i telefonen.",
    "Rundvisningen i {company} gik godt. To dage om ugen passer bedst.",
    "Ønsker at vente en uge, til boligen er på plads. Ny tid er aftalt.",
)
BRIDGING_NOTES: Final = (
    "Har sagt ja til, at jeg koordinerer møder med behandlingsstedet. Kun fremmøde og tider deles.",
    "Behandlingsstedet ringer selv til borgeren. Jobplan og behandling lægges på forskellige dage.",
    "Fælles møde aftalt; borgeren deltager og bestemmer, hvad der tales om.",
)
CONTACT_TEXTS: Final = (
    "Vil gerne høre mere. Ring igen efter ferien.", "Har brug for en hånd i køkkenet to formiddage om ugen.",
    "Fik en rundvisning. Kan tage én ad gangen.", "Ikke lige nu, men de vil gerne kontaktes til foråret.",
)  # fmt: skip
TASKS: Final = (
    "Ring til {company} om opstart", "Send cv til {company}", "Spørg til rejsekort", "Find tolk til næste møde",
    "Aftal rundvisning i {company}", "Skriv praktikaftalen færdig",
)  # fmt: skip
OPENINGS: Final = ("Køkkenhjælp", "Lagermedhjælper", "Opvasker", "Cykelmekaniker under oplæring", "Servicemedarbejder")
PARTNERS: Final = (
    ("Behandlingscenter Øst", "treatment_unit"), ("Ambulatorium Havnefronten", "treatment_unit"), ("Værestedet Ankeret", "local_actor"),
    ("Kursuscentret Springbrættet", "provider"), ("Boligsocial Helhedsplan", "local_actor"), ("Borgerservice, øvelse", "authority"),
)  # fmt: skip
PROVIDERS: Final = ("Behandlingscenter Øst", "Ambulatorium Havnefronten")
