"""Invented people and places. Telephones are of the ranges that ARCEP keeps for fiction (01 99 00, 06 39 98)."""

from dataclasses import dataclass
from datetime import date

from app.accounts.models import Role
from app.directory.models import Profession
from app.patients.actions import Identity

NURSE, MIDWIFE, DOCTOR = Profession.NURSE, Profession.MIDWIFE, Profession.DOCTOR
PHYSIO, PHARMACIST = Profession.PHYSIOTHERAPIST, Profession.PHARMACIST
MATERNITY, WARD = Profession.MATERNITY, Profession.WARD
EQUIPMENT, HOME_HELP = Profession.EQUIPMENT, Profession.HOME_HELP

EVRY, CORBEIL, RIS, SAVIGNY = "91228", "91174", "91521", "91589"
LONGJUMEAU, MASSY, ETAMPES, ARPAJON = "91345", "91377", "91223", "91021"
BRUNOY, MILLY, MENNECY, LISSES = "91114", "91405", "91386", "91340"
BONDOUFLE, PALAISEAU, DRAVEIL, BRETIGNY = "91086", "91477", "91201", "91103"
PARIS = "75056"
POSTAL_CODES = {EVRY: "91000"}
"""Of the communes that have several: where these people live."""


@dataclass(frozen=True)
class DemoPlace:
    key: str
    name: str
    kind: str
    commune: str
    address: str
    parent: str | None = None


@dataclass(frozen=True)
class Staff:
    """Somebody who asks, coordinates or administers: `roles` as (place, role)."""

    key: str
    given_name: str
    family_name: str
    roles: tuple[tuple[str, Role], ...]
    persona: bool = True


@dataclass(frozen=True)
class DemoProfessional:
    """`north` and `east`: metres from the centre of the practice's commune."""

    key: str
    profession: Profession
    given_name: str
    family_name: str
    practice: str
    north: int
    east: int
    accepting: bool = True
    persona: bool = False


@dataclass(frozen=True)
class Service:
    """What an establishment is asked for; its people who hold the role of practitioner answer."""

    place: str
    kind: Profession
    skills: tuple[str, ...] = ()


@dataclass(frozen=True)
class DemoPatient:
    """A patient: who keeps the record, and the keys of the usual professionals."""

    key: str
    keeper: str
    identity: Identity
    usual: tuple[str, ...] = ()


def email_of(key: str) -> str:
    return f"{key}@relais.example"


PLACES = (
    DemoPlace("hospital", "Centre hospitalier des Deux-Rives", "hospital", EVRY, "1 boulevard des Deux-Rives"),
    DemoPlace("ed", "Urgences", "emergency", EVRY, "1 boulevard des Deux-Rives", "hospital"),
    DemoPlace("medicine", "Médecine polyvalente", "ward", EVRY, "1 boulevard des Deux-Rives", "hospital"),
    DemoPlace("surgery", "Chirurgie viscérale", "ward", EVRY, "1 boulevard des Deux-Rives", "hospital"),
    DemoPlace("maternity-unit", "Maternité des Coquelicots", "maternity", CORBEIL, "8 allée des Coquelicots"),
    DemoPlace("clinic", "Clinique des Tilleuls", "hospital", CORBEIL, "60 rue des Tilleuls"),
    DemoPlace("clinic-medicine", "Médecine", "ward", CORBEIL, "60 rue des Tilleuls", "clinic"),
    DemoPlace("rehabilitation", "Soins de suite du Val d'Yerres", "ward", BRUNOY, "2 allée du Parc"),
    DemoPlace("clinic-maternity", "Maternité des Tilleuls", "maternity", CORBEIL, "60 rue des Tilleuls", "clinic"),
    DemoPlace("equipment", "Matériel Santé Essonne", "equipment", BONDOUFLE, "14 rue des Ateliers"),
    DemoPlace("home-help", "Aide à domicile des Deux-Rives", "home-help", EVRY, "5 place du Marché"),
    DemoPlace("cpts", "CPTS Seine et Essonne", "cpts", EVRY, "12 place de la Fontaine"),
    DemoPlace("evry-nurses", "Cabinet infirmier des Aunettes", "practice", EVRY, "4 rue des Aunettes"),
    DemoPlace("canal", "Maison de santé du Canal", "practice", EVRY, "21 quai du Canal"),
    DemoPlace("corbeil-nurses", "Cabinet infirmier de la Confluence", "practice", CORBEIL, "15 rue du Confluent"),
    DemoPlace("ris-nurses", "Cabinet infirmier des Docks", "practice", RIS, "3 rue des Docks"),
    DemoPlace("savigny-health", "Maison de santé des Prés-Saint-Martin", "practice", SAVIGNY, "9 rue des Prés"),
    DemoPlace("longjumeau-health", "Maison de santé de l'Yvette", "practice", LONGJUMEAU, "30 rue de l'Yvette"),
    DemoPlace("massy-nurses", "Cabinet infirmier de Villaine", "practice", MASSY, "17 avenue des Marronniers"),
    DemoPlace("etampes-health", "Maison de santé de la Juine", "practice", ETAMPES, "2 promenade de la Juine"),
    DemoPlace("arpajon-health", "Maison de santé de l'Orge", "practice", ARPAJON, "11 place du Marché"),
    DemoPlace("brunoy-health", "Cabinet paramédical de l'Yerres", "practice", BRUNOY, "6 rue du Pont"),
    DemoPlace("milly-health", "Maison de santé du Gâtinais", "practice", MILLY, "5 place de la Halle"),
    DemoPlace("corbeil-pharmacy", "Pharmacie des Moulins", "practice", CORBEIL, "40 rue des Moulins"),
)

STAFF = (
    Staff("orientation-nurse", "Claire", "Delmas", (("ed", Role.REQUESTER),)),
    Staff("karim.ziani", "Karim", "Ziani", (("ed", Role.REQUESTER),), persona=False),
    Staff("senior-doctor", "Paul", "Aubry", (("ed", Role.SENIOR_DOCTOR),)),
    Staff("ward", "Véronique", "Charpentier", (("medicine", Role.REQUESTER), ("medicine", Role.PRACTITIONER))),
    Staff(
        "jules.pereira",
        "Jules",
        "Pereira",
        (("surgery", Role.REQUESTER), ("surgery", Role.PRACTITIONER)),
        persona=False,
    ),
    Staff("maternity", "Awa", "Sarr", (("maternity-unit", Role.REQUESTER), ("maternity-unit", Role.PRACTITIONER))),
    Staff("clinic-ward", "Benoît", "Vautrin", (("clinic-medicine", Role.PRACTITIONER),)),
    Staff("sabine.kremer", "Sabine", "Kremer", (("rehabilitation", Role.PRACTITIONER),), persona=False),
    Staff("lena.hoffmann", "Léna", "Hoffmann", (("clinic-maternity", Role.PRACTITIONER),), persona=False),
    Staff("equipment", "Cédric", "Moulin", (("equipment", Role.PRACTITIONER),)),
    Staff("home-help", "Rosa", "Ferreira", (("home-help", Role.PRACTITIONER),)),
    Staff("coordinator", "Hélène", "Rousseau", (("cpts", Role.COORDINATOR),)),
    Staff("case-manager", "Samira", "Belkacem", (("hospital", Role.CASE_MANAGER),)),
    Staff("admin", "Philippe", "Aubert", (("hospital", Role.ADMINISTRATOR), ("cpts", Role.ADMINISTRATOR))),
)

SERVICES = (
    Service("medicine", WARD, ("bed-medicine",)),
    Service("surgery", WARD, ("bed-surgery",)),
    Service("clinic-medicine", WARD, ("bed-medicine", "bed-surgery")),
    Service("rehabilitation", WARD, ("bed-rehabilitation",)),
    Service("maternity-unit", MATERNITY),
    Service("clinic-maternity", MATERNITY),
    Service("equipment", EQUIPMENT),
    Service("home-help", HOME_HELP),
)

SKILLS = {
    "nurse": ("wounds", "arabic"),
    "nurse-2": ("infusion",),
    "nurse-3": ("wounds", "infusion", "english"),
    "nurse-4": ("palliative",),
    "nurse-5": ("arabic", "infusion"),
    "doctor": ("english",),
    "doctor-2": ("arabic",),
}
"""What some professionals can do beyond their profession, and the languages they speak."""

PROFESSIONALS = (
    DemoProfessional("nurse", NURSE, "Nadia", "Benali", "evry-nurses", 180, 120, persona=True),
    DemoProfessional("nurse-2", NURSE, "Thomas", "Lacroix", "evry-nurses", -420, 510, persona=True),
    DemoProfessional("nurse-3", NURSE, "Fatoumata", "Keïta", "canal", 760, -640, persona=True),
    DemoProfessional("sylvie.garnier", NURSE, "Sylvie", "Garnier", "evry-nurses", -900, -700),
    DemoProfessional("nurse-4", NURSE, "Camille", "Vasseur", "corbeil-nurses", 300, -250, persona=True),
    DemoProfessional("yann.le-goff", NURSE, "Yann", "Le Goff", "corbeil-nurses", 650, -420),
    DemoProfessional("maria.da-silva", NURSE, "Maria", "Da Silva", "corbeil-nurses", -500, 380, accepting=False),
    DemoProfessional("nurse-5", NURSE, "Mehdi", "Haddad", "ris-nurses", -350, 260, persona=True),
    DemoProfessional("lucie.marechal", NURSE, "Lucie", "Maréchal", "ris-nurses", 420, -180),
    DemoProfessional("chantal.nguyen", NURSE, "Chantal", "Nguyen", "savigny-health", 240, 300),
    DemoProfessional("bruno.castel", NURSE, "Bruno", "Castel", "savigny-health", -610, 150, accepting=False),
    DemoProfessional("nurse-6", NURSE, "Aminata", "Traoré", "massy-nurses", -280, 330, persona=True),
    DemoProfessional("elodie.perrin", NURSE, "Élodie", "Perrin", "massy-nurses", 510, -460),
    DemoProfessional("nurse-7", NURSE, "Antoine", "Mercier", "arpajon-health", 200, 340, persona=True),
    DemoProfessional("nurse-8", NURSE, "Isabelle", "Fontaine", "etampes-health", 150, -220, persona=True),
    DemoProfessional("rachid.amrani", NURSE, "Rachid", "Amrani", "etampes-health", -730, 440),
    DemoProfessional("sandrine.oliveira", NURSE, "Sandrine", "Oliveira", "brunoy-health", 310, 90),
    DemoProfessional("pauline.girard", NURSE, "Pauline", "Girard", "milly-health", -120, 200),
    DemoProfessional("doctor", DOCTOR, "Marc", "Lefort", "canal", 260, -150, persona=True),
    DemoProfessional("doctor-2", DOCTOR, "Leïla", "Mansouri", "canal", 300, -190, persona=True),
    DemoProfessional("olivier.tran", DOCTOR, "Olivier", "Tran", "corbeil-nurses", -220, 410),
    DemoProfessional("philippine.ott", DOCTOR, "Philippine", "Ott", "evry-nurses", -480, 390),
    DemoProfessional("ngozi.ekwueme", DOCTOR, "Ngozi", "Ekwueme", "ris-nurses", 130, 240),
    DemoProfessional("anne.dupuis", DOCTOR, "Anne", "Dupuis", "savigny-health", 330, -90),
    DemoProfessional("gilles.marchetti", DOCTOR, "Gilles", "Marchetti", "longjumeau-health", -140, 260),
    DemoProfessional("rose.kabongo", DOCTOR, "Rose", "Kabongo", "longjumeau-health", 90, -310),
    DemoProfessional("etienne.roche", DOCTOR, "Étienne", "Roche", "arpajon-health", 280, 170),
    DemoProfessional("salome.cohen", DOCTOR, "Salomé", "Cohen", "etampes-health", -60, 350),
    DemoProfessional("henri.bailly", DOCTOR, "Henri", "Bailly", "milly-health", 210, -130, accepting=False),
    DemoProfessional("midwife", MIDWIFE, "Julie", "Renard", "canal", 240, -170, persona=True),
    DemoProfessional("ines.ferreira", MIDWIFE, "Inès", "Ferreira", "corbeil-nurses", 480, 220),
    DemoProfessional("mathilde.caron", MIDWIFE, "Mathilde", "Caron", "longjumeau-health", 350, 120),
    DemoProfessional("oumou.diarra", MIDWIFE, "Oumou", "Diarra", "arpajon-health", -290, 410),
    DemoProfessional("laure.blanchet", MIDWIFE, "Laure", "Blanchet", "massy-nurses", 160, 520),
    DemoProfessional("physio", PHYSIO, "Damien", "Roussel", "canal", 280, -210, persona=True),
    DemoProfessional("noemie.guerin", PHYSIO, "Noémie", "Guérin", "ris-nurses", -190, -380),
    DemoProfessional("paul.lambert", PHYSIO, "Paul", "Lambert", "longjumeau-health", 420, -270),
    DemoProfessional("sonia.martinez", PHYSIO, "Sonia", "Martinez", "etampes-health", -340, -120, accepting=False),
    DemoProfessional("hugo.leclerc", PHYSIO, "Hugo", "Leclerc", "brunoy-health", -260, 180),
    DemoProfessional("marie-paule.hoarau", PHARMACIST, "Marie-Paule", "Hoarau", "corbeil-pharmacy", 120, 90),
    DemoProfessional("vincent.bonnet", PHARMACIST, "Vincent", "Bonnet", "canal", -150, 430),
    DemoProfessional("thi-mai.pham", PHARMACIST, "Thi Mai", "Pham", "massy-nurses", 380, -90),
    DemoProfessional("georges.simon", PHARMACIST, "Georges", "Simon", "etampes-health", 230, 310),
)


_PATIENTS = (
    # The first three have no open request: they are the ones to try with.
    ("monique", "ed", "Monique|Lefèvre", "1948-03-12", "F", CORBEIL, "14 allée du Dragon", EVRY, ()),
    ("amadou", "ed", "Amadou|Diallo", "1961-07-14", "M", "99335", "3 place des Miroirs", EVRY, ("nurse",)),
    ("jeanne", "ed", "Jeanne|Moreau-Petit", "1995-12-25", "F", PARIS, "27 rue du Bois-Sauvage", EVRY, ()),
    (
        "rene",
        "ed",
        "René|Carpentier",
        "1939-11-02",
        "M",
        ETAMPES,
        "8 cours Blaise-Pascal",
        EVRY,
        ("nurse-2",),
    ),
    ("samia", "ed", "Samia|Boukhris", "1987-05-19", "F", EVRY, "52 avenue de Ratisbonne", EVRY, ("doctor",)),
    ("lucas", "ed", "Lucas|Fournier", "2019-02-08", "M", CORBEIL, "6 rue Feray", CORBEIL, ()),
    ("odette", "ed", "Odette|Vidal", "1934-09-27", "F", MILLY, "1 ruelle des Lavandières", MILLY, ()),
    ("kevin", "ed", "Kevin|Rodrigues", "2001-01-30", "M", RIS, "19 rue de Fromont", RIS, ()),
    ("thi-lan", "ed", "Thi-Lan|Vo", "1972-06-06", "F", "99243", "10 rue des Sablons", BONDOUFLE, ()),
    ("gerard", "ed", "Gérard|Pelletier", "1952-04-03", "M", ARPAJON, "33 Grande Rue", ARPAJON, ()),
    ("myriam", "ed", "Myriam|Azoulay", "1966-10-21", "F", PARIS, "7 rue de Ballainvilliers", LONGJUMEAU, ()),
    ("dylan", "ed", "Dylan|Robin", "1998-08-15", "M", SAVIGNY, "44 boulevard Aristide-Briand", SAVIGNY, ()),
    ("colette", "ed", "Colette|Arnaud", "1944-01-17", "F", BRUNOY, "2 rue de la Gare", BRUNOY, ()),
    ("ibrahim", "ed", "Ibrahim|Sow", "1979-03-29", "M", "99341", "16 rue du Château", LISSES, ("doctor-2",)),
    ("josiane", "medicine", "Josiane|Marty", "1946-02-11", "F", EVRY, "9 rue de l'Orge", EVRY, ("nurse",)),
    (
        "robert",
        "medicine",
        "Robert|Lemoine",
        "1938-12-05",
        "M",
        RIS,
        "21 rue Pierre-Brossolette",
        RIS,
        ("nurse-5",),
    ),
    (
        "paulette",
        "medicine",
        "Paulette|Jacquet",
        "1931-07-22",
        "F",
        CORBEIL,
        "5 rue Saint-Spire",
        CORBEIL,
        (),
    ),
    (
        "antonio",
        "medicine",
        "António|Gonçalves",
        "1955-05-09",
        "M",
        "99139",
        "12 rue du Bras-de-Fer",
        EVRY,
        (),
    ),
    (
        "ginette",
        "medicine",
        "Ginette|Barbier",
        "1940-10-30",
        "F",
        ETAMPES,
        "18 rue de la Juiverie",
        ETAMPES,
        ("nurse-8",),
    ),
    (
        "moussa",
        "medicine",
        "Moussa|Camara",
        "1963-08-01",
        "M",
        "99330",
        "70 avenue du Général-de-Gaulle",
        MASSY,
        (),
    ),
    (
        "yvonne",
        "medicine",
        "Yvonne|Leblanc",
        "1936-03-16",
        "F",
        MENNECY,
        "4 rue de Milly",
        MENNECY,
        ("nurse-4",),
    ),
    ("daniel", "medicine", "Daniel|Hubert", "1958-11-11", "M", PALAISEAU, "25 rue de Paris", PALAISEAU, ()),
    ("farida", "surgery", "Farida|Cherif", "1974-09-04", "F", EVRY, "31 rue Montespan", EVRY, ()),
    ("stephane", "surgery", "Stéphane|Royer", "1969-06-18", "M", DRAVEIL, "13 rue Chevreul", DRAVEIL, ()),
    (
        "louise",
        "surgery",
        "Louise|Picard",
        "1983-04-24",
        "F",
        ARPAJON,
        "20 rue Gambetta",
        ARPAJON,
        ("nurse-7",),
    ),
    ("marcel", "surgery", "Marcel|Bouvier", "1950-02-28", "M", CORBEIL, "48 rue de Nagis", CORBEIL, ()),
    ("nora", "surgery", "Nora|Tahiri", "1991-12-13", "F", BRETIGNY, "8 rue du Parc", BRETIGNY, ()),
    (
        "celine",
        "maternity-unit",
        "Céline|Poirier",
        "1993-05-27",
        "F",
        CORBEIL,
        "11 rue de Seine",
        CORBEIL,
        ("ines.ferreira",),
    ),
    (
        "mariam",
        "maternity-unit",
        "Mariam|Koné",
        "1989-01-20",
        "F",
        EVRY,
        "37 rue des Pyramides",
        EVRY,
        ("midwife",),
    ),
    ("laetitia", "maternity-unit", "Laetitia|Hamel", "1996-07-07", "F", RIS, "2 rue Albert-Rémy", RIS, ()),
    ("amina", "canal", "Amina|Haddouche", "1994-03-08", "F", EVRY, "6 rue du Facteur-Cheval", EVRY, ("doctor",)),
    ("denise", "hospital", "Denise|Gauthier", "1943-06-25", "F", SAVIGNY, "15 rue de Rossays", SAVIGNY, ()),
)


def _phone(rank: int) -> str:
    return f"+3363998{4000 + rank * 37:04d}"


PATIENTS = tuple(
    DemoPatient(
        key,
        keeper,
        Identity(
            birth, given, date.fromisoformat(born), sex, place, _phone(i), home, address, POSTAL_CODES.get(home, "")
        ),
        usual,
    )
    for i, (key, keeper, name, born, sex, place, address, home, usual) in enumerate(_PATIENTS)
    for given, birth in [name.split("|")]
)
