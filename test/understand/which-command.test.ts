/** The closed list of commands, in French and English, and sentences that only begin like one. */
import { oneErrorApart } from '../../src/understand/typing-error'
import { whichCommand } from '../../src/understand/which-command'

const context = { now: new Date('2020-03-16T08:00:00+01:00'), timezone: 'Europe/Paris', locale: 'fr' as const }
const inBody = (text: string, inThread = true): string | null => {
  const command = whichCommand({ subject: 'Re: [3B] Maths (K7Q2)', text, inThread }, context)
  return command && `${command.name}(${command.argument})`
}

test.each([
  ['AIDE', 'help()'],
  ['help!', 'help()'],
  ['pourquoi ?', 'why()'],
  ['état', 'status()'],
  ['Qui a rendu ?', 'status()'],
  ['bilan', 'status()'],
  ['COPIES séparées', 'bundle(séparées)'],
  ['envoyer la liasse', 'bundle()'],
  ['copies ex 3', 'bundle(ex 3)'],
  ['Merci de prolonger au vendredi 27 mars 18h svp', 'extend(au vendredi 27 mars 18h)'],
  ['ÉCHÉANCE : lundi 23', 'extend(lundi 23)'],
  ['reporter ven. 27 pour Zoé', 'extend(ven. 27 pour Zoé)'],
  ['postpone Friday 27 March', 'extend(Friday 27 March)'],
  ['clôturer', 'close()'],
  ['rouvrir', 'reopen()'],
  ['relancer Zoé et Łukasz Nowak', 'remind(Zoé et Łukasz Nowak)'],
  ['Relancez tous', 'remind(tous)'],
  ['annuler, merci', 'cancel()'],
  ['PARTIR', 'send-now()'],
  ['erratum : lire 12 au lieu de 21', 'amend(lire 12 au lieu de 21)'],
  ['corrigé le lundi 23', 'solution(le lundi 23)'],
  ['ANSWERS to submitters', 'solution(to submitters)'],
  ['dispenser Zoé', 'excuse(Zoé)'],
  ['P7 = Zoé; P8 = JETER', 'assign-page(P7 = Zoé; P8 = JETER)'],
  ['P7 = Zoé\nP8 = jeter', 'assign-page(P7 = Zoé; P8 = jeter)'],
  ['rendre', 'release()'],
  ['attendre', 'hold()'],
  ['À TOUS\nLisez le chapitre 2.', 'to-all(Lisez le chapitre 2.)'],
  ['original Zoé 2', 'original(Zoé 2)'],
  ['tourner 2 90', 'rotate(2 90)'],
  ['ordre 2 1 3', 'order(2 1 3)'],
  ['retirer 3', 'remove(3)'],
  ['garder 3', 'keep(3)'],
  ['fini', 'done()'],
  ['renvoyer le sujet stp', 'resend()'],
  ['pas moi', 'not-me()'],
  ['C’est Hugo', 'not-me(Hugo)'],
  ['absent jusqu’à vendredi', 'absent(jusqu’à vendredi)'],
  ['chaque semaine', 'digest(weekly)'],
  ['STOP', 'digest(stop)'],
  ['reprendre', 'digest(resume)'],
  ['reprendre pour lundi 30', 'reuse(lundi 30)'],
  ['langue English', 'language(English)'],
  ['adresse nouvelle@famille.example', 'address(nouvelle@famille.example)'],
  ['retirer adresse', 'address(remove)'],
  ['remplaçant x@college.example jusqu’au 3 avril', 'substitute(x@college.example jusqu’au 3 avril)'],
  ['liste', 'list()'],
  ['pack papier', 'paper()'],
  ['échanger', 'swap()'],
  ['= 2', 'place(2)'],
  ['OK.', 'confirm()'],
  ['non', 'deny()'],
  ['relanser', 'remind()'],
  ['anuler', 'cancel()'],
  ['Bonjour,\n\nrelancer\n\nMerci', 'remind()'],
  ['Bonjour, CLORE svp', 'close()'],
  ['Attendez !', 'hold()'],
  ['retirer 3 et 4', 'remove(3 et 4)'],
  ['Adresse <zoe@famille.example>', 'address(zoe@famille.example)'],
  ['c’est hugo', 'not-me(hugo)'],
])('understands %j', (text, command) => {
  expect(inBody(text)).toBe(command)
})

test.each([
  'Aide-moi pour l’exercice 3',
  'aide mon frère à trouver',
  'J’ai fini l’exercice 2.',
  'Relancer la balle fait partie du problème.',
  'La liste des verbes est à apprendre',
  'Absent hier, je rends aujourd’hui',
  'Copies doubles obligatoires',
  'Fermer la parenthèse.',
  'Reporter le résultat dans le tableau',
  'Ordre des opérations : parenthèses d’abord',
  'C’est la question 3',
  'Bonjour à tous, lisez la page 2',
  'Bonjour à tous, lisez le chapitre 2 du livre pour demain matin.',
  'C’est difficile',
  'C’est fini',
  'C’est noté, merci',
  'It is done',
  'It’s impossible',
  'excuse moi madame',
  'Tourner la page',
  'Merci beaucoup',
  'x = 2',
])('is no command: %s', (text) => {
  expect(inBody(text)).toBeNull()
})

test.each(['AW: ÉTAT', 'Antwort: ÉTAT', 'Réf : ÉTAT', 'WG: ÉTAT', 'Re[2]: ÉTAT', '[EXTERNE] Re: [3B] ÉTAT'])(
  'finds the command behind what clients set before a subject: %s',
  (subject) => {
    expect(whichCommand({ subject, text: '', inThread: true }, context)?.name).toBe('status')
  },
)

test('takes a subject only when nothing is written', () => {
  expect(whichCommand({ subject: 'Re: annuler K7Q2', text: '', inThread: true }, context)?.name).toBe('cancel')
  // Three codes in ten have no digit.
  expect(whichCommand({ subject: 'ANNULER (KXQR)', text: '', inThread: true }, context)?.name).toBe('cancel')
  expect(whichCommand({ subject: 'Aide', text: 'Regardez le chapitre 2.', inThread: false }, context)).toBeNull()
})

test('a deadline in a post is no command: nouns of ordinary posts need a thread', () => {
  expect(inBody('Échéance : 27/03 à 18h', false)).toBeNull()
  expect(inBody('Fini', false)).toBeNull()
})

test.each([
  ['relancer', 'relanser', true],
  ['annuler', 'anuler', true],
  ['clore', 'colre', true],
  ['clore', 'clore', false],
  ['clore', 'close', true],
  ['liste', 'listing', false],
  ['fermer', 'farmar', false],
])('%s and %s are one error apart: %s', (a, b, expected) => {
  expect(oneErrorApart(a, b)).toBe(expected)
})
