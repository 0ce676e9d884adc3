"""The French words of what care leaves to pay: plain ones, as the person reads them too."""

from app.costs.terms import Certainty, Payer, RemarkTone, ServiceKind
from app.language.phrases import later

SERVICES: dict[ServiceKind, str] = {
    ServiceKind.HOME_HELP: later("Aide à domicile"),
    ServiceKind.MEALS: later("Repas livrés"),
    ServiceKind.ALARM: later("Téléalarme"),
    ServiceKind.NURSING: later("Soins infirmiers"),
    ServiceKind.PHYSIOTHERAPY: later("Kinésithérapie"),
    ServiceKind.MEDICINES: later("Médicaments"),
    ServiceKind.BED: later("Lit médicalisé"),
    ServiceKind.TRANSPORT: later("Transports"),
    ServiceKind.HOSPITAL: later("Jours d'hôpital"),
    ServiceKind.LODGING: later("EHPAD : hébergement"),
    ServiceKind.DEPENDENCE: later("EHPAD : dépendance"),
}

SERVICE_ICONS: dict[ServiceKind, str] = {
    ServiceKind.HOME_HELP: "house",
    ServiceKind.MEALS: "soup",
    ServiceKind.ALARM: "bell-ring",
    ServiceKind.NURSING: "syringe",
    ServiceKind.PHYSIOTHERAPY: "activity",
    ServiceKind.MEDICINES: "pill",
    ServiceKind.BED: "bed",
    ServiceKind.TRANSPORT: "ambulance",
    ServiceKind.HOSPITAL: "hospital",
    ServiceKind.LODGING: "building-2",
    ServiceKind.DEPENDENCE: "hand-heart",
}

QUANTITIES: dict[ServiceKind, str] = {
    ServiceKind.HOME_HELP: later("Heures par mois"),
    ServiceKind.MEALS: later("Repas par mois"),
    ServiceKind.ALARM: later("Abonnements"),
    ServiceKind.NURSING: later("Actes par mois"),
    ServiceKind.PHYSIOTHERAPY: later("Séances par mois"),
    ServiceKind.MEDICINES: later("Boîtes par mois"),
    ServiceKind.BED: later("Semaines par mois"),
    ServiceKind.TRANSPORT: later("Trajets en tout"),
    ServiceKind.HOSPITAL: later("Jours en tout"),
    ServiceKind.LODGING: later("Personnes"),
    ServiceKind.DEPENDENCE: later("Personnes"),
}

PRICES: dict[ServiceKind, str] = {
    ServiceKind.HOME_HELP: later("Prix d'une heure"),
    ServiceKind.MEALS: later("Prix d'un repas, livraison comprise"),
    ServiceKind.ALARM: later("Prix par mois"),
    ServiceKind.NURSING: later("Prix d'un acte, déplacement compris"),
    ServiceKind.PHYSIOTHERAPY: later("Prix d'une séance"),
    ServiceKind.TRANSPORT: later("Prix d'un trajet"),
    ServiceKind.LODGING: later("Prix par mois"),
    ServiceKind.DEPENDENCE: later("Prix par mois, pour son GIR"),
}

PARTS: dict[ServiceKind, str] = {
    ServiceKind.MEALS: later("Dont livraison"),
    ServiceKind.DEPENDENCE: later("Prix par mois, pour le GIR 5-6"),
}

BY_LAW: dict[ServiceKind, str] = {
    ServiceKind.MEDICINES: later(
        "Seule la franchise est comptée, 1 € par boîte : le prix des médicaments ne l'est pas."
    ),
    ServiceKind.BED: later("Au tarif de location remboursé, par semaine."),
    ServiceKind.HOSPITAL: later("Au forfait journalier."),
}
"""Of what nobody types the price of."""

PAYERS: dict[Payer, str] = {
    Payer.INSURANCE: later("Assurance Maladie"),
    Payer.COMPLEMENT: later("Complémentaire"),
    Payer.APA: later("APA"),
    Payer.FUND: later("Caisse de retraite"),
    Payer.PCH: later("PCH"),
    Payer.DEPARTMENT: later("Département"),
    Payer.CONTRACT: later("Contrat d'assistance"),
}

SURENESS: dict[Certainty, str] = {
    Certainty.CERTAIN: later("sûr"),
    Certainty.LIKELY: later("probable"),
    Certainty.POSSIBLE: later("possible"),
}

BANDS: dict[Certainty, tuple[str, str]] = {
    Certainty.CERTAIN: (later("Au plus"), later("si rien d'autre n'est accordé")),
    Certainty.LIKELY: (later("Le plus probable"), later("si ce qui est demandé est accordé comme prévu")),
    Certainty.POSSIBLE: (later("Au mieux"), later("si toutes les aides possibles sont accordées")),
}
"""What stays hers, and when."""

TONES: dict[RemarkTone, str] = {
    RemarkTone.ASK: later("À demander, à savoir"),
    RemarkTone.EXCLUDED: later("Ce qui ne compte pas, et pourquoi"),
    RemarkTone.CHECK: later("À vérifier"),
}

REMARKS: dict[str, tuple[str, str]] = {
    "apa-age": (later("L'APA commence à 60 ans."), later("CASF art. L232-2")),
    "apa-gir": (later("L'APA ne concerne que les GIR 1 à 4."), later("CASF art. L232-2")),
    "apa-cap": (
        later("Le plan d'aide ne peut pas dépasser %(amount)s par mois pour ce GIR : le reste est à sa charge."),
        later("CASF art. R232-10"),
    ),
    "apa-small": (later("Une APA de %(amount)s ou moins par mois n'est pas versée."), later("CASF art. D232-31")),
    "apa-rates": (
        later(
            "Le barème de l'APA à cette date n'est pas connu de Relais : les lignes qui en dépendent sont à vérifier."
        ),
        later("CASF art. R232-10, R232-11"),
    ),
    "apa-urgent": (
        later("APA d'urgence, sur certificat : %(amount)s par mois au plus, pendant deux mois, puis régularisée."),
        later("CASF art. L232-12"),
    ),
    "apa-hospital": (
        later("À l'hôpital, l'APA est versée 30 jours, puis suspendue ; elle reprend le 1er du mois de la sortie."),
        later("CASF art. L232-22, R232-32"),
    ),
    "apa-respite": (
        later("Répit de l'aidant : jusqu'à %(amount)s par an en plus du plan d'aide."),
        later("OpenFisca ; CASF art. D232-9-1"),
    ),
    "apa-carer-away": (
        later("Aidant hospitalisé : jusqu'à %(amount)s de plus, à demander au département."),
        later("CASF art. D232-9-2"),
    ),
    "pch-age": (
        later("La PCH ne concerne que des difficultés apparues avant 60 ans."),
        later("CASF art. L245-1 ; MDPH des Côtes-d'Armor"),
    ),
    "pch-rates": (later("Le tarif de la PCH à cette date n'est pas connu de Relais."), later("CASF art. L245-1")),
    "fund-with-apa": (
        later("L'aide au retour à domicile (ARDH) et OSCAR ne se cumulent ni avec l'APA ni avec la PCH."),
        later("Cnav : GIR 5 ou 6, sans APA, PCH ni MTP"),
    ),
    "department-with-apa": (
        later("L'aide ménagère du département ne se cumule pas avec l'APA."),
        later("CASF art. L232-23"),
    ),
    "department-age": (
        later("L'aide ménagère du département commence à 65 ans, ou 60 en cas d'inaptitude."),
        later("fng.fr"),
    ),
    "department-resources": (
        later("L'aide ménagère du département s'arrête à %(amount)s de ressources par mois."),
        later("Plafond de l'ASPA ; CASF art. L231-1"),
    ),
    "department-ask": (
        later("Aide ménagère du département, à demander : ressources sous %(amount)s par mois. Récupérable."),
        later("Plafond de l'ASPA ; CASF art. L231-1"),
    ),
    "department-check": (
        later("Aide ménagère du département : plafond ou ressources à vérifier."),
        later("CASF art. L231-1"),
    ),
    "fund-before-exit": (
        later("Aide au retour à domicile : à demander avant la sortie. %(amount)s par an au plus, pendant trois mois."),
        later("Cnav, ARDH ; MSA"),
    ),
    "fund-oscar": (
        later("OSCAR : jusqu'à 80 heures par an, à demander à la caisse de retraite."),
        later("Cnav, OSCAR"),
    ),
    "fund-part": (
        later("Sa part va de 10 à 73 % selon ses revenus, barème à vérifier : 73 % sont comptés."),
        later("Cnav ; barème à vérifier"),
    ),
    "fund-rates": (
        later("Les montants de la caisse de retraite à cette date ne sont pas connus de Relais."),
        later("Cnav"),
    ),
    "fund-other": (later("Voir sa caisse de retraite : ses aides ne sont pas connues de Relais."), ""),
    "gir-unknown": (
        later("Sans GIR, ni l'APA ni les aides des caisses ne peuvent être comptées : évaluez l'autonomie."),
        "",
    ),
    "granted-unknown": (later("L'aide accordée n'a pas de montant : écrivez celui de la notification."), ""),
    "tariff-floor": (
        later("L'heure est comptée au tarif plancher national, %(amount)s : celui du département peut différer."),
        later("Tarif plancher des SAD 2026"),
    ),
    "resources-unknown": (
        later("Ses ressources ne sont pas dites : la participation la plus haute est comptée."),
        later("CASF art. R232-11"),
    ),
    "franchise": (
        later("Franchises : à sa charge, %(amount)s par an au plus. Aucune complémentaire ne les rembourse."),
        later("Que Choisir, franchises médicales ; CTIP"),
    ),
    "franchise-ald": (
        later("Même en ALD, les franchises restent à sa charge, %(amount)s par an au plus. Rien ne les rembourse."),
        later("Que Choisir, franchises médicales ; CTIP"),
    ),
    "nursing-home-trial": (
        later("Certains départements ont un forfait unique au lieu du prix de la dépendance : demandez-le."),
        later("Capretraite ; essais jusqu'en décembre 2026"),
    ),
    "lodging": (
        later("Hébergement : aide au logement et aide sociale (ASH), récupérable, sont à demander."),
        "",
    ),
    "credit-meals": (
        later("D'un repas, seule la livraison compte pour le crédit d'impôt."),
        later("CIAS du Blaisois ; CGI art. 199 sexdecies"),
    ),
    "credit-later": (
        later("Crédit d'impôt : rendu l'année suivante, même sans impôt. Jamais déduit de ce qui est à payer."),
        later("CGI art. 199 sexdecies"),
    ),
    "credit-rates": (
        later("Le crédit d'impôt à cette date n'est pas connu de Relais."),
        later("CGI art. 199 sexdecies"),
    ),
    "health-cover-check": (
        later("Complémentaire santé solidaire (C2S) : plafonds de cette date, ou ressources, à vérifier."),
        later("EFL et Previssima, C2S d'avril 2025"),
    ),
    "health-cover-free": (
        later("Complémentaire santé solidaire (C2S) : sans doute gratuite, à demander."),
        later("EFL et Previssima, C2S d'avril 2025"),
    ),
    "health-cover-share": (
        later("Complémentaire santé solidaire (C2S) : sans doute avec participation, à demander."),
        later("EFL et Previssima, C2S d'avril 2025"),
    ),
    "contract-before-exit": (
        later("Contrat d'assistance : appelez avant la sortie. Les heures comptées sont celles recopiées du contrat."),
        "",
    ),
}
"""By what a rule calls it: the words, and where the rule was read."""
