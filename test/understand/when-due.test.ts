/** Deadlines as teachers write them, and dates that are none. Monday 2020-03-16, 08:00 in Paris. */
import { type DueContext, dueIn } from '../../src/understand/when-due'

const context: DueContext = { now: new Date('2020-03-16T08:00:00+01:00'), timezone: 'Europe/Paris', locale: 'fr' }
const local = (date: Date | undefined): string | null =>
  date ? new Date(date.getTime() + (date > new Date('2020-03-29T01:00:00Z') ? 2 : 1) * 3600_000).toISOString().slice(0, 16) : null

test.each([
  ['Faites le 4 pour vendredi 20 mars 18h.', '2020-03-20T18:00'],
  ['à rendre pour lundi', '2020-03-23T23:59'],
  ['Pour mardi, exercice 3.', '2020-03-17T23:59'],
  ['À rendre avant le lundi 23 à 14 heures.', '2020-03-23T14:00'],
  ['Pour le 3/4 : exercices 1 à 3.', '2020-04-03T23:59'],
  ['À rendre le 06.04 à 8h', '2020-04-06T08:00'],
  ['Date limite de dépôt : 31/03/2020 - 20h00', '2020-03-31T20:00'],
  ['Dernier délai : mercredi 25 mars à midi', '2020-03-25T12:00'],
  ['pour vendredi minuit', '2020-03-20T23:59'],
  ['à renvoyer demain midi dernier délai', '2020-03-17T12:00'],
  ['Rendez-moi cela jeudi à 5 heures de l’après-midi', '2020-03-19T17:00'],
  ['C’est pour lundi en huit', '2020-03-30T23:59'],
  ['Merci de rendre votre copie sous huitaine.', '2020-03-23T23:59'],
  ['Merci de me renvoyer la fiche dans les 48 heures.', '2020-03-18T23:59'],
  ['Le devoir prévu pour jeudi est reporté à lundi 23.', '2020-03-23T23:59'],
  ['Ce n’est pas pour demain mais pour jeudi.', '2020-03-19T23:59'],
  ['Rendre le travail mercredi 18 mars au plus tard (18h)', '2020-03-18T18:00'],
  ['Vous avez jusqu’au 25.', '2020-03-25T23:59'],
  ['Envoyez vos copies avant la fin de la semaine', '2020-03-22T23:59'],
  ['Renvoyez la photo avant 17h.', '2020-03-16T17:00'],
  ['Renvoyez la photo avant 7h.', '2020-03-17T07:00'],
  ['due March 20 at 11:59pm', '2020-03-20T23:59'],
  ['Send me your photos by 5pm tomorrow.', '2020-03-17T17:00'],
  ['Hand it in by next Monday', '2020-03-23T23:59'],
  ['Please return it no later than Monday, March 23rd, 2020 at 5 pm.', '2020-03-23T17:00'],
  ['Deadline: 2020-03-20 18:30', '2020-03-20T18:30'],
  ['The project is due a week on Friday.', '2020-03-27T23:59'],
  ['À rendre le 31', '2020-03-31T23:59'],
  ['Je ramasserai les copies mardi.', '2020-03-17T23:59'],
  ['Date butoir : 27 mars', '2020-03-27T23:59'],
  ['Remise des travaux : 30/03 à 12h00', '2020-03-30T12:00'],
  ['Limite d’envoi : jeudi 19 mars 20h', '2020-03-19T20:00'],
  ['Vos copies doivent m’être parvenues vendredi à 18h.', '2020-03-20T18:00'],
  ['J’attends vos travaux jeudi.', '2020-03-19T23:59'],
  ['pr vendredi svp', '2020-03-20T23:59'],
  ['À rendre avant le week-end', '2020-03-20T23:59'],
  ['Lisez le texte pour mardi et rendez les réponses jeudi avant 17h.', '2020-03-19T17:00'],
  ['À rendre d’aujourd’hui en huit', '2020-03-23T23:59'],
  ['Devoir à rendre pour fin mars', '2020-03-31T23:59'],
  ['Pour la rentrée du 20 avril', '2020-04-20T23:59'],
  ['Rendez l’exercice vendredi 20 mars / 18h', '2020-03-20T18:00'],
  ['Rendez pour jeudi 8 exercices.', '2020-03-19T23:59'],
  ['by midday on Thursday', '2020-03-19T12:00'],
  ['due one week from now', '2020-03-23T23:59'],
  ['You have until 8pm tonight.', '2020-03-16T20:00'],
  ['Please turn this in Friday morning.', '2020-03-20T12:00'],
  ['by Fri 20 Mar 2020 5pm', '2020-03-20T17:00'],
  ['due by the end of the day', '2020-03-16T23:59'],
  ['pour le 1er/04', '2020-04-01T23:59'],
  ['N’oubliez pas de rendre le travail avant le 20 mars.', '2020-03-20T23:59'],
  // Two deadlines: nobody is late by our choice.
  ['Pour jeudi : ex 3. Pour vendredi : lire le chapitre 2.', '2020-03-20T23:59'],
])('sets a deadline: %s', (text, due) => {
  expect(local(dueIn(text, context)?.due)).toBe(due)
})

test.each([
  'Nous étudierons le 14 juillet 1789.',
  'Corrigez les exercices 12 à 15 page 20, chapitre 3.2 et partie 4/5.',
  'Voici la correction du devoir de jeudi dernier.',
  'Il a mangé les 3/4 du gâteau.',
  'Un train part à 8h15 et arrive à 10h05.',
  'Rendez-vous mardi à 10h pour la correction.',
  'Je vous envoie la correction demain.',
  'Contrôle vendredi sur les chapitres 1 à 3.',
  'Je serai absent du 23 au 27 mars.',
  'Travail à faire pour la rentrée.',
  'dès que possible',
  'La moyenne est de 12/20.',
  'March through the questions in order.',
  'I will be online on Tuesday from 2 to 3pm.',
  'À rendre le 31/02.',
  'Rendez-vous le 24 mars à 10h.',
  'Ne rendez rien avant le 20 mars.',
  'Les vacances commencent le 3 avril. À rendre avant.',
])('sets none: %s', (text) => {
  expect(dueIn(text, context)).toBeNull()
})

test.each([
  ['vendredi 27 mars 18h', '2020-03-27T18:00'],
  ['au 3 avril', '2020-04-03T23:59'],
  ['demain 18h pour Zoé', '2020-03-17T18:00'],
  ['Friday 27 March 6pm', '2020-03-27T18:00'],
  ['until 3 April', '2020-04-03T23:59'],
])('takes a bare date at its word, as an argument: %s', (text, due) => {
  expect(local(dueIn(text, context)?.due)).toBe(due)
})

test('gives the words it came from, whatever their blanks and stars', () => {
  expect(dueIn('Bonjour,\nÀ rendre *pour\u00a0vendredi  20 mars 18h*.', context)?.phrase).toBe('À rendre pour vendredi 20 mars 18h')
})

test('counts in the school’s zone, over the change of the clock', () => {
  expect(dueIn('pour dimanche 29 mars 18h', context)?.due.toISOString()).toBe('2020-03-29T16:00:00.000Z')
  expect(dueIn('pour demain 8h', { ...context, timezone: 'Indian/Reunion' })?.due.toISOString()).toBe('2020-03-17T04:00:00.000Z')
  expect(dueIn('pour demain 8h', { ...context, timezone: 'No/Where' })?.due.toISOString()).toBe('2020-03-17T08:00:00.000Z')
})

test('takes the next year after December', () => {
  expect(dueIn('Devoir à rendre le 5 janvier.', { ...context, now: new Date('2020-12-18T10:00:00+01:00') })?.due.toISOString()).toBe('2021-01-05T22:59:00.000Z')
})

test.each([['pour '.repeat(50_000)], ['lundi '.repeat(50_000)], ['1/1/1/'.repeat(50_000)], ['a rendre '.repeat(50_000)]])(
  'is quick on repeated words',
  (text) => {
    const start = performance.now()
    dueIn(text, context)
    expect(performance.now() - start).toBeLessThan(3000)
  },
)
