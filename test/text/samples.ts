/** Data of every mail, full and minimal, for tests and for looking at them. Everybody here is invented. */
import type { MailData, ReceiptPage, TemplateName } from '../../src/text/mails'

const about = { class: '3B', code: 'K7Q2', title: 'Théorème de Thalès' }
const due = '2020-03-20T17:00:00.000Z'
const day = '2020-03-19T16:32:00.000Z'
const zoe = { studentName: 'Zoé Martin', toGuardian: false }
const page = (number: number, verdict: ReceiptPage['verdict'], reason: string | null = null, isNew = true): ReceiptPage => ({
  number,
  filename: `IMG_00${number}.jpg`,
  verdict,
  isNew,
  reason,
  picture: verdict === 'unreadable' ? null : `3f9a81c2d4e5f607.${number}@devoirs.college.example`,
  fingerprint: '3f9a81c2d4e5f607',
})
const files = [
  { filename: 'thales-figures.pdf', bytes: 1_240_000 },
  { filename: 'aide.docx', bytes: 38_400 },
]
const words =
  "Bonjour à tous,\n\nPour vendredi 18 h : exercices 12, 14 et 15 page 87.\nPour le 15, faites d'abord la figure au compas.\n\nBon courage !\nMme Durand"
const names = ['Adam Benali', 'Emma Petit', 'Hugo Lefèvre']

export const full: { [Name in TemplateName]: MailData[Name] } = {
  assignment: { ...about, ...zoe, subjectName: 'Maths', teacherName: 'Mme Durand', words, dueAt: due, files },
  reminder: { ...about, ...zoe, subjectName: 'Maths', teacherName: 'Mme Durand', words, dueAt: due, files },
  confirmation: {
    ...about,
    students: 28,
    ownMailbox: 24,
    throughGuardians: 3,
    unreachable: ['Léo Garnier'],
    dueAt: due,
    duePhrase: 'Pour vendredi 18 h',
    dateWasPast: false,
    leaveAt: '2020-03-16T09:05:00.000Z',
    files,
    firstLines: words
      .split('\n')
      .filter((line) => line !== '')
      .slice(0, 3),
  },
  'is-it-you': {
    class: '3B',
    senderSeen: 'c.durand@college.example',
    provider: 'mx-out.hoster.example',
    receivedAt: day,
    subject: 'Théorème de Thalès',
    firstLines: ['Bonjour à tous,', 'Pour vendredi 18 h : exercices 12, 14 et 15 page 87.'],
  },
  receipt: {
    ...about,
    ...zoe,
    outcomeOnly: false,
    pages: [page(1, 'good', null, false), page(2, 'blurry'), page(3, 'good'), page(4, 'unreadable', 'pdf-locked')],
    pending: 1,
    setAside: [
      { filename: 'IMG_001.jpg', reason: 'duplicate' },
      { filename: null, reason: 'unsupported' },
    ],
    late: true,
    receivedAt: '2020-03-20T18:12:00.000Z',
    dueAt: due,
    question: "Madame, est-ce qu'il faut aussi faire la figure du 14 ?",
    absence: true,
    closed: true,
  },
  'no-page-found': { ...about, ...zoe, outcomeOnly: false, setAside: [{ filename: 'devoir.xyz', reason: 'unsupported' }], links: 1 },
  question: {
    ...about,
    studentName: 'Zoé Martin',
    words: "Bonjour Madame,\nest-ce qu'il faut aussi faire la figure du 14 ?",
    absence: false,
    pagesSoFar: 2,
    pictures: [{ number: 1, picture: '3f9a81c2d4e5f607.1@devoirs.college.example' }],
    fromUnknownAddress: true,
  },
  answer: {
    ...about,
    ...zoe,
    teacherName: 'Mme Durand',
    question: 'Faut-il faire la figure ?',
    answer: 'Oui, au compas.\nRegarde le modèle joint.',
    files: ['modele.pdf'],
  },
  bundle: {
    ...about,
    submitted: 24,
    expected: 28,
    part: { index: 1, count: 2 },
    pending: ['Emma Petit'],
    dueAt: due,
    missing: names,
    late: ['Zoé Martin'],
    unreachable: ['Léo Garnier'],
    question: ['Ines Robert'],
    absent: ['Noé Fabre'],
    files: 1,
    variant: { frontSides: true, separate: true, anonymous: true, onlyNew: true },
  },
  'anonymous-key': { ...about, copies: names.map((name, index) => ({ number: index + 3, name })) },
  'late-work': { ...about, submitted: 26, expected: 28, part: null, pending: ['Emma Petit'], students: ['Adam Benali', 'Hugo Lefèvre'] },
  'return-report': {
    ...about,
    returned: names.map((name, index) => ({ name, pages: index + 1 })),
    unreachable: ['Léo Garnier'],
    unrecognisedPages: [7, 12],
    unreadableFiles: 1,
  },
  'returned-copy': { ...about, ...zoe, teacherName: 'Mme Durand', pages: 3, remark: '15/20. Très bon travail, attention aux unités.' },
  digest: {
    guardianName: 'Claire Martin',
    children: [
      {
        name: 'Zoé Martin',
        due: [{ ...about, dueAt: due, at: null, pages: null, late: false }],
        submitted: [{ ...about, title: 'Rédaction : mon quartier', dueAt: day, at: day, pages: 2, late: true }],
        missing: [{ ...about, title: 'Carte des fleuves', dueAt: '2020-03-17T17:00:00.000Z', at: null, pages: null, late: false }],
        returned: [{ ...about, title: 'Fractions', dueAt: null, at: day, pages: null, late: false }],
      },
      { name: 'Hugo Martin', due: [], submitted: [{ ...about, title: 'Dictée', dueAt: null, at: day, pages: 1, late: false }], missing: [], returned: [] },
    ],
  },
  'which-assignment': {
    toStudent: true,
    receivedAt: day,
    subject: 'mon devoir',
    pages: 2,
    choices: [
      { number: 1, studentName: 'Zoé Martin', dueAt: due, ...about },
      { number: 2, studentName: 'Zoé Martin', dueAt: null, class: '3B', code: 'M4XP', title: 'Carte des fleuves' },
    ],
  },
  refused: { reason: 'date-unclear', toStudent: false, ...about, subject: 'REPORTER bientôt', detail: 'bientôt', office: 'secretariat@college.example' },
  'change-notice': { ...about, ...zoe, change: 'new-date', dueAt: '2020-03-23T17:00:00.000Z', oldDueAt: due },
  done: { done: 'extended', ...about, dueAt: '2020-03-23T17:00:00.000Z', oldDueAt: due, count: 1, names: ['Zoé Martin'] },
  status: {
    ...about,
    dueAt: due,
    forTeacher: true,
    students: [
      { name: 'Adam Benali', state: 'submitted', pages: 3, submittedAt: day },
      { name: 'Emma Petit', state: 'missing', pages: 0, submittedAt: null },
      { name: 'Zoé Martin', state: 'late', pages: 12, submittedAt: '2020-03-20T18:12:00.000Z' },
    ],
  },
  help: { role: 'teacher', ...about },
  'delivery-failed': {
    ...about,
    students: [
      { name: 'Léo Garnier', status: '5.1.1', otherReached: false },
      { name: 'Emma Petit', status: null, otherReached: true },
    ],
    office: 'secretariat@college.example',
  },
  'office-unreachable': {
    students: [
      { name: 'Léo Garnier', class: '3B' },
      { name: 'Lina Haddad', class: '5A' },
    ],
    held: 2,
  },
  incident: { incident: 'relay-unreachable', since: day },
  'forwarded-to-office': { from: 'someone@elsewhere.example', subject: 'Question', words: 'Bonjour,\nqui contacter ?', receivedAt: day, mailId: '01HXYZ' },
}

/** Null, empty and nought wherever the type allows it. */
export const minimal: { [Name in TemplateName]: MailData[Name] } = {
  assignment: { ...about, ...zoe, subjectName: null, teacherName: 'Mme Durand', words: '', dueAt: null, files: [] },
  reminder: { ...about, ...zoe, subjectName: null, teacherName: 'Mme Durand', words: '', dueAt: null, files: [] },
  confirmation: {
    ...about,
    students: 0,
    ownMailbox: 0,
    throughGuardians: 0,
    unreachable: [],
    dueAt: null,
    duePhrase: null,
    dateWasPast: false,
    leaveAt: null,
    files: [],
    firstLines: [],
  },
  'is-it-you': { class: null, senderSeen: '', provider: null, receivedAt: day, subject: '', firstLines: [] },
  receipt: {
    ...about,
    ...zoe,
    outcomeOnly: false,
    pages: [],
    pending: 0,
    setAside: [],
    late: false,
    receivedAt: day,
    dueAt: null,
    question: null,
    absence: false,
    closed: false,
  },
  'no-page-found': { ...about, ...zoe, outcomeOnly: false, setAside: [], links: 0 },
  question: { ...about, studentName: 'Zoé Martin', words: '', absence: false, pagesSoFar: 0, pictures: [], fromUnknownAddress: false },
  answer: { ...about, ...zoe, teacherName: 'Mme Durand', question: '', answer: '', files: [] },
  bundle: {
    ...about,
    submitted: 0,
    expected: 0,
    part: null,
    pending: [],
    dueAt: null,
    missing: [],
    late: [],
    unreachable: [],
    question: [],
    absent: [],
    files: 1,
    variant: { frontSides: false, separate: false, anonymous: false, onlyNew: false },
  },
  'anonymous-key': { ...about, copies: [] },
  'late-work': { ...about, submitted: 1, expected: 1, part: null, pending: [], students: [] },
  'return-report': { ...about, returned: [], unreachable: [], unrecognisedPages: [], unreadableFiles: 0 },
  'returned-copy': { ...about, ...zoe, teacherName: '', pages: 1, remark: null },
  digest: { guardianName: '', children: [{ name: 'Emma Petit', due: [], submitted: [], missing: [], returned: [] }] },
  'which-assignment': { toStudent: false, receivedAt: day, subject: '', pages: 0, choices: [] },
  refused: { reason: 'empty-mail', toStudent: true, class: null, code: null, title: null, subject: '', detail: null, office: null },
  'change-notice': { ...about, ...zoe, change: 'cancelled', dueAt: null, oldDueAt: null },
  done: { done: 'digest-stopped', class: null, code: null, title: null, dueAt: null, oldDueAt: null, count: null, names: [] },
  status: { ...about, dueAt: null, forTeacher: false, students: [{ name: 'Zoé Martin', state: 'open', pages: 0, submittedAt: null }] },
  help: { role: 'student', class: null, code: null, title: null },
  'delivery-failed': { ...about, students: [], office: null },
  'office-unreachable': { students: [], held: 0 },
  incident: { incident: 'never-heard-of', since: day },
  'forwarded-to-office': { from: '', subject: '', words: '', receivedAt: day, mailId: '01HXYZ' },
}
