# Ce qui entoure chaque page.
skip = Aller au contenu
ways = Pages
lines = Lignes
line-pages = Pages de cette ligne
to-board = Tableau
to-drafts = Projets
to-watch = Veille
to-bearers = Supports
to-search = Recherche
to-administration = Administration
line-messages = Messages
line-topics = Sujets
line-texts = Textes
line-encounters = Rencontres
line-slots = Dates
line-readouts = Comptes rendus
line-history = Historique
line-glossary = Glossaire
line-health = Essais
line-record = Registre

language = Langue
theme = Apparence
theme-system = Comme le système
theme-light = Claire
theme-dark = Sombre
choose = Appliquer
sign-in = Ouvrir une session
administrator-here = l’administrateur de cette machine
sign-out = Fermer la session

clocks = Horloges
clock-utc = UTC
clock-ours = Ici

ago = il y a { $length }
in-time = dans { $length }
length-seconds = { $count } s
length-minutes = { $count } min
length-hours = { $count } h
length-days = { $count ->
    [one] { $count } jour
   *[other] { $count } jours
}
date-short = { $weekday } { $day } { $month }
date = { $weekday } { $day } { $month } { $year }
weekday-1 = lun.
weekday-2 = mar.
weekday-3 = mer.
weekday-4 = jeu.
weekday-5 = ven.
weekday-6 = sam.
weekday-7 = dim.
month-1 = janvier
month-2 = février
month-3 = mars
month-4 = avril
month-5 = mai
month-6 = juin
month-7 = juillet
month-8 = août
month-9 = septembre
month-10 = octobre
month-11 = novembre
month-12 = décembre

yes = oui
no = non
since = depuis

live-lost = La liaison avec le nœud est perdue : cette page peut être périmée. Nouvel essai en cours.
live-ended = La session est terminée : cette page n’est plus tenue à jour.

alarms = Alarmes
alarms-count = { $count ->
    [0] Toutes les alarmes sont en sourdine
    [one] { $count } alarme sonne
   *[other] { $count } alarmes sonnent
}
alarm-since = Depuis
alarm-calls = Appelle :
alarm-offers = Peut être portée à :
alarm-look = Voir
alarm-silence = Mettre en sourdine
alarm-silence-for = pour
alarm-silenced = En sourdine jusqu’à
sound-on = Le son est activé
sound-off = Le son est coupé : appuyez pour entendre les alarmes

done = Fait : { $act }.
done-place = C’est l’entrée { $place }.

failed-title = Ceci n’a pas été fait
failed-code = Code :
failed-not-allowed = Adressez-vous à un agent qui a ce rôle, ou à un administrateur.
failed-needs-others = Que les personnes nommées fassent leur part.
failed-conflict = Regardez ce qui existe, puis décidez.
failed-unusable = Revenez et donnez-le sous la forme indiquée.
failed-not-found = Vérifiez le nom dans les listes de cette console.
failed-unavailable = Remédiez à ce qui est nommé, ou attendez, puis réessayez.
failed-unmarked = Rouvrez la page et renvoyez le formulaire.
failed-rule = Une règle du registre est enfreinte : corrigez. La spécification dit ce qu’elle demande.

signed-out-title = Votre session est fermée
signed-out-words = La session est terminée ; rien de ce qui a été envoyé n’a été fait. Ouvrez une session et renvoyez.

sign-in-title = Ouvrir une session
sign-in-link = Sur la machine du nœud, l’une de ces commandes donne un lien qui s’ouvre une fois, dans les 15 minutes.
link-title = Lien à usage unique
link-words = Ce lien vous ouvre une session une fois, dans ce navigateur.
link-button = Ouvrir la session
too-many-title = Trop d’essais erronés
too-many-words = Prochain essai dans { $length }.

review-words = Voici exactement ce qui ira au registre. Rien n’a encore été émis.
review-readers = Qui pourra le lire :
review-go = Émettre
review-back = Revenir, ne rien émettre
secret-words = Ce lien s’ouvre une fois, dans les 15 minutes. Ne le donnez qu’à l’agent concerné.
secret-back = Retour
stands-still = État à { $time } UTC. Sans JavaScript, cette page ne change pas d’elle-même et ne peut pas sonner : rechargez-la.
