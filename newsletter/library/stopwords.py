"""Words that say nothing about what a text is about, in Dutch and English.

Plain, as ``stems.words_of`` gives them, and of four letters or more: shorter words are
never looked at.
"""

STOPWORDS = frozenset(
    """
    acht alle alleen allemaal alles altijd ander andere anders beetje beide bent
    bijna binnen blijft buiten daar daarbij daarna daarom daarvoor deden deed deze
    dezelfde dingen doen doet door doordat drie echt echter eens eerst eerste eigen
    eigenlijk elkaar elke enige enkele erbij even gaan gaat gedaan geen gegaan gehad
    geleden gemaakt geweest gewoon gezegd ging gingen goed goede graag haar hadden
    hebben hebt heeft heel heen hele heten hier hierdoor hoeft houden ieder iedere
    iedereen iemand iets inmiddels jaar jaren jezelf jouw juist jullie keer komen
    komt konden kreeg kregen krijgen krijgt kunnen kunt kwam kwamen laat laatste
    lang langer laten later liet maak maakt maar maken mede meer meest meestal
    mensen mijn minder misschien moest moesten moet moeten mogen naar naast nadat
    namelijk natuurlijk negen nergens niemand niet niets nieuwe noch nodig noemen
    nooit omdat onder onderdeel ondertussen ongeveer onze ooit over overal paar
    precies reeds samen sinds soms staan staat steeds stond straks terug terwijl
    tien tijd tijdens toch toen toevoegen tussen twee uiteindelijk vaak vanaf
    vandaag vanuit vanwege veel vele verder vier vijf vinden vindt volgende volgens
    voor vooraf vooral voordat vraag vraagt vrij waar waarbij waardoor waarin
    waarmee waarom waarvan wanneer want waren weer weinig welke werd werden werk
    werken werkt werkte weten wijze wilde wilden willen word worden wordt zeer
    zeggen zegt zelf zelfs zeven zich zichzelf zien ziet zijn zitten zoals zodat
    zonder zouden zulke zullen
    about above after again against also among another because been before being
    below between both could does doing done down during each every from further
    getting give goes going have having here herself himself into itself just know
    like made make many more most much must myself never only other ours people same
    should since some such take than that their them then there these they thing
    things this those through time together under until upon very well went were
    what when where which while whom whose will with within without would year years
    your yours
    """.split()
)
